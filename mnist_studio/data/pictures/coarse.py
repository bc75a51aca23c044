"""Digits of few pixels, and the same enlarged without smoothing: they are smoothed first.

Steps of a whole pixel would be seen as corners of the strokes. Interpolated, a digit of 8x8 pixels
looks as it was written.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.pictures.normalize import Levels

_FEW = 15
"""Digits of MNIST have 20 pixels along their longer side, so they stay as they are."""

_SMALLEST_BLOCK = 3
"""Pixels of a side; smaller blocks are hardly seen."""

_LEAST = 4
"""Blocks along the shorter side of a picture; of fewer, nothing could be smoothed."""

_FINE = 80
"""Pixels along the longer side of a smoothed digit, about."""

_RIM = 0.15
"""Of the strongest ink: fainter ink comes from the interpolation."""


def block_of(levels: Levels) -> int:
    """The side of the blocks that a picture (h, w) consists of, in pixels; 1 without blocks."""
    sides = [_common_step(levels, axis) for axis in (0, 1)]
    side = math.gcd(*sides)
    coarse = side >= _SMALLEST_BLOCK and min(levels.shape) >= _LEAST * side
    return side if coarse else 1


def smoothed(ink: Levels, block: int) -> Levels:
    """Ink (h, w) of few pixels, each of them ``block`` on a side, as smooth ink.

    Ink of more pixels stays as it is.
    """
    inked = ink > 0
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not len(rows) or max(np.ptp(rows), np.ptp(columns)) + 1 > _FEW * block:
        return ink
    first = block // 2
    pixels = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1][first::block, first::block]
    scale = max(1, _FINE // max(pixels.shape))
    down, across = (_cubic(size, scale) for size in pixels.shape)
    fine = down @ pixels.astype(np.float64) @ across.T
    return np.where(fine > _RIM * fine.max(), fine, 0.0)


def _common_step(levels: Levels, axis: int) -> int:
    """The greatest step that divides all places along an axis where the picture changes."""
    changes = np.abs(np.diff(levels, axis=axis)).max(axis=1 - axis) > 1e-3
    places = (np.flatnonzero(changes) + 1).tolist()
    return math.gcd(levels.shape[axis], *places) if places else 1


def _cubic(size: int, scale: int) -> NDArray[np.float64]:
    """((size + 4) · scale, size): cubic convolution (Keys 1981) with a margin of two pixels."""
    centers = (np.arange((size + 4) * scale) + 0.5) / scale - 2.5
    far = np.abs(centers[:, None] - np.arange(size))
    near = 1.5 * far**3 - 2.5 * far**2 + 1
    outer = -0.5 * far**3 + 2.5 * far**2 - 4 * far + 2
    return np.where(far < 1, near, np.where(far < 2, outer, 0.0))
