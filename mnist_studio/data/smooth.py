"""A smooth curve through the few points that a slow mouse gives of a fast stroke."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

PARTS = 4
"""Points that stand for one."""

_NOTHING = 1e-9
"""Stands for the distance of points that lie on each other."""


def smooth(points: Points) -> Points:
    """The centripetal Catmull-Rom curve through points, (n, k) -> (4·(n - 1) + 1, k).

    Barry & Goldman 1988; centripetal, since then it has neither loops nor cusps between two points
    (Yuksel, Schaefer & Keyser 2011). Fewer than three points are straight and stay as they are.
    The first two columns are the place; others change along the curve as it does.
    """
    if len(points) < 3:
        return points
    leaving, reaching = speeds(points)
    curve = _hermite(points[:-1], points[1:], leaving, reaching)
    return np.vstack([curve, points[-1:]])


def speeds(points: Points) -> tuple[Points, Points]:
    """The curve's speeds, (n - 1, k) each: where it leaves a point and where it reaches the next.

    A third of them leads to the control points of a cubic Bézier curve. At least two points.
    """
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    ways = np.diff(np.vstack([before, points, after]), axis=0)
    knots = np.maximum(np.sqrt(np.hypot(ways[:, 0], ways[:, 1])), _NOTHING)[:, None]
    tangents = _tangents(ways, knots)
    return tangents[:-1] * knots[1:-1], tangents[1:] * knots[1:-1]


def _tangents(ways: Points, knots: Points) -> Points:
    """(n, k): the curve's speed in every point, from the ways (n + 1, k) to and from it."""
    into, out = ways[:-1] / knots[:-1], ways[1:] / knots[1:]
    across = (ways[:-1] + ways[1:]) / (knots[:-1] + knots[1:])
    return into - across + out


def _hermite(starts: Points, ends: Points, leaving: Points, reaching: Points) -> Points:
    """Cubics between points with given speeds there, 4 points each without the end."""
    t = (np.arange(PARTS) / PARTS)[:, None]
    weights = (2 * t**3 - 3 * t**2 + 1, 3 * t**2 - 2 * t**3, t**3 - 2 * t**2 + t, t**3 - t**2)
    given = (starts, ends, leaving, reaching)
    parts = [weight * value[:, None] for weight, value in zip(weights, given, strict=True)]
    curve: Points = np.sum(parts, axis=0).reshape(-1, starts.shape[1])
    return curve
