"""Keeping training digits apart to validate on.

Which training digits every step sees, the same for every framework.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import LabeledImages
from mnist_studio.data.pipeline.randomness import Purpose, permutation, random_bytes
from mnist_studio.errors import DataError
from mnist_studio.spec.run import TrainingSpec
from mnist_studio.spec.steps import steps_per_pass


def epoch_order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """The order in which a pass sees ``count`` digits, (count,) int64: a permutation."""
    return permutation(seed, Purpose.BATCH_ORDER, epoch, count)


class Batches:
    """The batches of a run: each is a function of its step alone.

    Args:
        training: how the network is trained.
        digits: how many training digits there are.
    """

    def __init__(self, training: TrainingSpec, digits: int) -> None:
        self._training = training
        self._digits = digits
        self._size = training.batch_size
        self._pass = -1
        self._order = np.arange(digits)

    def alike(self, first: int, most: int) -> int:
        """How many steps from ``first`` on, at most ``most``, one array of batches can have.

        A smaller last batch comes alone and is never dropped; none reaches into the next pass.
        """
        if self._training.sampling == "with_replacement":
            return most
        whole = self._digits // self._size - first % steps_per_pass(self._training, self._digits)
        return min(most, whole) if whole > 0 else 1

    def take(self, first: int, count: int) -> NDArray[np.int64]:
        """The digits of ``count`` steps that are alike, (count, b)."""
        if self._training.sampling == "with_replacement":
            return np.stack([self._drawn(step) for step in range(first, first + count)])
        number, place = divmod(first, steps_per_pass(self._training, self._digits))
        part = slice(place * self._size, (place + count) * self._size)
        return self._order_of(number)[part].reshape(count, -1)

    def _order_of(self, number: int) -> NDArray[np.int64]:
        """The order of a pass; the last one is cached."""
        if self._training.sampling == "shuffled" and number != self._pass:
            self._order = epoch_order(self._training.seed, number, self._digits)
            self._pass = number
        return self._order

    def _drawn(self, step: int) -> NDArray[np.int64]:
        """Digits drawn with replacement, (b,); evenly but for 1 in 2^32 / digits."""
        drawn = random_bytes(self._training.seed, Purpose.BATCH_ORDER, step, 1, 4 * self._size)
        return (drawn.view("<u4").astype(np.uint64) * self._digits >> 32).astype(np.int64)


def split(
    train: LabeledImages, validation: int, seed: int
) -> tuple[LabeledImages, LabeledImages | None]:
    """Splits ``validation`` digits, drawn by the seed, off the training digits.

    Both sets preserve the order of the original.

    Returns:
        The digits to train on and those to validate on, None where none are wanted.

    Raises:
        DataError: more are wanted than would leave one to train on.
    """
    if validation == 0:
        return train, None
    if not 0 < validation < len(train):
        raise DataError(
            f"Number of validation images must be 0 to {len(train) - 1:,}, got {validation:,}.",
            "Choose a smaller validation set.",
        )
    order = permutation(seed, Purpose.VALIDATION, 0, len(train))
    training_rows, validation_rows = np.sort(order[validation:]), np.sort(order[:validation])
    return train.take(training_rows), train.take(validation_rows)
