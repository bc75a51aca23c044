"""Strokes of a drawing, and the smooth curve through their points.

A slow mouse reports few points for a fast stroke.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.pictures.normalize import BOX

Points = NDArray[np.float64]

PARTS = 4
"""Number of points that replace one point."""

_NOTHING = 1e-9
"""Replaces the zero distance between identical points, to avoid a division by zero."""


def smooth(points: Points) -> Points:
    """The centripetal Catmull-Rom curve through points, (n, k) -> (4·(n - 1) + 1, k).

    Barry & Goldman 1988; centripetal, since then it has neither loops nor cusps between two points
    (Yuksel, Schaefer & Keyser 2011). Fewer than three points are straight and stay as they are.
    The first two columns are the place; others change along the curve as it does.
    """
    if len(points) < 3:
        return points
    ends = points[:-1], points[1:]
    start, end, leaving, reaching = (value[:, None] for value in (*ends, *speeds(points)))
    curve = between(start, end, leaving, reaching, (np.arange(PARTS) / PARTS)[:, None])
    return np.vstack([curve.reshape(-1, points.shape[1]), points[-1:]])


def speeds(points: Points) -> tuple[Points, Points]:
    """The curve's speeds, (n - 1, k) each: where it leaves a point and where it reaches the next.

    A third of them leads to the control points of a cubic Bézier curve. At least two points.
    """
    whole = np.vstack([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    ways = np.diff(whole, axis=0)
    knots = _knots(ways)
    return _speeds((ways[:-2], ways[1:-1], ways[2:]), (knots[:-2], knots[1:-1], knots[2:]))


def segment_speeds(
    before: Points, start: Points, end: Points, after: Points
) -> tuple[Points, Points]:
    """The speeds of n segments by themselves, from their neighbors; all (n, k)."""
    ways = start - before, end - start, after - end
    return _speeds(ways, (_knots(ways[0]), _knots(ways[1]), _knots(ways[2])))


def _knots(ways: Points) -> Points:
    """(n, 1): the centripetal lengths of ways."""
    return np.asarray(np.maximum(np.sqrt(np.hypot(ways[:, 0], ways[:, 1])), _NOTHING)[:, None])


def _speeds(
    ways: tuple[Points, Points, Points], knots: tuple[Points, Points, Points]
) -> tuple[Points, Points]:
    """The speeds of n segments from the ways before, along, and after each of them."""
    into, way, out = (way / knot for way, knot in zip(ways, knots, strict=True))
    leaving = into - (ways[0] + ways[1]) / (knots[0] + knots[1]) + way
    reaching = way - (ways[1] + ways[2]) / (knots[1] + knots[2]) + out
    return leaving * knots[1], reaching * knots[1]


def between(
    starts: Points, ends: Points, leaving: Points, reaching: Points, part: Points
) -> Points:
    """Points of cubics with given speeds at their ends, at a part 0-1 of each; all broadcast."""
    t, u = part, 1 - part
    inner = t * u * (leaving * u - reaching * t)
    curve: Points = starts * u**2 * (1 + 2 * t) + ends * t**2 * (3 - 2 * t) + inner
    return curve


EDGE = 1.4
"""Pixels from full ink to none across a stroke's edge, which is a little softer than a pixel.

