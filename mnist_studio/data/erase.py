"""An eraser: strokes are cut where it passes, on the curve that is drawn through their points."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.ink import Ink, Point
from mnist_studio.data.smooth import Points, between, segment_speeds

_FINENESS = 4
"""Parts of the eraser's radius to which a cut is exact."""

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
        finer = _refined(self._table, touched, self._radius / _FINENESS)
        kept = _distances(finer.places, way) > self._radius
        if kept.all():
            return False
        self._table = _without(finer, kept)
        self.ink = self._table.ink()
        return True


def _table(ink: Ink) -> _Table:
    points = [point for stroke in ink for point in stroke]
    joined = np.ones(len(points), dtype=np.bool_)
    joined[np.cumsum([len(stroke) for stroke in ink if stroke], dtype=np.int64) - 1] = False
    places = np.array([point[:2] for point in points], dtype=np.float64).reshape(-1, 2)
    return _Table(points, places, joined)


def _touched(table: _Table, way: Points, radius: float) -> Places:
    """The segments whose curve is touched or nearly so, by their first points."""
    starts = np.flatnonzero(table.joined)
    near = starts[_near(table.places, starts, way, radius)]
    at, part = _parts(table, near, radius)
    # Between two points of the curve, a radius apart, it may come nearer by half of that.
    far = _distances(_curve(table, near, at, part), way)
    return near[np.unique(at[far <= 2 * radius])]


def _near(places: Points, starts: Places, way: Points, radius: float) -> Flags:
    """(n,): the segments that may be touched."""
    a, b = places[starts], places[starts + 1]
    # Between two points a curve lies aside by less than a quarter of their distance.
    reach = radius + np.abs(b - a).max(axis=1, initial=0.0)[:, None] / 4
    low, high = np.minimum(a, b) - reach, np.maximum(a, b) + reach
    return np.asarray(((low <= way.max(axis=0)) & (high >= way.min(axis=0))).all(axis=1))


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


def _refined(table: _Table, touched: Places, step: float) -> _Table:
    """With points between those of the segments that are touched."""
    at, parts = _parts(table, touched, step)
    at, parts = at[parts > 0], parts[parts > 0]
    if not len(at):
        return table
    curve, segments = _curve(table, touched, at, parts), touched[at]
    new = [
        _between(table.points[at], table.points[at + 1], part, place)
        for at, part, place in zip(segments.tolist(), parts.tolist(), curve.tolist(), strict=True)
    ]
    order = np.argsort(np.concatenate([np.arange(len(table.points)), segments + parts]))
    points = [*table.points, *new]
    places = np.vstack([table.places, curve])[order]
    joined = np.concatenate([table.joined, np.ones(len(new), dtype=np.bool_)])[order]
    return _Table([points[at] for at in order.tolist()], places, joined)


def _between(before: Point, after: Point, part: float, place: list[float]) -> Point:
    """A point of a segment, with what time and pressure were there."""
    time = before.time * (1 - part) + after.time * part
    pressure = before.pressure * (1 - part) + after.pressure * part
    return Point(place[0], place[1], time, pressure)


def _without(table: _Table, kept: Flags) -> _Table:
    """Only what is kept; a stroke ends where its next point is not."""
    joined = table.joined & np.append(kept[1:], False)
    points = [point for point, stays in zip(table.points, kept.tolist(), strict=True) if stays]
    return _Table(points, table.places[kept], joined[kept])


def _distances(points: Points, way: Points) -> NDArray[np.float64]:
    """(n,): from points (n, 2) to the segment between the two of a way."""
    start, along = way[0], way[1] - way[0]
    part = (points - start) @ along / max(float(along @ along), 1e-300)
    nearest = start + np.clip(part, 0, 1)[:, None] * along
    return np.asarray(np.hypot(*(points - nearest).T))
