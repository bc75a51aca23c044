"""Several threads that take a batch through the same weights, each a part of it.

The loss of a batch is a sum over its images, so its gradient is the sum of its parts' gradients.
The parts are fixed by the number of threads and added up in order: a run repeats bit for bit.

Threads that do the same to different parts.
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
from mnist_studio.spec.run import Loss

T = TypeVar("T")


class ThreadTeam:
    """As many threads as ``size``, the caller's among them; the others end with this object."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool = ThreadPoolExecutor(size - 1) if size > 1 else None

    def each(self, work: Callable[[int], T]) -> list[T]:
        """What ``work`` gives for every place from 0 to before ``size``, all at the same time."""
        if self._pool is None:
            return [work(0)]
        others = [self._pool.submit(work, place) for place in range(1, self.size)]
        return [work(0), *(other.result() for other in others)]


@dataclass(frozen=True)
class Batch:
    """Images to learn from.

    Attributes:
        inputs: (B, 28, 28).
        labels: (B,).
        masks: (B, ...) of every dropout layer by its name.
    """

    inputs: Array
    labels: NDArray[np.uint8]
    masks: Mapping[str, Array]

    def part(self, place: slice) -> "Batch":
        """Some of its images."""
        masks = {name: mask[place] for name, mask in self.masks.items()}
        return Batch(self.inputs[place], self.labels[place], masks)


@dataclass(frozen=True)
class BatchResult:
    """What a batch gave.

    Attributes:
        mean: loss.
        correct: images answered rightly.
        gradients: of the mean loss by every weight; valid until the next batch.
    """

    mean: float
    correct: int
    gradients: Flat


class Workers:
    """Networks that learn at the same time."""

    def __init__(
        self, networks: Sequence[Network], team: ThreadTeam, loss: Loss = "cross_entropy"
    ) -> None:
        """Workers.

        Args:
            networks: that share their weights; a single one if it has a batch-norm, whose
                statistics are those of the whole batch.
            team: a thread for each.
            loss: what is minimized.
        """
        self._networks, self._team, self._loss = networks, team, loss

    def learn(self, batch: Batch) -> BatchResult:
        """Loss and gradients of a batch."""
        size, networks = len(batch.labels), self._networks
        if size < len(networks) or len(networks) == 1:
            return self._learn(networks[0], batch, size)
        bounds = np.linspace(0, size, len(networks) + 1).astype(int).tolist()
        parts = [batch.part(slice(*pair)) for pair in pairwise(bounds)]
        return _added(self._team.each(lambda n: self._learn(networks[n], parts[n], size)))

    def answer(self, batches: Sequence[Array]) -> list[Array]:
        """Logits (b, 10) of every batch of inputs (b, 28, 28)."""
        networks, turns = self._networks, len(self._networks)
        if len(batches) < turns or turns == 1:
            return _answer_all(networks[0], batches)
        done = self._team.each(lambda n: _answer_all(networks[n], batches[n::turns]))
        return [done[place % turns][place // turns] for place in range(len(batches))]

    def _learn(self, network: Network, part: Batch, size: int) -> BatchResult:
        """What a part of a batch of ``size`` images adds to its loss and gradients."""
        network.prepare(training=True, masks=part.masks)
        loss = loss_of(self._loss, network.forward(part.inputs), part.labels, size)
        network.learn(loss.gradient)
        network.remember()
        network.prepare(training=False)
        return BatchResult(loss.total / size, loss.correct, network.gradients)


def _added(parts: Sequence[BatchResult]) -> BatchResult:
    first, *rest = parts
    for part in rest:
        first.gradients.vector += part.gradients.vector
    mean = sum(part.mean for part in parts)
    return BatchResult(mean, sum(part.correct for part in parts), first.gradients)


def _answer_all(network: Network, batches: Sequence[Array]) -> list[Array]:
    return [network.forward(batch).copy() for batch in batches]
