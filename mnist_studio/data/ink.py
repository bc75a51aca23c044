"""Pen strokes as a digit image, after MNIST's own recipe.

The recipe is applied to the *points*, and only then are they drawn with a round pen: so strokes
have MNIST's width and edges whatever the size of the drawing, which no shrunk bitmap would have.
Points can be placed between pixels, so the centre of mass lands in the centre exactly and a
drawing that grows does not jump from pixel to pixel.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.digits import SIDE
from mnist_studio.data.normalise import BOX, CENTRE
from mnist_studio.data.smooth import smooth
from mnist_studio.errors import PictureError

PEN = 2.5
"""Width of the pen in pixels of the digit image.

With it 7,494 pen digits by 30 writers have the ink of MNIST's within 3 %, averaged class by class.
"""

_EDGE = 1.4
"""Pixels from full ink to none across a stroke's edge, which is a little softer than a pixel.

With it they have as many pixels that are not black as MNIST's within 4 %.
"""

FARTHEST = 1e9
"""Coordinates beyond this are not from any pad."""

_STEP = 0.25
"""Points nearer to each other than this, in pixels, are drawn as one."""

_SPARSE = 1.0
"""Where points are farther apart than this, in pixels, the stroke between them is curved."""

_MOST = 1000
"""So many segments are drawn at most; a longer drawing is drawn in longer steps."""

Points = NDArray[np.float64]
Ramp = NDArray[np.float32]


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
    rim = (pen + _EDGE - 1) / 2
    fitted = _fitted(strokes, BOX - 2 * rim)
    # Between the points a curve may leave the box, so it is fitted again.
    fitted = _fitted([_smoothed(stroke) for stroke in fitted], BOX - 2 * rim)
    segments = _segments(_thinned(fitted))
    levels = _drawn(segments + _shift(segments, pen, rim), pen, SIDE)
    return np.asarray(np.rint(levels * (255 / levels.max())), dtype=np.uint8)


def _check(strokes: list[Points]) -> None:
    if not strokes:
        raise PictureError("Nothing was drawn.", "Draw a digit on the pad.")
    for stroke in strokes:
        if stroke.ndim != 2 or stroke.shape[1] != 2:
            raise PictureError("A point has not two coordinates.", "Clear the pad and draw again.")
        if not (np.abs(stroke) <= FARTHEST).all():
            raise PictureError("A point lies nowhere on the pad.", "Clear the pad and draw again.")


def _fitted(strokes: list[Points], extent: float) -> list[Points]:
    """Scaled to a box whose longer side is ``extent``, in the middle of 20x20."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max())
    # A tap is a dot: it has no size that could be scaled.
    dot = side <= 1e-12 * max(1.0, float(np.abs(points).max()))
    scale = 0.0 if dot else extent / side
    return [(stroke - (low + high) / 2) * scale + BOX / 2 for stroke in strokes]


def _smoothed(stroke: Points) -> Points:
    """Without the corners that a stroke of few points has."""
    way = np.hypot(*np.diff(stroke, axis=0).T).sum()
    return smooth(stroke) if way > _SPARSE * len(stroke) else stroke


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
    kept: Points = stroke[np.unique(np.concatenate([[0], begins, [len(stroke) - 1]]))]
    return kept


def _segments(strokes: list[Points]) -> Points:
    """(2, n, 2): where every segment starts, and where it ends."""
    starts = np.concatenate([stroke[:-1] for stroke in strokes])
    ends = np.concatenate([stroke[1:] for stroke in strokes])
    return np.stack([starts, ends])


def _shift(segments: Points, pen: float, rim: float) -> Points:
    """(2,): from the middle of 20x20 to where the mass is centred, but never off the frame."""
    mass = _drawn(segments, pen, BOX)
    pixels = np.arange(BOX, dtype=np.float32)
    centre = np.array([mass.sum(axis=0) @ pixels, mass.sum(axis=1) @ pixels]) / mass.sum()
    low, high = segments.min(axis=(0, 1)) - rim, segments.max(axis=(0, 1)) + rim
    return np.asarray(np.clip(CENTRE - centre, -low, SIDE - high))


def _drawn(segments: Points, pen: float, side: int) -> Ramp:
    """How much of every pixel of (side, side) the pen covers, 0-1."""
    starts, ends = segments.astype(np.float32)
    depths = np.float32(pen / 2) - _distances(starts, ends, side)
    return np.asarray(np.clip(depths / np.float32(_EDGE) + np.float32(0.5), 0, 1))


def _distances(starts: Ramp, ends: Ramp, side: int) -> Ramp:
    """(side, side): from every pixel's centre to the nearest of n segments, each (n, 2)."""
    ways = ends - starts
    pixels = np.arange(side, dtype=np.float32) + np.float32(0.5)
    x, y = pixels - starts[:, :1], pixels - starts[:, 1:]
    squares = np.maximum((ways**2).sum(axis=1), np.float32(1e-12))[:, None]
    part = (x * ways[:, :1] / squares)[:, None, :] + (y * ways[:, 1:] / squares)[:, :, None]
    part = np.clip(part, 0, 1)
    across_x = x[:, None, :] - part * ways[:, 0, None, None]
    across_y = y[:, :, None] - part * ways[:, 1, None, None]
    nearest: Ramp = (across_x**2 + across_y**2).min(axis=0)
    return np.asarray(np.sqrt(nearest))
