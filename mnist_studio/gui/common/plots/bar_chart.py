"""A horizontal bar chart: a row per value with its interval, under the heading of its group."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.analysis.view import Bar, Bars
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.gui.common.elided import shortened_title
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.ticks import ticks
from mnist_studio.gui.theme.marks import MarkSource, RunMark, mark_picture, paint_symbol
from mnist_studio.gui.theme.theme import Theme

ROW, HEADING, FOOT, INDENT = 25, 24, 40, 46
"""Heights of a bar, of a group heading and of the axis; width before the names."""
LEAST_PLOT = 150
"""The least width of the bars."""
THICK, DOT, CAP = 0.44, 9.0, 4.0
"""Height of a bar as a fraction of its row; diameter of a dot and half a cap in pixels."""
NAME_PART = 0.6
"""The largest fraction of the width that names take."""


@dataclass(frozen=True)
class _BarRow:
    """A row: a bar, or the heading of a group."""

    top: int
    high: int
    bar: Bar | None
    text: str


@dataclass(frozen=True)
class PlotArea:
    """The plot area.

    Attributes:
        area: in the widget.
        low: value at its left end; the logarithm if ``log``.
        high: at its right end.
        whole: bars start at 0.
        log: the axis is logarithmic.
    """

    area: QRectF
    low: float
    high: float
    whole: bool
    log: bool

    def x(self, placed: float) -> float:
        """The position of a value, or of its logarithm."""
        return self.area.left() + (placed - self.low) / (self.high - self.low) * self.area.width()

    def place(self, value: float | None) -> float | None:
        """The position of a value; None if it cannot be drawn."""
        if value is None or value != value or (self.log and value <= 0):
            return None
        return self.x(log10(value) if self.log else value)


class BarChart(QWidget):
    """Bars from 0, or dots if all values are far from 0."""

    def __init__(self, theme: Theme, marks: MarkSource, hover: Hover) -> None:
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._chart: Bars | None = None
        self._places: tuple[_BarRow, ...] = ()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self._arrange)
        hover.changed.connect(self.update)

    def draw(self, chart: Bars) -> None:
        """Shows these values."""
        self._chart = chart
        self._arrange()

    def sizeHint(self) -> QSize:
        """The height of all rows."""
        return QSize(self._theme.pixels(420), self._high())

    def minimumSizeHint(self) -> QSize:
        """The height of all rows: the parent scrolls."""
        return QSize(self._theme.pixels(260), self._high())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Highlights the run of the row under the pointer."""
        bar = self._bar_at(event.position().y())
        self._hover.point(bar.key if bar else "")
        self.setToolTip(self._tip(bar) if bar else "")

    def leaveEvent(self, event: QEvent) -> None:
        """Ends the highlighting."""
        self._hover.point("")
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints axis, rows and values."""
        if self._chart is None or not self._places:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self._room()
        self._paint_axis(painter, room)
        lit = self._hover.lit({bar.key for bar in self._chart.bars})
        for place in self._places:
            if place.top + place.high < event.rect().top() or place.top > event.rect().bottom():
                continue
            dim = bool(lit) and place.bar is not None and place.bar.key not in lit
            painter.setOpacity(0.3 if dim else 1.0)
            self._paint_row(painter, room, place)
        painter.end()

    def _arrange(self) -> None:
        bars = self._chart.bars if self._chart else ()
        self._places = tuple(_places(bars, self._theme))
        self.updateGeometry()
        self.update()

    def _high(self) -> int:
        return bars_height(self._theme, self._chart) if self._chart else 0

    def _bar_at(self, y: float) -> Bar | None:
        return next((p.bar for p in self._places if p.top <= y < p.top + p.high), None)

    def _tip(self, bar: Bar) -> str:
        assert self._chart is not None
        unit = self._chart.value.unit
        text = f"{bar.title}\n{self._chart.value.title}: {cell_text(bar.value, unit)}"
        if bar.low is None and bar.high is None:
            return text
        return f"{text}\n{cell_text(bar.low, unit)} to {cell_text(bar.high, unit)}"

    def _room(self) -> PlotArea:
        """The plot area and the range that it shows."""
        assert self._chart is not None
        log = self._chart.value.log
        known = [n for bar in self._chart.bars for n in (bar.value, bar.low, bar.high)]
        shown = [_at(n, log) for n in known if n is not None and isfinite(_at(n, log))]
        low, high, whole = span(shown or [0.0])
        metrics = self.fontMetrics()
        names = max(metrics.horizontalAdvance(place.text) for place in self._places)
        left = min(names + self._theme.pixels(INDENT), round(NAME_PART * self.width()))
        texts = [cell_text(bar.value, self._chart.value.unit) for bar in self._chart.bars]
        right = max(metrics.horizontalAdvance(text) for text in texts) + self._theme.pixels(16)
        bottom = self._places[-1].top + self._places[-1].high
        area = QRectF(left, 0, max(10, self.width() - left - right), bottom)
        return PlotArea(area, low, high, whole and not log, log)

    def _paint_axis(self, painter: QPainter, room: PlotArea) -> None:
        assert self._chart is not None
        palette, unit = self._theme.palette, self._chart.value.unit
        painter.setFont(self._theme.font(11))
        most = max(2, int(room.area.width() // self._theme.pixels(70)))
        for tick in ticks(room.low, room.high, min(6, most)):
            x = room.x(tick)
            painter.setPen(QPen(QColor(palette.line if tick == 0 else palette.grid), 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, room.area.bottom()))
            painter.setPen(QColor(palette.secondary))
            spot = QRectF(x - 40, room.area.bottom() + 3, 80, self._theme.pixels(16))
            text = cell_text(10**tick if room.log else tick, unit)
            painter.drawText(spot, Qt.AlignmentFlag.AlignHCenter, text)
        foot = QRectF(room.area)
        foot.setTop(room.area.bottom() + self._theme.pixels(18))
        foot.setHeight(self._theme.pixels(18))
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, self._chart.value.title)

    def _paint_row(self, painter: QPainter, room: PlotArea, place: _BarRow) -> None:
        palette, bar = self._theme.palette, place.bar
        painter.setFont(self._theme.font(12, bold=bar is None))
        painter.setPen(QColor(palette.secondary if bar is None else palette.text))
        indent = 0 if bar is None else self._theme.pixels(38)
        spot = QRectF(indent, place.top, room.area.left() - indent - 8, place.high)
        text = shortened_title(place.text, painter.fontMetrics(), int(spot.width()))
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, text)
        if bar is None:
            return
        picture = mark_picture(self._theme, self._marks.of(bar.key))
        high = picture.deviceIndependentSize().height()
        painter.drawPixmap(QPointF(0, place.top + (place.high - high) / 2), picture)
        paint_value(painter, room, bar, self._marks.of(bar.key), place.top, place.high)
        self._paint_value(painter, room, place, bar)

    def _paint_value(self, painter: QPainter, room: PlotArea, place: _BarRow, bar: Bar) -> None:
        assert self._chart is not None
        painter.setPen(QColor(self._theme.palette.text))
        spot = QRectF(room.area.right(), place.top, self.width() - room.area.right(), place.high)
        text = cell_text(bar.value, self._chart.value.unit)
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


def _places(bars: Sequence[Bar], theme: Theme) -> list[_BarRow]:
    """The rows; bars of one group below its heading, in the order of the groups."""
    found: list[_BarRow] = []
    top = 0
    for group in dict.fromkeys(bar.group for bar in bars):
        if group:
            found.append(_BarRow(top, theme.pixels(HEADING), None, group))
            top += theme.pixels(HEADING)
        for bar in bars:
            if bar.group == group:
                found.append(_BarRow(top, theme.pixels(ROW), bar, bar.title))
                top += theme.pixels(ROW)
    return found


def _at(value: float, log: bool) -> float:
    if not log:
        return value
    return log10(value) if value > 0 else float("nan")


def paint_value(
    painter: QPainter, room: PlotArea, bar: Bar, mark: RunMark, top: float, high: float
) -> None:
    """Paints a bar or a dot, and its interval."""
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


def _paint_interval(
    painter: QPainter, room: PlotArea, bar: Bar, mark: RunMark, middle: float
) -> None:
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
    """The height of a chart in pixels: rows, headings and axis."""
    groups = {bar.group for bar in chart.bars} - {""}
    rows = len(chart.bars) * theme.pixels(ROW) + len(groups) * theme.pixels(HEADING)
    return rows + theme.pixels(FOOT)


def bars_width(theme: Theme, chart: Bars) -> int:
    """The width in pixels at which names, bars and values are readable."""
    metrics = QFontMetrics(theme.font(12))
    names = max((metrics.horizontalAdvance(bar.title) for bar in chart.bars), default=0)
    texts = (cell_text(bar.value, chart.value.unit) for bar in chart.bars)
    values = max(map(metrics.horizontalAdvance, texts), default=0)
    return names + values + theme.pixels(INDENT + LEAST_PLOT)


def span(values: list[float]) -> tuple[float, float, bool]:
    """The range of the axis, and whether it starts at 0.

    The length of a bar is meaningful only if the axis starts at 0. Values far from 0, such as
    accuracies, are drawn as dots on an axis of their own range.
    """
    least, most = min(values), max(values)
    if least <= 0 <= most or least < 0.5 * most:
        low, high = min(least, 0.0), max(most, 0.0)
        return low, high if high > low else low + 1.0, True
    rest = (most - least) * 0.12 or abs(most) * 0.01
    return least - rest, most + rest, False
