"""Training steps in chunks, sized by time and memory. Their size does not change any result."""

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
"""Target time of a chunk. Short chunks let Stop and Pause take effect quickly."""

MOST_BYTES = 16 * 2**20
"""The largest chunk with several steps. A single step may be larger if its batch is.

The allocator returns larger arrays to the system after every chunk. With 64 MiB, the masks of
``wide-cnn`` took 50 % longer.
"""


class ChunkSizer:
    """Chooses the number of steps in the next chunk from the time that the last one took."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self.steps = 1

    def update(self, steps: int, seconds: float) -> None:
        """Takes the time of a chunk. The size grows at most fourfold, to limit outliers."""
        fitting = int(TARGET_SECONDS / max(seconds / steps, 1e-9))
        self.steps = max(1, min(fitting, 4 * self.steps, self._capacity))


@dataclass(frozen=True)
class _Drop:
    name: str
    layer: int
    shape: Shape
    threshold: int


class ChunkMaker:
    """Makes the chunks of a run: indices, learning rates, dropout masks and augmented images.

    Args:
        model: the network.
        training: its training.
        images: the training set, (n, 28, 28) uint8.
        generated: how many of them, at the end, are digits generated in handwriting styles.
    """

    def __init__(
        self,
        model: ModelSpec,
        training: TrainingSpec,
        images: NDArray[np.uint8],
        generated: int = 0,
    ) -> None:
        self._training = training
        self._images = images
        self._augmented_images = len(images) - (0 if training.augment_generated else generated)
        self._batches = Batches(training, len(images))
        self._drops = [
            _Drop(report.name, layer, report.output, report.layer.threshold)
            for layer, report in enumerate(describe(model))
            if isinstance(report.layer, Dropout)
        ]

    def bytes_per_step(self) -> int:
        """The memory of a step with a full batch, in bytes."""
        per_image = np.dtype(np.int64).itemsize + sum(prod(drop.shape) for drop in self._drops)
        if self._training.augmentation:
            per_image += prod(IMAGE_SHAPE)
        return per_image * batch_sizes(self._training, len(self._images), 0, 1)[0]

    def make(
        self,
        first: int,
        most: int,
        validation: Sequence[float] = (),
        should_continue: Callable[[], bool] = lambda: True,
    ) -> Chunk:
        """The chunk that starts at step ``first``.

        Args:
            first: the first step, from 0.
            most: the largest number of steps. The chunk has at least one.
            validation: accuracy on the validation set after every epoch so far.
            should_continue: called every few images. After it returns False, the chunk is invalid.
        """
        most = min(most, max(1, MOST_BYTES // self.bytes_per_step()))
        count = self._batches.alike(first, most)
        return self._chunk(first, self._batches.take(first, count), validation, should_continue)

    def empty(self, batch: int) -> Chunk:
        """The chunk without steps for a batch size, which compiles but changes nothing."""
        return self._chunk(0, np.empty((0, batch), np.int64))

    def _chunk(
        self,
        first: int,
        indices: NDArray[np.int64],
        validation: Sequence[float] = (),
        should_continue: Callable[[], bool] = lambda: True,
    ) -> Chunk:
        steps, images = range(first, first + len(indices)), len(self._images)
        rates = [learning_rate(self._training, step, images, validation) for step in steps]
        masks = {drop.name: self._masks(drop, steps, indices.shape[1]) for drop in self._drops}
        return Chunk(
            indices, np.array(rates), masks, self._augmented(steps, indices, should_continue)
        )

    def _augmented(
        self, steps: range, indices: NDArray[np.int64], should_continue: Callable[[], bool]
    ) -> NDArray[np.uint8] | None:
        """(k, b, 28, 28); a function of seed, step, image and its position in the batch only."""
        training = self._training
        if training.augmentation is None:
            return None
        images = np.empty((*indices.shape, *self._images.shape[1:]), np.uint8)
        for batch, step, chosen in zip(images, steps, indices, strict=True):
            batch[...] = augmented(
                self._images[chosen], training.augmentation, training.seed, step, should_continue
            )
            unchanged = chosen >= self._augmented_images
            batch[unchanged] = self._images[chosen[unchanged]]
        return images

    def _masks(self, drop: _Drop, steps: range, batch: int) -> NDArray[np.uint8]:
        """(k, batch, *shape), 1 where a unit stays on; a function of seed, layer and step only."""
        masks = np.empty((len(steps), batch, *drop.shape), np.uint8)
        for mask, step in zip(masks, steps, strict=True):
            drawn = random_bytes(
                self._training.seed, Purpose.DROPOUT, step, drop.layer, batch * prod(drop.shape)
            )
            np.greater_equal(drawn.reshape(mask.shape), drop.threshold, out=mask, casting="unsafe")
        return masks
