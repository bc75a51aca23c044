"""Keeping training digits apart to validate on."""

import numpy as np

from mnist_studio.data.digits import Digits
from mnist_studio.data.randomness import Purpose, permutation
from mnist_studio.errors import DataError


def split(train: Digits, validation: int, seed: int) -> tuple[Digits, Digits | None]:
    """Splits ``validation`` digits, drawn by the seed, off the training digits.

    Both parts keep the order of the original.

    Returns:
        The digits to train on and those to validate on, None where none are wanted.

    Raises:
        DataError: more are wanted than would leave one to train on.
    """
    if validation == 0:
        return train, None
    if not 0 < validation < len(train):
        raise DataError(
            f"{validation:,} validation digits cannot be taken from {len(train):,}.",
            f"Choose a number from 0 to {len(train) - 1:,}.",
        )
    order = permutation(seed, Purpose.VALIDATION, 0, len(train))
    kept, apart = np.sort(order[validation:]), np.sort(order[:validation])
    return train.take(kept), train.take(apart)
