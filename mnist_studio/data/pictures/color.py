"""Colored pictures as gray ones in which ink differs from paper.

Brightness is enough for most. Ink can also have another hue and the brightness of its paper.
"""

import numpy as np

from mnist_studio.data.pictures.normalize import Levels

_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green, and blue in the brightness (ITU-R BT.601), as Pillow has them."""

_FAINT = 0.5
"""Of the range of colors: brightness that differs less than this does not show the ink."""

_LEAST = 0.12
"""Of the full range: colors that differ less than this are those of one paper."""

_MOST = 40_000
"""Number of pixels whose colors are compared."""


def gray_of(levels: Levels) -> Levels:
    """A picture (h, w, c) as (h, w); levels are 0-1, c is 1 or 3.

    The gray of a colored picture is its brightness. Where colors differ far more than brightness,
    it is the first principal component of the colors.
    """
    if levels.shape[2] == 1:
        return levels[..., 0]
    gray = brightness(levels)
    pixels = levels.reshape(-1, 3)
    sample = pixels[:: max(1, len(pixels) // _MOST)]
    axis = _principal(sample)
    if _range(sample @ axis) < max(_LEAST, _range(sample @ _WEIGHTS) / _FAINT):
        return gray
    along = levels @ axis
    return np.asarray(np.clip(along - along.min(), 0, 1), dtype=np.float32)


def brightness(levels: Levels) -> Levels:
    """The brightness (h, w) of colors (h, w, 3)."""
    return np.asarray(levels @ _WEIGHTS, dtype=np.float32)


def _principal(pixels: Levels) -> Levels:
    """The axis (3,) along which colors (n, 3) differ most, of length 1."""
    centered = pixels - pixels.mean(axis=0)
    return np.asarray(np.linalg.eigh(centered.T @ centered)[1][:, -1], dtype=np.float32)


def _range(levels: Levels) -> float:
    """Between nearly the lowest and nearly the highest, so that noise does not count."""
    low, high = np.quantile(levels, [0.01, 0.99])
    return float(high - low)
