"""The order of the training digits, the same for every framework."""

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.randomness import Purpose, permutation


def epoch_order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """The order in which an epoch sees ``count`` digits, (count,) int64: a permutation."""
    return permutation(seed, Purpose.BATCH_ORDER, epoch, count)
