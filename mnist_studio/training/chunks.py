"""An epoch as chunks of steps, sized by time. Their size never changes a result."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.randomness import Purpose, random_bytes
from mnist_studio.frameworks.base import Chunk
from mnist_studio.spec.layers import Dropout, Shape
from mnist_studio.spec.model import ModelSpec, describe
from mnist_studio.spec.run import TrainingSpec, learning_rate

TARGET_SECONDS = 0.1
"""A chunk shall take no longer, so that Stop and Pause are answered soon."""


class ChunkSizer:
    """How many steps the next chunk shall have, from how long the last ones took."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self.steps = 1

    def took(self, steps: int, seconds: float) -> None:
        """Learns from a chunk. Grows at most fourfold, so that one fast chunk misleads little."""
        fitting = int(TARGET_SECONDS / max(seconds / steps, 1e-9))
        self.steps = max(1, min(fitting, 4 * self.steps, self._capacity))


@dataclass(frozen=True)
class _Drop:
    name: str
    place: int
    shape: Shape
    threshold: int


class ChunkMaker:
    """Makes the chunks of a run: indices, rates and dropout masks.

    Args:
        model: the network.
        training: how it is trained.
        digits: how many training digits there are.
    """

    def __init__(self, model: ModelSpec, training: TrainingSpec, digits: int) -> None:
        self._training = training
        self._digits = digits
        self._drops = [
            _Drop(report.name, place, report.output, report.layer.threshold)
            for place, report in enumerate(describe(model))
            if isinstance(report.layer, Dropout)
        ]

    def make(self, first: int, indices: NDArray[np.int64]) -> Chunk:
        """The chunk of the steps from ``first`` (from 0) on these digits, (k, b)."""
        steps = range(first, first + len(indices))
        rates = [learning_rate(self._training, step, self._digits) for step in steps]
        masks = {drop.name: self._masks(drop, steps, indices.shape[1]) for drop in self._drops}
        return Chunk(indices, np.array(rates), masks)

    def _masks(self, drop: _Drop, steps: range, batch: int) -> NDArray[np.uint8]:
        """(k, batch, *shape), 1 where a unit is kept; a function of seed, layer and step alone."""
        masks = np.empty((len(steps), batch, *drop.shape), np.uint8)
        for mask, step in zip(masks, steps, strict=True):
            drawn = random_bytes(
                self._training.seed, Purpose.DROPOUT, step, drop.place, batch * prod(drop.shape)
            )
            np.greater_equal(drawn.reshape(mask.shape), drop.threshold, out=mask, casting="unsafe")
        return masks


def batches(
    order: NDArray[np.int64], size: int, start: int, sizer: ChunkSizer
) -> Iterator[NDArray[np.int64]]:
    """The batches of an epoch from step ``start`` on, as arrays (k, b).

    k follows ``sizer`` as it learns. A smaller last batch comes alone and is never dropped.
    """
    whole = len(order) // size
    step = start
    while step < whole:
        steps = min(sizer.steps, whole - step)
        yield order[step * size : (step + steps) * size].reshape(steps, size)
        step += steps
    if len(order) % size and step == whole:
        yield order[whole * size :].reshape(1, -1)
