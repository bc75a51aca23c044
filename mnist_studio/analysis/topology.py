"""Of how many pieces ink is, and how many holes it has."""

import numpy as np
from numpy.typing import NDArray

LEVEL = 64
"""From this grey on a pixel is ink: strokes that hardly touch are one."""

_SPECK = 3
"""Fewer pixels than these are no piece of their own."""


def pieces_and_holes(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n, 2): pieces and holes of images (n, h, w).

    Pixels belong together where they touch, also by a corner; paper does by an edge only, or a
    stroke aslant would leak. Holes are pieces less the Euler number, which is counted in windows of
    2x2 (Gray 1971, “Local properties of binary images in two dimensions”).
    """
    ink = np.pad(images >= LEVEL, ((0, 0), (1, 1), (1, 1)))
    roots, sizes = np.unique(_numbered(ink)[ink], return_counts=True)
    of = roots // (ink.shape[1] * ink.shape[2])
    whole = np.bincount(of, minlength=len(ink))
    pieces = np.bincount(of[sizes >= _SPECK], minlength=len(ink))
    return np.stack([pieces, whole - _euler(ink)], axis=1)


def _numbered(ink: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n, h, w): the greatest place of any pixel of the same piece; 0 where there is no ink."""
    numbers = np.where(ink, np.arange(ink.size).reshape(ink.shape), 0)
    while True:
        spread = numbers.copy()
        for axis in (1, 2):
            spread = np.maximum(
                spread, np.maximum(np.roll(spread, 1, axis), np.roll(spread, -1, axis))
            )
        # Whoever knows of a place takes what is known there: a stroke is not walked pixel by pixel.
        spread = np.where(ink, spread, 0)
        spread = spread.ravel()[spread]
        if (spread == numbers).all():
            return numbers
        numbers = spread


def _euler(ink: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n,): pieces less holes."""
    a, b, c, d = (ink[:, i : i + ink.shape[1] - 1, j : j + ink.shape[2] - 1]
                  for i in (0, 1) for j in (0, 1))  # fmt: skip
    filled = a.astype(np.int64) + b + c + d
    ones, threes = (filled == 1).sum(axis=(1, 2)), (filled == 3).sum(axis=(1, 2))
    aslant = ((filled == 2) & (a == d)).sum(axis=(1, 2))
    return np.asarray((ones - threes - 2 * aslant) // 4)
