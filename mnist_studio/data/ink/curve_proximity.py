"""Finds where the curves through points come close to a path, such as that of an eraser."""

from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.ink.strokes import Points, between, segment_speeds

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

Cubics = NDArray[np.float64]
"""(4, n, 2): curves between two points, as ``between`` takes them: starts, ends, speeds at both."""

_MOST = 256
"""Maximum number of places between two points: enough to cross any canvas."""

_PIECES = 8
"""Pieces per curve for the coarse search; only pieces close to the path are refined."""


def touched(places: Points, joined: Flags, way: Points, radius: float) -> Places:
    """The segments whose curve may be touched, by their first points.

    Args:
        places: (n, 2), points of strokes.
        joined: (n,): a segment leads from this point to the next.
        way: (k, 2), from point to point.
        radius: how near to it is touched.
    """
    starts = np.flatnonzero(joined)
    a, b = places.take(starts, axis=0), places.take(starts + 1, axis=0)
    along, middle = b - a, (way.min(axis=0) + way.max(axis=0)) / 2
    squared = np.einsum("ij,ij->i", along, along)
    part = np.einsum("ij,ij->i", middle - a, along) / np.maximum(squared, 1e-300)
    aside = a + np.clip(part, 0, 1)[:, None] * along - middle
    # Between two points a curve lies aside by less than a quarter of their distance.
    reach = radius + np.hypot(*np.ptp(way, axis=0)) / 2 + np.sqrt(squared) / 4
    found: Places = starts[np.einsum("ij,ij->i", aside, aside) <= reach**2]
    return found


def cubics(places: Points, joined: Flags, starts: Places) -> Cubics:
    """What is drawn on the segments that begin at some of the places."""
    a, b = places.take(starts, axis=0), places.take(starts + 1, axis=0)
    follows, goes_on = joined[starts - 1] & (starts > 0), joined[starts + 1]
    before = np.where(follows[:, None], places.take(starts - 1, axis=0), 2 * a - b)
    after = np.where(goes_on[:, None], places.take(starts + 2, axis=0, mode="wrap"), 2 * b - a)
    return np.stack([a, b, *segment_speeds(before, a, b, after)])


def along(curves: Cubics, parts: NDArray[np.float64]) -> Points:
    """(m, 2): points of m curves, or of one, at parts (m,) of the way, 0-1."""
    start, end, leaving, reaching = curves
    return between(start, end, leaving, reaching, parts[:, None])


def near(curves: Cubics, way: Points, reach: float) -> Flags:
    """(n, pieces): which pieces of curves may come as near to a way (k, 2) as ``reach``."""
    # As one product, since there may be thousands.
    basis = along(np.eye(4), np.linspace(0, 1, _PIECES + 1))
    nodes = np.tensordot(basis, curves, 1)
    apart, chords = distances(nodes, way), _lengths(np.diff(nodes, axis=0))
    start, end, leaving, reaching = curves
    # A curve leaves its chord by at most an eighth of its greatest second derivative, which a
    # cubic has at one end, times the square of the time between.
    bends = 6 * (end - start) - np.stack([4 * leaving + 2 * reaching, 2 * leaving + 4 * reaching])
    aside = _lengths(bends).max(axis=0) / (8 * _PIECES**2)
    nearest = np.minimum(apart[:-1], apart[1:])
    return np.asarray((nearest <= reach + chords / 2 + aside).T)


def inside(curves: Cubics, pieces: Flags, step: float) -> tuple[Places, NDArray[np.float64]]:
    """Places between the ends of curves, about a step from each other.

    Args:
        curves: (4, n, 2).
        pieces: (n, pieces), those in which places are wanted.
        step: between two.

    Returns:
        (m,): of which curve; (m,): how far along, above 0 and below 1.
    """
    lengths = _lengths(curves[1] - curves[0])
    counts = np.clip(np.ceil(lengths / step), 1, _MOST).astype(np.int64)
    at, piece = np.nonzero(pieces)
    first = np.maximum(-(-piece * counts[at] // _PIECES), 1)
    many = -(-(piece + 1) * counts[at] // _PIECES) - first
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    of = np.repeat(at, many)
    return of, (np.repeat(first, many) + within) / counts[of]


def distances(points: Points, way: Points) -> NDArray[np.float64]:
    """(...,): from points (..., 2) to a way (k, 2), from point to point; k is at least 2."""
    return reduce(np.minimum, (_to_segment(points, *ends) for ends in pairwise(way)))


def _to_segment(points: Points, start: Points, end: Points) -> NDArray[np.float64]:
    x, y = points[..., 0] - start[0], points[..., 1] - start[1]
    right, down = (end - start).tolist()
    part = np.clip((x * right + y * down) / max(right**2 + down**2, 1e-300), 0, 1)
    return np.asarray(np.sqrt((x - part * right) ** 2 + (y - part * down) ** 2))


def _lengths(ways: Points) -> NDArray[np.float64]:
    """(...,): of vectors (..., 2)."""
    return np.asarray(np.sqrt(ways[..., 0] ** 2 + ways[..., 1] ** 2))
