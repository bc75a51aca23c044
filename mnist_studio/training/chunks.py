"""Steps as chunks, sized by time and by memory. Their size never changes a result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.pipeline.augmentation import augmented
from mnist_studio.data.pipeline.batches import Batches
from mnist_studio.data.pipeline.randomness import Purpose, random_bytes
from mnist_studio.frameworks.base import Chunk
from mnist_studio.spec.layers import Dropout, Shape
from mnist_studio.spec.model import IMAGE_SHAPE, ModelSpec, describe
from mnist_studio.spec.run import TrainingSpec
from mnist_studio.spec.steps import batch_sizes, learning_rate

TARGET_SECONDS = 0.1
"""A chunk shall take no longer, so that Stop and Pause are answered soon."""

MOST_BYTES = 16 * 2**20
"""A chunk of several steps is no larger; one step alone may be, if its batch is.

Larger arrays are got from the system and given back for every chunk, which made the masks of
``wide-cnn`` take half as long again at 64 MiB.
"""


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
    """Makes the chunks of a run: indices, rates, dropout masks and augmented digits.

    Args:
        model: the network.
        training: how it is trained.
        images: the training digits, (n, 28, 28) uint8.
    """

    def __init__(self, model: ModelSpec, training: TrainingSpec, images: NDArray[np.uint8]) -> None:
        self._training = training
        self._images = images
        self._batches = Batches(training, len(images))
        self._drops = [
            _Drop(report.name, place, report.output, report.layer.threshold)
            for place, report in enumerate(describe(model))
            if isinstance(report.layer, Dropout)
        ]

    def bytes_a_step(self) -> int:
        """The memory that a step of a whole batch takes."""
        digit = np.dtype(np.int64).itemsize + sum(prod(drop.shape) for drop in self._drops)
        if self._training.augmentation:
            digit += prod(IMAGE_SHAPE)
        return digit * batch_sizes(self._training, len(self._images), 0, 1)[0]

    def make(
        self,
        first: int,
        most: int,
        validation: Sequence[float] = (),
        go_on: Callable[[], bool] = lambda: True,
    ) -> Chunk:
        """The chunk of at most so many steps from ``first`` (from 0) on, one at least.

        Args:
            first: step.
            most: steps.
            validation: accuracy on the validation digits after every epoch so far.
            go_on: asked every few digits; once it says no, the chunk is of no use.
        """
        most = min(most, max(1, MOST_BYTES // self.bytes_a_step()))
        count = self._batches.alike(first, most)
        return self._chunk(first, self._batches.take(first, count), validation, go_on)

    def empty(self, batch: int) -> Chunk:
        """The chunk of no step, of batches of that size."""
        return self._chunk(0, np.empty((0, batch), np.int64))

    def _chunk(
        self,
        first: int,
        indices: NDArray[np.int64],
        validation: Sequence[float] = (),
        go_on: Callable[[], bool] = lambda: True,
    ) -> Chunk:
        steps, digits = range(first, first + len(indices)), len(self._images)
        rates = [learning_rate(self._training, step, digits, validation) for step in steps]
        masks = {drop.name: self._masks(drop, steps, indices.shape[1]) for drop in self._drops}
        return Chunk(indices, np.array(rates), masks, self._augmented(steps, indices, go_on))

    def _augmented(
        self, steps: range, indices: NDArray[np.int64], go_on: Callable[[], bool]
    ) -> NDArray[np.uint8] | None:
        """(k, b, 28, 28); a function of seed, step, digit and its place in the batch alone."""
        training = self._training
        if training.augmentation is None:
            return None
        images = np.empty((*indices.shape, *self._images.shape[1:]), np.uint8)
        for batch, step, places in zip(images, steps, indices, strict=True):
            batch[...] = augmented(
                self._images[places], training.augmentation, training.seed, step, go_on
            )
        return images

    def _masks(self, drop: _Drop, steps: range, batch: int) -> NDArray[np.uint8]:
        """(k, batch, *shape), 1 where a unit is kept; a function of seed, layer and step alone."""
        masks = np.empty((len(steps), batch, *drop.shape), np.uint8)
        for mask, step in zip(masks, steps, strict=True):
            drawn = random_bytes(
                self._training.seed, Purpose.DROPOUT, step, drop.place, batch * prod(drop.shape)
            )
            np.greater_equal(drawn.reshape(mask.shape), drop.threshold, out=mask, casting="unsafe")
        return masks