With it pen digits have as many pixels that are not black as MNIST's within 4 %.
"""

_STEP = 0.25
"""Points nearer to each other than this, in pixels, are drawn as one."""

_SPARSE = 1.0
"""Where points are farther apart than this, in pixels, the stroke between them is curved."""

_MOST = 1000
"""Maximum number of segments; a longer drawing is drawn in longer steps."""

_TILE = 14
"""Pixels a side of what is drawn at once; far strokes are left out of it."""

EVEN = 0.5
"""The pressure of a device that has none."""

_LIGHTEST, _HEAVIEST = 0.6, 1.4
"""Weight of a pen that hardly touches, and of one that is pressed as hard as it can be."""

Ramp = NDArray[np.float32]


def weight(pressure: Any) -> Any:
    """The width factor for a pressure of 0-1; an invalid number counts as even pressure."""
    # Called for every move of a pen: np.nan_to_num and np.clip take five times as long.
    known = np.where(np.isnan(pressure), EVEN, pressure)
    return _LIGHTEST + (_HEAVIEST - _LIGHTEST) * np.minimum(np.maximum(known, 0.0), 1.0)


def weighed(strokes: list[Points]) -> list[Points]:
    """Pressures (the third column) as weights, whose mean over all points is 1."""
    weights = [weight(stroke[:, 2]) for stroke in strokes]
    mean = np.concatenate(weights).mean()
    pairs = zip(strokes, weights, strict=True)
    return [np.column_stack([stroke[:, :2], own / mean]) for stroke, own in pairs]


def moved(points: Points, shift: Points, scale: float = 1.0) -> Points:
    """Points (..., 3), scaled, then shifted by (2,); weights stay."""
    return np.asarray(points * [scale, scale, 1.0] + [*shift, 0.0])


def longer_side(strokes: list[Points]) -> float:
    """Of the box around all points; 0 for a dot, which has no size that could be scaled."""
    points = np.concatenate(strokes)[:, :2]
    side = float((points.max(axis=0) - points.min(axis=0)).max())
    return 0.0 if side <= 1e-12 * max(1.0, float(np.abs(points).max())) else side


def fitted(strokes: list[Points], extent: float) -> list[Points]:
    """Scaled to a box whose longer side is ``extent``, in the middle of 20x20."""
    points = np.concatenate(strokes)[:, :2]
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    side = longer_side(strokes)
    scale = extent / side if side else 0.0
    return [moved(stroke, BOX / 2 - middle * scale, scale) for stroke in strokes]


def smoothed(stroke: Points) -> Points:
    """Smooths the corners of a stroke that has few points."""
    way = _ways(stroke).sum()
    return smooth(stroke) if way > _SPARSE * len(stroke) else stroke


def thinned(strokes: list[Points], step: float = _STEP) -> list[Points]:
    """Without points nearer than ``step``; every stroke has at least two points after it."""
    lengths = [_ways(stroke) for stroke in strokes]
    step = max(step, sum(float(length.sum()) for length in lengths) / _MOST)
    return [_steps(stroke, length, step) for stroke, length in zip(strokes, lengths, strict=True)]


def _ways(stroke: Points) -> Points:
    """(n - 1,): from every point to the next."""
    return np.asarray(np.hypot(*np.diff(stroke[:, :2], axis=0).T))


def _steps(stroke: Points, lengths: NDArray[np.float64], step: float) -> Points:
    """The first point, every point that begins another ``step`` of the way, and the last."""
    if len(stroke) == 1:
        return np.repeat(stroke, 2, axis=0)
    way = np.floor(np.cumsum(lengths) / step)
    begins = np.flatnonzero(np.diff(way, prepend=0.0)) + 1
    thinned_stroke: Points = stroke[np.unique(np.concatenate([[0], begins, [len(stroke) - 1]]))]
    return thinned_stroke


def segments(strokes: list[Points]) -> Points:
    """(2, n, 3): where every segment starts, and where it ends."""
    starts = np.concatenate([stroke[:-1] for stroke in strokes])
    ends = np.concatenate([stroke[1:] for stroke in strokes])
    return np.stack([starts, ends])


def drawn(segments: Points, pen: float, side: int) -> Ramp:
    """How much of every pixel of (side, side) the pen covers, 0-1."""
    starts, ends = segments.astype(np.float32)
    depths = np.full((side, side), -np.inf, dtype=np.float32)
    for top in range(0, side, _TILE):
        for left in range(0, side, _TILE):
            tile = depths[top : top + _TILE, left : left + _TILE]
            near = _near(starts, ends, np.array([left, top]), pen)
            if near.any():
                tile[:] = _depths(starts[near], ends[near], pen, left, top, tile.shape)
    return np.asarray(np.clip(depths / np.float32(EDGE) + np.float32(0.5), 0, 1))


def _near(starts: Ramp, ends: Ramp, corner: Points, pen: float) -> NDArray[np.bool_]:
    """(n,): the segments that may reach into a tile."""
    reach = pen / 2 * np.maximum(starts[:, 2:], ends[:, 2:]) + EDGE
    low = np.minimum(starts, ends)[:, :2] - reach
    high = np.maximum(starts, ends)[:, :2] + reach
    return np.asarray(((low <= corner + _TILE) & (high >= corner)).all(axis=1))


def _depths(
    starts: Ramp, ends: Ramp, pen: float, left: int, top: int, shape: tuple[int, ...]
) -> Ramp:
    """How deep every pixel's center lies in the ink of n segments, each (n, 3), in pixels."""
    ways = ends - starts
    half = np.float32(0.5)
    x = np.arange(shape[1], dtype=np.float32) + half + np.float32(left) - starts[:, :1]
    y = np.arange(shape[0], dtype=np.float32) + half + np.float32(top) - starts[:, 1:2]
    across, down, heavier = (ways[:, column, None] for column in range(3))
    squares = np.maximum(across**2 + down**2, np.float32(1e-12))
    part = np.clip((x * across / squares)[:, None, :] + (y * down / squares)[:, :, None], 0, 1)
    aside = x[:, None, :] - part * across[:, None]
    above = y[:, :, None] - part * down[:, None]
    radii = np.float32(pen / 2) * (starts[:, 2, None, None] + part * heavier[:, None])
    depths: Ramp = (radii - np.sqrt(aside**2 + above**2)).max(axis=0)
    return depths
