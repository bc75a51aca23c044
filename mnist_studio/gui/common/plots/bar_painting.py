"""One figure of a bar chart, a bar from nothing or a dot with its interval; the sizes of charts."""

from dataclasses import dataclass
from math import log10

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen

from mnist_studio.analysis.view import Bar, Bars, cell_text
from mnist_studio.gui.theme.marks import RunMark, paint_symbol
from mnist_studio.gui.theme.theme import Theme

ROW, HEADING, FOOT, INDENT = 25, 24, 40, 46
"""Heights of a bar, of the heading of a group and of the axis; what is left of names."""
LEAST_PLOT = 150
"""So wide the part with the bars must be."""
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
    painter: QPainter, room: Room, bar: Bar, mark: RunMark, top: float, high: float
) -> None:
    """Paints a bar or a dot and the interval over it."""
    x, middle = room.place(bar.value), top + high / 2
    if x is not None and room.whole:
        start, side = room.x(0.0), high * THICK
        color = QColor(mark.color)
        painter.setPen(QPen(color, 1))
        color.setAlphaF(0.42)
        painter.setBrush(QBrush(color))
        painter.drawRect(QRectF(min(start, x), middle - side / 2, abs(x - start), side))
    _paint_interval(painter, room, bar, mark, middle)
    if x is not None and not room.whole:
        paint_symbol(painter, mark, QPointF(x, middle), DOT)


def _paint_interval(painter: QPainter, room: Room, bar: Bar, mark: RunMark, middle: float) -> None:
    low, high = room.place(bar.low), room.place(bar.high)
    if low is None or high is None:
        return
    pen = QPen(QColor(mark.color), 1.8)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawLine(QPointF(low, middle), QPointF(high, middle))
    for end in (low, high):
        painter.drawLine(QPointF(end, middle - CAP), QPointF(end, middle + CAP))


def bars_height(theme: Theme, chart: Bars) -> int:
    """So high a chart is in pixels: its rows, headings and axis."""
    groups = {bar.group for bar in chart.bars} - {""}
    rows = len(chart.bars) * theme.pixels(ROW) + len(groups) * theme.pixels(HEADING)
    return rows + theme.pixels(FOOT)


def bars_width(theme: Theme, chart: Bars) -> int:
    """So wide a chart must be in pixels that names, bars and figures can be read."""
    metrics = QFontMetrics(theme.font(12))
    names = max((metrics.horizontalAdvance(bar.title) for bar in chart.bars), default=0)
    texts = (cell_text(bar.value, chart.value.unit) for bar in chart.bars)
    values = max(map(metrics.horizontalAdvance, texts), default=0)
    return names + values + theme.pixels(INDENT + LEAST_PLOT)
