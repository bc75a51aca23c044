"""Strokes as arrays of points: scaled, smoothed, and drawn with a round pen."""

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.normalise import BOX
from mnist_studio.data.smooth import smooth

EDGE = 1.4
"""Pixels from full ink to none across a stroke's edge, which is a little softer than a pixel.

With it pen digits have as many pixels that are not black as MNIST's within 4 %.
"""

_STEP = 0.25
"""Points nearer to each other than this, in pixels, are drawn as one."""

_SPARSE = 1.0
"""Where points are farther apart than this, in pixels, the stroke between them is curved."""

_MOST = 1000
"""So many segments are drawn at most; a longer drawing is drawn in longer steps."""

Points = NDArray[np.float64]
Ramp = NDArray[np.float32]


def longer_side(strokes: list[Points]) -> float:
    """Of the box around all points; 0 for a dot, which has no size that could be scaled."""
    points = np.concatenate(strokes)
    side = float((points.max(axis=0) - points.min(axis=0)).max())
    return 0.0 if side <= 1e-12 * max(1.0, float(np.abs(points).max())) else side


def fitted(strokes: list[Points], extent: float) -> list[Points]:
    """Scaled to a box whose longer side is ``extent``, in the middle of 20x20."""
    points = np.concatenate(strokes)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    side = longer_side(strokes)
    scale = extent / side if side else 0.0
    return [(stroke - middle) * scale + BOX / 2 for stroke in strokes]


def smoothed(stroke: Points) -> Points:
    """Without the corners that a stroke of few points has."""
    way = np.hypot(*np.diff(stroke, axis=0).T).sum()
    return smooth(stroke) if way > _SPARSE * len(stroke) else stroke


def thinned(strokes: list[Points]) -> list[Points]:
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


def segments(strokes: list[Points]) -> Points:
    """(2, n, 2): where every segment starts, and where it ends."""
    starts = np.concatenate([stroke[:-1] for stroke in strokes])
    ends = np.concatenate([stroke[1:] for stroke in strokes])
    return np.stack([starts, ends])


def drawn(segments: Points, pen: float, side: int) -> Ramp:
    """How much of every pixel of (side, side) the pen covers, 0-1."""
    starts, ends = segments.astype(np.float32)
    depths = np.float32(pen / 2) - _distances(starts, ends, side)
    return np.asarray(np.clip(depths / np.float32(EDGE) + np.float32(0.5), 0, 1))


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
