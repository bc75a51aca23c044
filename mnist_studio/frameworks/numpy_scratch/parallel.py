"""Data parallelism: several threads process slices of a batch with the same weights.

The loss of a batch is a sum over its images, so its gradient is the sum of the slices' gradients.
The number of threads determines the slices, which are added in order: a run repeats bit for bit.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.loss import loss_of
from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.spec.run import TrainingSpec

T = TypeVar("T")


class ThreadTeam:
    """``size`` threads, including the caller's. The others end when this object is deleted."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool = ThreadPoolExecutor(size - 1) if size > 1 else None

    def each(self, work: Callable[[int], T]) -> list[T]:
        """The results of ``work`` for 0 to ``size - 1``, computed concurrently."""
        if self._pool is None:
            return [work(0)]
        others = [self._pool.submit(work, member) for member in range(1, self.size)]
        return [work(0), *(other.result() for other in others)]


@dataclass(frozen=True)
class Batch:
    """A training batch.

    Attributes:
        inputs: (B, 28, 28).
        labels: (B,).
        masks: (B, ...) of every dropout layer by its name.
    """

    inputs: Array
    labels: NDArray[np.uint8]
    masks: Mapping[str, Array]

    def slice(self, images: slice) -> "Batch":
        """Some of its images."""
        masks = {name: mask[images] for name, mask in self.masks.items()}
        return Batch(self.inputs[images], self.labels[images], masks)


@dataclass(frozen=True)
class BatchResult:
    """Loss and gradients of a batch.

    Attributes:
        mean: the mean loss.
        correct: the number of correct predictions.
        gradients: of the mean loss, for every weight; valid until the next batch.
    """

    mean: float
    correct: int
    gradients: Flat


class DataParallel:
    """Networks that process slices of a batch concurrently."""

    def __init__(
        self, networks: Sequence[Network], team: ThreadTeam, training: TrainingSpec
    ) -> None:
        """Networks on threads.

        Args:
            networks: that share their weights. Only one if it has a batch-norm, which needs the
                statistics of the whole batch.
            team: with one thread for each network.
            training: says which loss to use.
        """
        self._networks, self._team, self._training = networks, team, training

    def gradients(self, batch: Batch) -> BatchResult:
        """Loss and gradients of a batch."""
        size, networks = len(batch.labels), self._networks
        if size < len(networks) or len(networks) == 1:
            return self._gradients(networks[0], batch, size)
        bounds = np.linspace(0, size, len(networks) + 1).astype(int).tolist()
        slices = [batch.slice(slice(*pair)) for pair in pairwise(bounds)]
        return _sum(self._team.each(lambda n: self._gradients(networks[n], slices[n], size)))

    def logits(self, batches: Sequence[Array]) -> list[Array]:
        """Logits (b, k) for each batch of inputs (b, 28, 28)."""
        networks, count = self._networks, len(self._networks)
        if len(batches) < count or count == 1:
            return _logits(networks[0], batches)
        results = self._team.each(lambda n: _logits(networks[n], batches[n::count]))
        return [results[i % count][i // count] for i in range(len(batches))]

    def _gradients(self, network: Network, batch: Batch, size: int) -> BatchResult:
        """The contribution of a slice to the loss and gradients of a batch of ``size`` images."""
        network.prepare(training=True, masks=batch.masks)
        loss = loss_of(self._training, network.forward(batch.inputs), batch.labels, size)
        network.backward_params(loss.gradient)
        network.update_running_statistics()
        network.prepare(training=False)
        return BatchResult(loss.total / size, loss.correct, network.gradients)


def _sum(slices: Sequence[BatchResult]) -> BatchResult:
    first, *rest = slices
    for each in rest:
        first.gradients.vector += each.gradients.vector
    mean = sum(each.mean for each in slices)
    return BatchResult(mean, sum(each.correct for each in slices), first.gradients)


def _logits(network: Network, batches: Sequence[Array]) -> list[Array]:
    return [network.forward(batch).copy() for batch in batches]
