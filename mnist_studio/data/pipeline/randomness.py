"""Random numbers as pure functions of (seed, purpose, step). There is no state to store.

Philox (Salmon et al. 2011) is a counter-based generator: the seed and the purpose are its key, the
step its counter, so any step's numbers can be had without those before it.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Purpose(IntEnum):
    """What random numbers are for. Purposes never share a stream; a number is never reused."""

    WEIGHTS = 1
    BATCH_ORDER = 2
    DROPOUT = 3
    VALIDATION = 4
    SAMPLES = 5
    AUGMENTATION = 6
    PERTURBATION = 7
    HANDWRITING = 8
    TEST_SPLIT = 9
    FRACTION = 10
    LABEL_NOISE = 11


def generator(seed: int, purpose: Purpose, step: int = 0, part: int = 0) -> np.random.Generator:
    """A generator for one purpose, step and part (such as the place of a layer)."""
    return np.random.Generator(_philox(seed, purpose, step, part))


def random_bytes(
    seed: int, purpose: Purpose, step: int, part: int, count: int
) -> NDArray[np.uint8]:
    """``count`` independent bytes, (count,) uint8."""
    words = _philox(seed, purpose, step, part).random_raw((count + 7) // 8)
    # Little-endian on every machine, so that a seed means the same everywhere.
    return np.asarray(words, dtype="<u8").view(np.uint8)[:count]


def permutation(seed: int, purpose: Purpose, step: int, count: int) -> NDArray[np.int64]:
    """A random order of 0 ... count - 1, (count,) int64.

    Sorts Philox' raw words: unlike ``Generator.permutation``, those never change between releases
    of NumPy.
    """
    words = random_bytes(seed, purpose, step, 0, 8 * count).view("<u8")
    return np.argsort(words, kind="stable").astype(np.int64)


def _philox(seed: int, purpose: Purpose, step: int, part: int) -> np.random.Philox:
    key = np.array([seed, int(purpose)], dtype=np.uint64)
    # The lowest word counts blocks within the stream; step and part lie above it.
    counter = np.array([0, 0, part, step], dtype=np.uint64)
    return np.random.Philox(key=key, counter=counter)
