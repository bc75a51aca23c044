"""Strokes as smooth paths, painted in pieces, so that a long one costs little at a time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.ink.smoothing import PARTS, smooth, speeds
from mnist_studio.data.ink.strokes import weight

Table = NDArray[np.float64]

PIECE = 32
"""Segments that are painted at once."""

_DOT = 0.01
"""A dot needs some length to be painted with round caps."""

_EVEN = 0.02
"""Weights that differ by less are painted as one."""


def paint_piece(
    painter: QPainter, stroke: Sequence[InkPoint], first: int, last: int, side: float, pen: float
) -> None:
    """Paints a stroke from one of its points to another, in the color of the painter's brush.

    Args:
        painter: where to.
        stroke: in a square with sides of length 1.
        first: index of the first point.
        last: index of the last.
        side: of the square, in points of the screen.
        pen: width of an evenly pressed pen, likewise.
    """
    before = max(first - 1, 0)
    table = _table(stroke[before : last + 2], side)
    part = slice(first - before, last - before)
    weights = table[part.start : part.stop + 1, 2]
    if np.ptp(weights) < _EVEN:
        path = _curve(table[:, :2], part)
        painter.strokePath(path, _pen(painter.brush().color(), pen * float(weights.mean())))
    else:
        painter.fillPath(_outline(_between(table, part), pen), painter.brush())


def _table(points: Sequence[InkPoint], side: float) -> Table:
    """(n, 3): x and y in points of the screen, weight."""
    table = np.array(points, dtype=np.float64)
    return np.column_stack([table[:, :2] * side, weight(table[:, 3])])


def _curve(points: Table, part: slice) -> QPainterPath:
    """A part of the curve through points: the one that is fed, too.

    The points beyond the part give it its direction at both ends: pieces join without a corner.
    """
    path = QPainterPath(QPointF(*points[part.start]))
    if len(points) == 1:
        path.lineTo(QPointF(points[0, 0] + _DOT, points[0, 1]))
        return path
    leaving, reaching = speeds(points)
    controls = np.hstack([points[:-1] + leaving / 3, points[1:] - reaching / 3, points[1:]])
    for row in controls[part].tolist():
        path.cubicTo(*row)
    return path


def _between(table: Table, part: slice) -> Table:
    """The same part with points between the points, near enough to be joined straight."""
    if len(table) < 3:
        return table
    return smooth(table)[part.start * PARTS : part.stop * PARTS + 1]


def extent(stroke: Sequence[InkPoint], first: int, side: float, pen: float) -> QRectF:
    """What is painted anew when everything from the point ``first`` on is."""
    points = stroke[max(first, 0) :]
    left, right = min(p.x for p in points), max(p.x for p in points)
    top, bottom = min(p.y for p in points), max(p.y for p in points)
    around = QRectF(left * side, top * side, (right - left) * side, (bottom - top) * side)
    # A curve may lie beside its points, at most by about an eighth of their distance.
    margin = pen + 2 + max(around.width(), around.height()) / 8
    return around.adjusted(-margin, -margin, margin, margin)


def _pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _outline(curve: Table, pen: float) -> QPainterPath:
    """A pen whose width changes: a disc at every point, and what lies between two of them.

    As one path, so that edges are smoothed once and not wherever two parts overlap.
    """
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    radii = curve[:, 2] * (pen / 2)
    for (x, y), radius in zip(curve[:, :2].tolist(), radii.tolist(), strict=True):
        path.addEllipse(QPointF(x, y), radius, radius)
    ways = np.diff(curve[:, :2], axis=0)
    ways /= np.maximum(np.hypot(*ways.T), 1e-9)[:, None]
    aside = np.stack([-ways[:, 1], ways[:, 0]], axis=1)
    starts, ends = aside * radii[:-1, None], aside * radii[1:, None]
    a, b = curve[:-1, :2], curve[1:, :2]
    for corners in np.stack([a - starts, b - ends, b + ends, a + starts], axis=1).tolist():
        path.addPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        path.closeSubpath()
    return path
