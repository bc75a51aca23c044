"""An eraser: strokes are cut where it passes, on the curve that is drawn through their points."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.ink import Ink, Point
from mnist_studio.data.smooth import Points, between, segment_speeds

_FINENESS = 4
"""Parts of the eraser's radius to which a cut is exact."""

_RIM = 2
"""Steps beyond the eraser's edge in which new points stay."""

_MOST = 256
"""Points that are put between two at most: enough from one edge of any pad to the other."""

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class _Table:
    """All strokes in one, so that thousands of them cost no more than one.

    Attributes:
        points: of all strokes.
        places: (n, 2), theirs.
        joined: (n,): the stroke goes on from this point to the next.
    """

    points: list[Point]
    places: Points
    joined: Flags

    def ink(self) -> Ink:
        """The strokes apart."""
        ends = [0, *(np.flatnonzero(~self.joined) + 1).tolist()]
        return tuple(tuple(self.points[first:last]) for first, last in pairwise(ends))


@dataclass(frozen=True)
class _New:
    """Points that are put between those of a table.

    Attributes:
        segments: (n,): the place of the point before each.
        parts: (n,): how far on the way to the next, above 0 and below 1.
        places: (n, 2), theirs.
    """

    segments: Places
    parts: NDArray[np.float64]
    places: Points


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

    def move(self, start: Point, end: Point) -> bool:
        """Takes away what lies on the way; True where that was something."""
        way = np.array([start[:2], end[:2]])
        touched = _touched(self._table, way, self._radius)
        left = _cut(self._table, touched, way, self._radius)
        if left is None:
            return False
        self._table = left
        self.ink = self._table.ink()
        return True


def _table(ink: Ink) -> _Table:
    points = [point for stroke in ink for point in stroke]
    joined = np.ones(len(points), dtype=np.bool_)
    joined[np.cumsum([len(stroke) for stroke in ink if stroke], dtype=np.int64) - 1] = False
    places = np.array([point[:2] for point in points], dtype=np.float64).reshape(-1, 2)
    return _Table(points, places, joined)


def _touched(table: _Table, way: Points, radius: float) -> Places:
    """The segments whose curve may be touched, by their first points."""
    starts = np.flatnonzero(table.joined)
    a, b = table.places[starts], table.places[starts + 1]
    along, middle = b - a, way.mean(axis=0)
    squared = np.einsum("ij,ij->i", along, along)
    part = np.einsum("ij,ij->i", middle - a, along) / np.maximum(squared, 1e-300)
    aside = a + np.clip(part, 0, 1)[:, None] * along - middle
    # Between two points a curve lies aside by less than a quarter of their distance.
    reach = radius + np.hypot(*(way[1] - way[0])) / 2 + np.sqrt(squared) / 4
    touched: Places = starts[np.einsum("ij,ij->i", aside, aside) <= reach**2]
    return touched


def _parts(table: _Table, starts: Places, step: float) -> tuple[Places, Points]:
    """Places on segments: which of them, and how far along, 0-1."""
    lengths = np.hypot(*(table.places[starts + 1] - table.places[starts]).T)
    counts = np.clip(np.ceil(lengths / step), 1, _MOST).astype(np.int64)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    part = (np.arange(len(first)) - first) / np.repeat(counts, counts)
    return np.repeat(np.arange(len(starts)), counts), part


def _curve(table: _Table, starts: Places, at: Places, part: Points) -> Points:
    """(n, 2): the points of the curve at a part of some of the segments."""
    places, joined = table.places, table.joined
    a, b = places[starts], places[starts + 1]
    follows, goes_on = joined[starts - 1] & (starts > 0), joined[starts + 1]
    before = np.where(follows[:, None], places[starts - 1], 2 * a - b)
    after = np.where(goes_on[:, None], places[(starts + 2) % len(places)], 2 * b - a)
    leaving, reaching = segment_speeds(before, a, b, after)
    return between(a[at], b[at], leaving[at], reaching[at], part[:, None])


def _cut(table: _Table, touched: Places, way: Points, radius: float) -> _Table | None:
    """Without what lies on the way; None where nothing does.

    Two new points stay beside a cut, so that the rest of the segment leaves it as it did before.
    One everywhere would make ten of each in a scribble, and the next cut ten times as slow.
    """
    taken = _distances(table.places, way) <= radius
    at, parts = _parts(table, touched, radius / _FINENESS)
    at, parts = at[parts > 0], parts[parts > 0]
    curve = _curve(table, touched, at, parts)
    distances = _distances(curve, way)
    gone = distances <= radius
    if not (gone.any() or taken.any()):
        return None
    hit = taken[touched] | taken[touched + 1]
    hit[at[gone]] = True
    chosen = gone | (hit[at] & (distances <= radius * (1 + _RIM / _FINENESS)))
    new = _New(touched[at[chosen]], parts[chosen], curve[chosen])
    return _without(table, new, np.concatenate([taken, gone[chosen]]))


def _between(before: Point, after: Point, part: float, place: list[float]) -> Point:
    """A point of a segment, with what time and pressure were there."""
    time = before.time * (1 - part) + after.time * part
    pressure = before.pressure * (1 - part) + after.pressure * part
    return Point(place[0], place[1], time, pressure)


def _without(table: _Table, new: _New, taken: Flags) -> _Table:
    """Only what is not taken of a table and then of new points; a stroke ends where one is."""
    segments, parts, curve = new.segments, new.parts, new.places
    order = np.argsort(np.concatenate([np.arange(len(table.points)), segments + parts]))
    kept = ~taken[order]
    joined = np.concatenate([table.joined, np.ones(len(parts), dtype=np.bool_)])[order]
    joined &= np.append(kept[1:], False)
    made = np.flatnonzero(~taken[len(table.points) :])
    points = dict(zip((made + len(table.points)).tolist(), _points(table, new, made), strict=True))
    old = len(table.points)
    chosen = order[kept]
    return _Table(
        [table.points[one] if one < old else points[one] for one in chosen.tolist()],
        np.vstack([table.places, curve])[chosen],
        joined[kept],
    )


def _points(table: _Table, new: _New, made: Places) -> list[Point]:
    """Those of the new points, with what time and pressure were there."""
    segments, parts, places = new.segments[made], new.parts[made], new.places[made]
    return [
        _between(table.points[at], table.points[at + 1], part, place)
        for at, part, place in zip(segments.tolist(), parts.tolist(), places.tolist(), strict=True)
    ]


def _distances(points: Points, way: Points) -> NDArray[np.float64]:
    """(n,): from points (n, 2) to the segment between the two of a way."""
    start, along = way[0], way[1] - way[0]
    part = (points - start) @ along / max(float(along @ along), 1e-300)
    nearest = start + np.clip(part, 0, 1)[:, None] * along
    return np.asarray(np.hypot(*(points - nearest).T))
