"""A smooth curve through the few points that a slow mouse reports for a fast stroke."""

import numpy as np
from numpy.typing import NDArray

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
    return segment_speeds(whole[:-3], whole[1:-2], whole[2:-1], whole[3:])


def segment_speeds(
    before: Points, start: Points, end: Points, after: Points
) -> tuple[Points, Points]:
    """The speeds of n segments by themselves, from their neighbors; all (n, k)."""
    ways = start - before, end - start, after - end
    knots = [np.maximum(np.sqrt(np.hypot(*way.T[:2])), _NOTHING)[:, None] for way in ways]
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
