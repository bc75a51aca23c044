"""Digits and strokes as gray levels, which made pictures show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from mnist_studio.data.ink.rendering import Ink, arrays
from mnist_studio.data.ink.strokes import drawn, fitted, moved, segments, smoothed, thinned

Random = np.random.Generator
Levels = NDArray[np.float64]
Image8 = NDArray[np.uint8]
HEIGHT = 160
"""Pixels of the longer side of a digit before a kind changes it."""


@dataclass(frozen=True, eq=False)
class Source:
    """A digit to make pictures of.

    Attributes:
        label: 0-9.
        ink: its strokes; empty for an image.
        image: (28, 28) of MNIST, where there are no strokes.
    """

    label: int
    ink: Ink = ()
    image: Image8 | None = None


def written(source: Source, random: Random, bold: float = 1.0) -> Levels:
    """The digit as ink of 0-1, ``HEIGHT`` along its longer side, cropped to its ink."""
    if source.image is not None:
        return _cropped(_enlarged(source.image, bold))
    pen = HEIGHT / 20 * random.uniform(1.5, 2.8) * bold
    strokes = [smoothed(stroke) for stroke in fitted(arrays(source.ink), HEIGHT - pen)]
    half = np.full(2, HEIGHT / 2)
    lines = segments(thinned([moved(stroke, half) for stroke in strokes], 1.0))
    return _cropped(np.asarray(drawn(lines, pen, 2 * HEIGHT), np.float64))


def _enlarged(image: Image8, bold: float) -> Levels:
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    box = np.pad(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 3)
    scale = HEIGHT / (max(box.shape) - 6)
    size = (round(box.shape[1] * scale), round(box.shape[0] * scale))
    large = Image.fromarray(box).resize(size, Image.Resampling.BICUBIC)
    large = large.filter(ImageFilter.GaussianBlur(scale / 3))
    if bold > 1:
        large = large.filter(ImageFilter.MaxFilter(2 * round(scale * (bold - 1)) + 1))
    levels = np.asarray(large, np.float64) / 255
    return np.clip((levels - 0.4) * 4 + 0.5, 0, 1)


def _cropped(levels: Levels) -> Levels:
    inked = levels > 0.05
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return levels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def with_margins(random: Random, ink: Levels, low: float = 0.15, high: float = 0.9) -> Levels:
    """Ink with empty margins of ``low`` to ``high`` of its longer side."""
    sides = (random.uniform(low, high, 4) * max(ink.shape)).astype(int)
    return np.pad(ink, ((sides[0], sides[1]), (sides[2], sides[3])))
