"""One figure of a bar chart: a bar from nothing or a dot, and its interval."""

from dataclasses import dataclass
from math import log10

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from mnist_studio.analysis.view import Bar
from mnist_studio.gui.theme.marks import Mark, paint_symbol

THICK, DOT, CAP = 0.44, 9.0, 4.0
"""Height of a bar as a part of its row; diameter of a dot and half a cap in pixels."""


@dataclass(frozen=True)
class Room:
    """Where figures are drawn.

    Attributes:
        area: in the widget.
        low: figure at its left end; its logarithm where ``log``.
        high: at its right end.
        whole: bars begin at nothing.
        log: by orders of magnitude.
    """

    area: QRectF
    low: float
    high: float
    whole: bool
    log: bool

    def x(self, placed: float) -> float:
        """Where a figure, or its logarithm, lies."""
        return self.area.left() + (placed - self.low) / (self.high - self.low) * self.area.width()

    def place(self, value: float | None) -> float | None:
        """Where a figure lies; None where it cannot be drawn."""
        if value is None or value != value or (self.log and value <= 0):
            return None
        return self.x(log10(value) if self.log else value)


def paint_figure(
    painter: QPainter, room: Room, bar: Bar, mark: Mark, top: float, high: float
) -> None:
    """Paints a bar or a dot and the interval over it."""
    x, middle = room.place(bar.value), top + high / 2
    if x is not None and room.whole:
        start, side = room.x(0.0), high * THICK
        colour = QColor(mark.colour)
        painter.setPen(QPen(colour, 1))
        colour.setAlphaF(0.42)
        painter.setBrush(QBrush(colour))
        painter.drawRect(QRectF(min(start, x), middle - side / 2, abs(x - start), side))
    _paint_interval(painter, room, bar, mark, middle)
    if x is not None and not room.whole:
        paint_symbol(painter, mark, QPointF(x, middle), DOT)


def _paint_interval(painter: QPainter, room: Room, bar: Bar, mark: Mark, middle: float) -> None:
    low, high = room.place(bar.low), room.place(bar.high)
    if low is None or high is None:
        return
    pen = QPen(QColor(mark.colour), 1.8)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawLine(QPointF(low, middle), QPointF(high, middle))
    for end in (low, high):
        painter.drawLine(QPointF(end, middle - CAP), QPointF(end, middle + CAP))
