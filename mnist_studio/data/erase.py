"""An eraser: strokes are cut where it passes, on the curve that is drawn through their points."""

from dataclasses import dataclass
from itertools import pairwise
from operator import is_

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.ink import Ink, Point, Stroke
from mnist_studio.data.smooth import Points, smooth

_FINENESS = 4
"""Parts of the eraser's radius to which a cut is exact."""


@dataclass(frozen=True)
class _Piece:
    """A stroke or what is left of one.

    Attributes:
        stroke: as the drawing has it.
        table: (n, 4): x, y, time, pressure.
        fine: its points are near enough to each other to be cut between.
    """

    stroke: Stroke
    table: Points
    fine: bool = False


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
        self._pieces = [_Piece(stroke, _table(stroke)) for stroke in ink if stroke]

    def move(self, start: Point, end: Point) -> bool:
        """Takes away what lies on the way; True where that was something."""
        left = [rest for piece in self._pieces for rest in self._cut(piece, start, end)]
        if len(left) == len(self._pieces) and all(map(is_, left, self._pieces)):
            return False
        self._pieces = left
        self.ink = tuple(piece.stroke for piece in left)
        return True

    def _cut(self, piece: _Piece, start: Point, end: Point) -> tuple[_Piece, ...]:
        """What is left of a piece: itself where it is not touched."""
        way = np.array([start[:2], end[:2]])
        # Between its points a curve may come nearer than they do, but hardly by as much again.
        reach = self._radius * (1 if piece.fine else 2)
        low, high = piece.table[:, :2].min(axis=0), piece.table[:, :2].max(axis=0)
        if (low > way.max(axis=0) + reach).any() or (high < way.min(axis=0) - reach).any():
            return (piece,)
        table = piece.table if piece.fine else _fine(piece.table, self._radius / _FINENESS)
        kept = _distances(table[:, :2], way) > self._radius
        return (piece,) if kept.all() else tuple(map(_piece, _runs(table, kept)))


def _table(stroke: Stroke) -> Points:
    return np.array(stroke, dtype=np.float64)


def _piece(table: Points) -> _Piece:
    return _Piece(tuple(Point(*row) for row in table.tolist()), table, fine=True)


def _fine(table: Points, step: float) -> Points:
    """The curve through the points, with a point at least every ``step`` of its way."""
    curve = smooth(table)
    way = np.cumsum(np.hypot(*np.diff(curve[:, :2], axis=0, prepend=curve[:1, :2]).T))
    at = np.union1d(way, np.arange(0.0, way[-1], step))
    columns = [np.interp(at, way, column) for column in curve.T]
    return np.stack(columns, axis=1)


def _distances(points: Points, way: Points) -> NDArray[np.float64]:
    """(n,): from points (n, 2) to the segment between the two of a way."""
    start, along = way[0], way[1] - way[0]
    part = (points - start) @ along / max(float(along @ along), 1e-300)
    nearest = start + np.clip(part, 0, 1)[:, None] * along
    return np.asarray(np.hypot(*(points - nearest).T))


def _runs(table: Points, kept: NDArray[np.bool_]) -> list[Points]:
    """The rows that are kept, apart wherever some between them are not."""
    edges = np.flatnonzero(np.diff(kept, prepend=False, append=False))
    return [table[first:last] for first, last in list(pairwise(edges))[::2]]
