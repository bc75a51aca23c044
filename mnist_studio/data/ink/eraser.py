"""An eraser: strokes are cut where it passes, on the curve that is drawn through their points."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.ink.curve_proximity import (
    Flags,
    Places,
    along,
    cubics,
    distances,
    inside,
    near,
    touched,
)
from mnist_studio.data.ink.rendering import Ink, InkPoint
from mnist_studio.data.ink.strokes import Points

_FINENESS = 4
"""Parts of the eraser's radius to which a cut is exact."""

_REMEMBERED = 200
"""Latest moves that a new point must keep away from: more would take the window too long."""

_RIM = 2
"""Steps beyond the eraser's edge in which new points stay."""


@dataclass(frozen=True)
class _Table:
    """All strokes in one table, so that thousands of strokes cost no more than one.

    Attributes:
        points: (n,), of all strokes.
        values: (n, 4), their fields.
        joined: (n,): the stroke goes on from this point to the next.
    """

    points: NDArray[np.object_]
    values: Points
    joined: Flags

    @property
    def places(self) -> Points:
        """(n, 2): of the points."""
        return self.values[:, :2]

    def ink(self) -> Ink:
        """The individual strokes."""
        points = self.points.tolist()
        ends = [0, *(np.flatnonzero(~self.joined) + 1).tolist()]
        return tuple(tuple(points[first:last]) for first, last in pairwise(ends))


@dataclass(frozen=True)
class _New:
    """Points that are put between those of a table.

    Attributes:
        at: (n,): behind which places, with the part of the way to the next, above 0 and below 1.
        values: (n, 4), their fields.
    """

    at: NDArray[np.float64]
    values: Points


class Eraser:
    """One way of an eraser over a drawing, from putting it down to lifting it.

    Attributes:
        ink: what is left of the drawing; the same value until something is cut.
    """

    def __init__(self, ink: Ink, radius: float) -> None:
        """Puts an eraser over a drawing.

        Args:
            ink: the drawing.
            radius: how near the middle of a stroke must be to be taken, in the unit of the points.
        """
        self.ink = ink
        self._radius = radius
        self._table = _table(ink)
        self._ways: list[Points] = []

    def move(self, *points: InkPoint) -> bool:
        """Erases along the path from point to point; True if anything was erased."""
        way = np.array([point[:2] for point in points])
        left = _cut(self._table, way, self._radius, self._ways)
        self._ways = [*self._ways[1 - _REMEMBERED :], way]
        if left is None:
            return False
        self._table = left
        self.ink = self._table.ink()
        return True


def _table(ink: Ink) -> _Table:
    points = _objects(chain.from_iterable(ink))
    joined = np.ones(len(points), dtype=np.bool_)
    joined[np.cumsum([len(stroke) for stroke in ink if stroke], dtype=np.int64) - 1] = False
    values = np.fromiter(chain.from_iterable(points.tolist()), np.float64)
    return _Table(points, values.reshape(-1, len(InkPoint._fields)), joined)


def _objects(points: Iterable[InkPoint]) -> NDArray[np.object_]:
    """(n,): each point as it is, where ``np.array`` would make a table of numbers."""
    return np.fromiter(points, np.object_)


def _cut(table: _Table, way: Points, radius: float, earlier: Sequence[Points]) -> _Table | None:
    """The strokes without the erased points; None if nothing is erased.

    Args:
        table: the strokes.
        way: (k, 2), from point to point.
        radius: how near to it is erased.
        earlier: the ways before this one. A cut bends the curve next to it a little, and so new
            points may be where the eraser was before.

    Only two new points are added next to a cut, so that the rest of the segment does not change.
    New points everywhere would make each later cut of a scribble about ten times slower.
    """
    taken, rim = distances(table.places, way) <= radius, radius * (1 + _RIM / _FINENESS)
    starts = touched(table.places, table.joined, way, radius)
    curves = cubics(table.places, table.joined, starts)
    at, parts = inside(curves, near(curves, way, rim), radius / _FINENESS)
    places = along(curves.take(at, axis=1), parts)
    apart = distances(places, way)
    gone = apart <= radius
    if not (gone.any() or taken.any()):
        return None
    hit = taken[starts] | taken[starts + 1]
    hit[at[gone]] = True
    chosen = gone | (hit[at] & (apart <= rim))
    gone[chosen] |= _passed(places[chosen], earlier, radius)
    new = _between(table, starts[at[chosen]], parts[chosen], places[chosen])
    return _without(table, new, np.concatenate([taken, gone[chosen]]))


def _passed(places: Points, ways: Sequence[Points], radius: float) -> Flags:
    """(n,): which places (n, 2) are within a radius of any of the ways."""
    found = np.zeros(len(places), dtype=np.bool_)
    if not len(places) or not ways:
        return found
    low, high = places.min(axis=0) - radius, places.max(axis=0) + radius
    for way in ways:
        if (way.min(axis=0) <= high).all() and (way.max(axis=0) >= low).all():
            found |= distances(places, way) <= radius
    return found


def _between(table: _Table, segments: Places, parts: Points, places: Points) -> _New:
    """Points (n, 2) on segments, with what time and pressure were there."""
    part, rest = parts[:, None], table.values[:, 2:]
    # A device may report infinite pressure, which cannot be interpolated.
    with np.errstate(over="ignore", invalid="ignore"):
        between = rest[segments] * (1 - part) + rest[segments + 1] * part
    return _New(segments + parts, np.hstack([places, between]))


def _without(table: _Table, new: _New, taken: Flags) -> _Table:
    """Only what is not taken of a table and then of new points; a stroke ends where one is."""
    old, made = len(table.points), np.flatnonzero(~taken[len(table.points) :])
    order = np.argsort(np.append(np.arange(old), new.at), kind="stable")
    intact = ~taken[order]
    joined = np.append(table.joined, np.ones(len(new.at), dtype=np.bool_))[order]
    joined &= np.append(intact[1:], False)
    points = np.empty(len(taken), np.object_)
    points[:old] = table.points
    points[old + made] = _objects(map(InkPoint._make, new.values[made].tolist()))
    chosen = order[intact]
    return _Table(
        points[chosen], np.vstack([table.values, new.values]).take(chosen, axis=0), joined[intact]
    )
