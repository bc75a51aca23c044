"""Figures beside each other: a row each, with its interval, under the heading of its group."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.analysis.view import Bar, Bars, cell_text
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.bar_painting import (
    HEADING,
    INDENT,
    ROW,
    Room,
    bars_height,
    paint_figure,
)
from mnist_studio.gui.common.plots.ticks import span, ticks
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

NAME_PART = 0.6
"""So much of the width names may take."""


@dataclass(frozen=True)
class _BarRow:
    """A row: a bar, or the heading of a group where there is none."""

    top: int
    high: int
    bar: Bar | None
    text: str


class BarChart(QWidget):
    """Bars from nothing, or dots where all figures are far from it."""

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._chart: Bars | None = None
        self._places: tuple[_BarRow, ...] = ()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self._arrange)
        hover.changed.connect(self.update)

    def draw(self, chart: Bars) -> None:
        """Shows exactly these figures."""
        self._chart = chart
        self._arrange()

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(self._theme.pixels(420), self._high())

    def minimumSizeHint(self) -> QSize:
        """As high as its rows: whoever holds it scrolls."""
        return QSize(self._theme.pixels(260), self._high())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Points at the run whose row is under the pointer."""
        bar = self._bar_at(event.position().y())
        self._hover.point(bar.key if bar else "")
        self.setToolTip(self._words(bar) if bar else "")

    def leaveEvent(self, event: QEvent) -> None:
        """Points at nothing any more."""
        self._hover.point("")
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, rows and figures."""
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

    def _words(self, bar: Bar) -> str:
        assert self._chart is not None
        unit = self._chart.value.unit
        words = f"{bar.title}\n{self._chart.value.title}: {cell_text(bar.value, unit)}"
        if bar.low is None and bar.high is None:
            return words
        return f"{words}\n{cell_text(bar.low, unit)} to {cell_text(bar.high, unit)}"

    def _room(self) -> Room:
        """Where figures are drawn, and what range it shows."""
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
        return Room(area, low, high, whole and not log, log)

    def _paint_axis(self, painter: QPainter, room: Room) -> None:
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

    def _paint_row(self, painter: QPainter, room: Room, place: _BarRow) -> None:
        palette, bar = self._theme.palette, place.bar
        painter.setFont(self._theme.font(12, bold=bar is None))
        painter.setPen(QColor(palette.secondary if bar is None else palette.text))
        indent = 0 if bar is None else self._theme.pixels(38)
        spot = QRectF(indent, place.top, room.area.left() - indent - 8, place.high)
        text = painter.fontMetrics().elidedText(
            place.text, Qt.TextElideMode.ElideMiddle, int(spot.width())
        )
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, text)
        if bar is None:
            return
        picture = self._marks.picture(bar.key)
        high = picture.deviceIndependentSize().height()
        painter.drawPixmap(QPointF(0, place.top + (place.high - high) / 2), picture)
        paint_figure(painter, room, bar, self._marks.of(bar.key), place.top, place.high)
        self._paint_value(painter, room, place, bar)

    def _paint_value(self, painter: QPainter, room: Room, place: _BarRow, bar: Bar) -> None:
        assert self._chart is not None
        painter.setPen(QColor(self._theme.palette.text))
        spot = QRectF(room.area.right(), place.top, self.width() - room.area.right(), place.high)
        text = cell_text(bar.value, self._chart.value.unit)
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


def _places(bars: Sequence[Bar], theme: Theme) -> list[_BarRow]:
    """Rows below each other; bars of one group under its heading, in the order of groups."""
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
