"""Any gray image, white on black, as a digit image after MNIST's own recipe.

LeCun et al. 1998 fitted digits into 20x20 pixels, keeping their aspect ratio, and placed them in
28x28 so that the center of mass is the center. Yadav & Bottou 2019 (QMNIST) reconstructed the
details: a tight box made square, the brightest pixel at 255, and placement by whole pixels.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import SIDE
from mnist_studio.errors import PictureError

BOX = 20
CENTRE = 14.0
"""The mean index, over columns and rows, of the mass of MNIST's training digits."""

_SMALLEST = 4
"""Specks below this many pixels are not blown up to a whole digit."""

Levels = NDArray[np.floating[Any]]


def normalize(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """Brings a gray image to a digit image.

    Computes in float64, so that machines with other matrix products round to the same bytes.

    Args:
        levels: (h, w), any number type and scale; 0 is background, more is ink.

    Returns:
        (28, 28) uint8, the brightest pixel 255.

    Raises:
        PictureError: there is no ink.
    """
    ink = _tight(np.asarray(levels, dtype=np.float64))
    side = max(*ink.shape, _SMALLEST)
    rows, columns = (_resampling(side, size) for size in ink.shape)
    return place(rows @ ink @ columns.T)


def place(box: Levels) -> NDArray[np.uint8]:
    """Puts a box of ink, at most 28x28, where its center of mass is nearest to the center.

    By whole pixels, so that edges stay as they are, and never beyond the frame.

    Raises:
        PictureError: there is no ink.
    """
    peak = float(box.max(initial=0.0))
    if peak <= 0:
        raise blank()
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    top, left = (_start(box.sum(axis=axis)) for axis in (1, 0))
    height, width = box.shape
    image[top : top + height, left : left + width] = np.rint(box * (255 / peak))
    return image


def blank() -> PictureError:
    """The error for a picture without ink."""
    return PictureError(
        "No digit was found because the image has too little contrast.",
        "Select an image of a dark digit on a light background, or of a light digit on a dark one.",
    )


def _tight(levels: Levels) -> Levels:
    """The smallest part that holds all ink."""
    ink = levels > 0
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        raise blank()
    return levels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _start(mass: Levels) -> int:
    """Where a box with this mass along an axis must start."""
    center = float(mass @ np.arange(len(mass))) / float(mass.sum())
    # Symmetric ink lies between two pixels: the last digit of a sum must not choose.
    return min(max(round(CENTRE - center - 1e-6), 0), SIDE - len(mass))


def _resampling(side: int, size: int) -> Levels:
    """(20, size): brings the middle ``size`` of ``side`` pixels to their part of 20.

    The Hermite kernel 2|x|³ - 3|x|² + 1 is never negative, so it does not ring; it leaves 20
    pixels as they are; stretched by the scale it averages over the area of a pixel.
    """
    scale = side / BOX
    centers = (np.arange(BOX)[:, None] + 0.5) * scale
    distances = np.abs(np.arange(side) + 0.5 - centers) / max(scale, 1.0)
    near = np.minimum(distances, 1.0)
    weights = 2 * near**3 - 3 * near**2 + 1
    before = (side - size) // 2
    part: Levels = (weights / weights.sum(axis=1, keepdims=True))[:, before : before + size]
    return part
