"""An eraser: strokes are cut where it passes, on the curve that is drawn through their points."""

from dataclasses import dataclass
from itertools import pairwise
from operator import is_

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.ink import Ink, Point, Stroke
from mnist_studio.data.smooth import Points, between, speeds

_FINENESS = 4
"""Parts of the eraser's radius to which a cut is exact."""

_MOST = 256
"""Points that are put between two at most: enough from one edge of any pad to the other."""


@dataclass(frozen=True)
class _Piece:
    """A stroke or what is left of one: its points, and their places (n, 2)."""

    stroke: Stroke
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
        self._pieces = [_Piece(stroke, _places(stroke)) for stroke in ink if stroke]

    def move(self, start: Point, end: Point) -> bool:
        """Takes away what lies on the way; True where that was something."""
        way = np.array([start[:2], end[:2]])
        left = [rest for piece in self._pieces for rest in self._cut(piece, way)]
        if len(left) == len(self._pieces) and all(map(is_, left, self._pieces)):
            return False
        self._pieces = left
        self.ink = tuple(piece.stroke for piece in left)
        return True

    def _cut(self, piece: _Piece, way: Points) -> tuple[_Piece, ...]:
        """What is left of a piece: itself where it is not touched."""
        near = _near(piece.places, way, self._radius)
        if not near.any():
            return (piece,)
        finer = _refined(piece, near, self._radius / _FINENESS)
        kept = _distances(finer.places, way) > self._radius
        if kept.all():
            return (piece,)
        return tuple(_Piece(finer.stroke[a:b], finer.places[a:b]) for a, b in _runs(kept))


def _places(stroke: Stroke) -> Points:
    return np.array([point[:2] for point in stroke], dtype=np.float64)


def _near(places: Points, way: Points, radius: float) -> NDArray[np.bool_]:
    """(n - 1,): the segments that may be touched; (1,) for a dot."""
    starts, ends = (places[:-1], places[1:]) if len(places) > 1 else (places, places)
    # Between two points a curve lies aside by less than a quarter of their distance.
    reach = radius + np.abs(ends - starts).max(axis=1, keepdims=True) / 4
    low, high = np.minimum(starts, ends) - reach, np.maximum(starts, ends) + reach
    return np.asarray(((low <= way.max(axis=0)) & (high >= way.min(axis=0))).all(axis=1))


def _refined(piece: _Piece, near: NDArray[np.bool_], step: float) -> _Piece:
    """With points between those of the segments that are near and longer than a step."""
    if len(piece.stroke) < 2:
        return piece
    lengths = np.hypot(*np.diff(piece.places, axis=0).T)
    parts = np.where(near, np.clip(np.ceil(lengths / step), 1, _MOST), 1).astype(np.int64)
    segment = np.repeat(np.arange(len(parts)), parts)
    part = (np.arange(len(segment)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[segment]
    starts, ends = piece.places[:-1], piece.places[1:]
    leaving, reaching = speeds(piece.places)
    curve = between(
        starts[segment], ends[segment], leaving[segment], reaching[segment], part[:, None]
    )
    points = [
        piece.stroke[at] if not along else _between(piece.stroke, at, along, place)
        for at, along, place in zip(segment.tolist(), part.tolist(), curve.tolist(), strict=True)
    ]
    return _Piece((*points, piece.stroke[-1]), np.vstack([curve, piece.places[-1:]]))


def _between(stroke: Stroke, at: int, part: float, place: list[float]) -> Point:
    """A point of a segment, with what time and pressure were there."""
    before, after = stroke[at], stroke[at + 1]
    time = before.time * (1 - part) + after.time * part
    pressure = before.pressure * (1 - part) + after.pressure * part
    return Point(place[0], place[1], time, pressure)


def _distances(points: Points, way: Points) -> NDArray[np.float64]:
    """(n,): from points (n, 2) to the segment between the two of a way."""
    start, along = way[0], way[1] - way[0]
    part = (points - start) @ along / max(float(along @ along), 1e-300)
    nearest = start + np.clip(part, 0, 1)[:, None] * along
    return np.asarray(np.hypot(*(points - nearest).T))


def _runs(kept: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where what is kept begins and ends."""
    edges = np.flatnonzero(np.diff(kept, prepend=False, append=False)).tolist()
    return list(pairwise(edges))[::2]
