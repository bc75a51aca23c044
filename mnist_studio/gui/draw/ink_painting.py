"""Smooth strokes, painted in short pieces, and the cached image that they are painted on."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from mnist_studio.data.ink.rendering import Ink, InkPoint, Stroke
from mnist_studio.data.ink.strokes import PARTS, smooth, speeds, weight
from mnist_studio.gui.services.drawing import UNSTEADY

Table = NDArray[np.float64]

PIECE = 32
"""Segments per piece."""

_DOT = 0.01
"""Length of a dot: Qt paints round caps only on a line with some length."""

_EVEN = 0.02
"""Widths that differ by less are painted as one."""


def paint_piece(
    painter: QPainter, stroke: Sequence[InkPoint], first: int, last: int, side: float, pen: float
) -> None:
    """Paints a part of a stroke in the color of the painter's brush.

    Args:
        painter: paints it.
        stroke: in a unit square.
        first: index of the first point.
        last: index of the last.
        side: of the square, in screen points.
        pen: width of an evenly pressed pen, in screen points.
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
    """(n, 3): x and y in screen points, and weight."""
    table = np.array(points, dtype=np.float64)
    return np.column_stack([table[:, :2] * side, weight(table[:, 3])])


def _curve(points: Table, part: slice) -> QPainterPath:
    """A part of the curve through points, as the network input has it.

    The points outside the part determine its direction at both ends, so pieces join smoothly.
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
    """The part with further points, close enough to be joined by straight lines."""
    if len(table) < 3:
        return table
    return smooth(table)[part.start * PARTS : part.stop * PARTS + 1]


def extent(stroke: Sequence[InkPoint], first: int, side: float, pen: float) -> QRectF:
    """The area that a stroke covers from the point ``first`` on."""
    points = stroke[max(first, 0) :]
    left, right = min(p.x for p in points), max(p.x for p in points)
    top, bottom = min(p.y for p in points), max(p.y for p in points)
    around = QRectF(left * side, top * side, (right - left) * side, (bottom - top) * side)
    # A curve deviates from its points by at most about an eighth of their distance.
    margin = pen + 2 + max(around.width(), around.height()) / 8
    return around.adjusted(-margin, -margin, margin, margin)


def _pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _outline(curve: Table, pen: float) -> QPainterPath:
    """The outline of a stroke of changing width: a disc per point and the area between them.

    It is one path, so that antialiasing leaves no seams where parts overlap.
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


@dataclass(frozen=True)
class InkLook:
    """Size and color of ink.

    Attributes:
        side: of the square, in screen points.
        density: device pixels per point.
        pen: width of the pen, in screen points.
        color: of the ink.
    """

    side: float
    density: float
    pen: float
    color: str


class _Picture:
    """An image of ink, and how much of a drawing is on it.

    Attributes:
        look: size and color of the ink.
        image: the whole square, transparent where there is no ink.
    """

    def __init__(self, look: InkLook) -> None:
        self.look = look
        pixels = max(1, round(look.side * look.density))
        self.image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
        self.image.setDevicePixelRatio(look.density)
        self.image.fill(Qt.GlobalColor.transparent)
        self._finished: list[Stroke] = []
        # The last painted point of an unfinished stroke, and its index.
        self._last: InkPoint | None = None
        self._at = 0

    def continues(self, ink: Ink, growing: Sequence[InkPoint], look: InkLook) -> bool:
        """Whether the image shows the beginning of this drawing."""
        strokes: Sequence[Sequence[InkPoint]] = (*ink, growing)
        whole = len(self._finished)
        return (
            look == self.look
            and len(ink) >= whole
            and all(one is other for one, other in zip(self._finished, ink, strict=False))
            and (self._last is None or _has(strokes[whole], self._at, self._last))
        )

    def painted(self, growing: Sequence[InkPoint]) -> int:
        """The index of the last painted point of a growing stroke."""
        known = self._last is not None and _has(growing, self._at, self._last)
        return self._at if known else 0

    def paint(self, ink: Ink, growing: Sequence[InkPoint], until: float) -> bool:
        """Paints what is missing; returns False if the time is over before."""
        # The shape of a segment depends on the point after its end.
        steady = max(0, (len(growing) - UNSTEADY - 2) // PIECE * PIECE)
        if len(ink) == len(self._finished) and steady <= self._at:
            return True  # As for most moves of a pen.
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(self.look.color))
        try:
            for stroke in ink[len(self._finished) :]:
                if not self._paint(painter, stroke, len(stroke) - 1, until):
                    return False
                self._finished.append(stroke)
                self._last, self._at = None, 0
            return steady <= 0 or self._paint(painter, growing, steady, until)
        finally:
            painter.end()

    def _paint(self, painter: QPainter, stroke: Sequence[InkPoint], end: int, until: float) -> bool:
        while self._last is None or self._at < end:
            if perf_counter() > until:
                return False
            last = min(self._at + PIECE, end)
            paint_piece(painter, stroke, self._at, last, self.look.side, self.look.pen)
            self._last, self._at = stroke[last], last
        return True


def _has(stroke: Sequence[InkPoint], at: int, point: InkPoint) -> bool:
    return len(stroke) > at and stroke[at] is point


class InkLayer:
    """The cached image of a drawing. The image that is shown is always complete."""

    def __init__(self) -> None:
        self._shown: _Picture | None = None
        self._next: _Picture | None = None
        self._wanted: tuple[Ink, Sequence[InkPoint]] = (), ()

    @property
    def image(self) -> QImage | None:
        """The image that is shown; None before the first drawing."""
        return self._shown.image if self._shown else None

    def rest(self, growing: Sequence[InkPoint]) -> int:
        """The index of the first point of the growing stroke that is not in the image."""
        return self._shown.painted(growing) if self._shown else 0

    def follow(self, ink: Ink, growing: Sequence[InkPoint], look: InkLook, seconds: float) -> bool:
        """Paints a drawing for a while; returns False if there is more to paint."""
        until = perf_counter() + seconds
        if self._next is None and not (self._shown and self._shown.continues(ink, growing, look)):
            self._next, self._wanted = _Picture(look), (ink, growing)
        if self._next is None:
            assert self._shown is not None
            return self._shown.paint(ink, growing, until)
        # An image is finished before a newer one begins. Otherwise, a drawing that keeps
        # changing, as under the eraser, would never be shown.
        if not self._next.paint(*self._wanted, until):
            return False
        self._shown, self._next = self._next, None
        same = self._shown.continues(ink, growing, look)
        return same and self._shown.paint(ink, growing, until)
