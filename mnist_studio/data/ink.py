"""Pen strokes as a digit image, after MNIST's own recipe.

The recipe is applied to the *points*, and only then are they drawn with a round pen: so strokes
have MNIST's width and edges whatever the size of the drawing, which no shrunk bitmap would have.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.normalise import BOX, Levels, place
from mnist_studio.errors import PictureError

PEN = 3.0
"""Width of the pen in pixels of the digit image."""

FARTHEST = 1e9
"""Coordinates beyond this are not from any pad."""

_STEP = 0.25
"""Points nearer to each other than this, in pixels, are drawn as one."""

_MOST = 1000
"""So many segments are drawn at most; a longer drawing is drawn in longer steps."""

Points = NDArray[np.float64]


class Point(NamedTuple):
    """A point of a stroke, x to the right, y downwards; the unit does not matter."""

    x: float
    y: float


Stroke = tuple[Point, ...]
Ink = tuple[Stroke, ...]


def digit_image(ink: Ink, pen: float = PEN) -> NDArray[np.uint8]:
    """The digit image of a drawing.

    Args:
        ink: its strokes; where and how large they are does not matter.
        pen: width of the pen in pixels of the result.

    Returns:
        (28, 28) uint8, white on black.

    Raises:
        PictureError: nothing was drawn, or a coordinate is not a usable number.
    """
    strokes = [np.array(stroke, dtype=np.float64) for stroke in ink if stroke]
    _check(strokes)
    fitted = _thinned(_fitted(strokes, BOX - pen, BOX / 2))
    starts = np.concatenate([stroke[:-1] for stroke in fitted])
    ends = np.concatenate([stroke[1:] for stroke in fitted])
    return place(_coverage(_distances(starts, ends), pen))


def _check(strokes: list[Points]) -> None:
    if not strokes:
        raise PictureError("Nothing was drawn.", "Draw a digit on the pad.")
    for stroke in strokes:
        if stroke.ndim != 2 or stroke.shape[1] != 2:
            raise PictureError("A point has not two coordinates.", "Clear the pad and draw again.")
        if not (np.abs(stroke) <= FARTHEST).all():
            raise PictureError("A point lies nowhere on the pad.", "Clear the pad and draw again.")


def _fitted(strokes: list[Points], extent: float, middle: float) -> list[Points]:
    """Scaled so that the longer side of their box is ``extent``, its centre in ``middle``."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max())
    # A tap is a dot: it has no size that could be scaled.
    dot = side <= 1e-12 * max(1.0, float(np.abs(points).max()))
    scale = 0.0 if dot else extent / side
    return [(stroke - (low + high) / 2) * scale + middle for stroke in strokes]


def _thinned(strokes: list[Points]) -> list[Points]:
    """Without points that add nothing; every stroke has at least two points after it."""
    lengths = [np.hypot(*np.diff(stroke, axis=0).T) for stroke in strokes]
    step = max(_STEP, sum(float(length.sum()) for length in lengths) / _MOST)
    return [_steps(stroke, length, step) for stroke, length in zip(strokes, lengths, strict=True)]


def _steps(stroke: Points, lengths: NDArray[np.float64], step: float) -> Points:
    """The first point, every point that begins another ``step`` of the way, and the last."""
    if len(stroke) == 1:
        return np.repeat(stroke, 2, axis=0)
    way = np.floor(np.cumsum(lengths) / step)
    begins = np.flatnonzero(np.diff(way, prepend=0.0)) + 1
    keep = np.unique(np.concatenate([[0], begins, [len(stroke) - 1]]))
    return stroke[keep]


def _distances(starts: Points, ends: Points) -> Levels:
    """(20, 20): from every pixel's centre to the nearest of (n, 2) to (n, 2) segments."""
    ways = (ends - starts).astype(np.float32)
    pixels = np.arange(BOX, dtype=np.float32) + np.float32(0.5)
    x = pixels - starts[:, :1].astype(np.float32)
    y = pixels - starts[:, 1:].astype(np.float32)
    squares = np.maximum((ways**2).sum(axis=1), np.float32(1e-12))
    along_x, along_y = (x, y) * (ways / squares[:, None]).T[:, :, None]
    part = np.clip(along_y[:, :, None] + along_x[:, None, :], 0, 1)
    across_x = x[:, None, :] - part * ways[:, 0, None, None]
    across_y = y[:, :, None] - part * ways[:, 1, None, None]
    return np.asarray(np.sqrt((across_x**2 + across_y**2).min(axis=0)))


def _coverage(distances: Levels, pen: float) -> Levels:
    """How much of a pixel the pen covers, 0-1, taking the edge as straight within a pixel."""
    return np.clip(np.float32(pen / 2 + 0.5) - distances, 0, 1)
