"""Draws lines and points with pyqtgraph. Imported only after the first paint of the window."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QCursor, QKeyEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from mnist_studio.analysis.view import AxisSpec, Line, Lines, Points
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.axes import PlotAxis, pg
from mnist_studio.gui.common.plots.line_items import LineItem, PlacedLine, SymbolItem
from mnist_studio.gui.common.plots.placing import (
    Range,
    closest,
    closest_of,
    fitted,
    place_text,
    placed_lines,
    placed_stars,
    rest_fraction,
    same_quantity,
)
from mnist_studio.gui.theme.marks import MarkSource, RunMark
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import mixed

MOST_VALUES = 16
"""More values at once cannot be read."""

_GLYPHS = ("●", "–")
"""Before the values of bold and of thin lines."""

STAR_SIZE = 13

NEAR = 24
"""The pointer highlights a line within this distance, in lengths of the design."""

SNAP = 48
"""The list of values is that of the nearest point of a bold line within this distance."""

UNLIMITED = (-1e300, 1e300)
LIMITS = {"fraction": (-0.03, 1.05), "": (-0.1, UNLIMITED[1])}
"""How far the vertical axis extends: around a single point there is no accuracy of 150 %."""

ZOOM_STEP = 0.7
"""Fraction of the range that is still visible after one key press."""

PALER = 0.55
"""How much of the background is mixed into the color of lines of another dataset."""

_EMPTY = np.empty(0)


class Canvas(pg.PlotWidget):
    """Draws a chart of lines or points.

    Lines with the same mark share one item, which only gets new data when the chart changes.
    The wheel zooms, a drag zooms to a rectangle, and a double-click or Home shows everything again.

    Signals:
        zoom_changed: zoomed in, or everything is shown again.
    """

    zoom_changed = Signal()

    def __init__(self, theme: Theme, marks: MarkSource, hover: Hover, parent: QWidget) -> None:
        self._axes = {"left": PlotAxis("left"), "bottom": PlotAxis("bottom")}
        self._chart: Lines | Points | None = None
        super().__init__(parent, axisItems=self._axes, enableMenu=False)
        self._theme, self._marks, self._hover = theme, marks, hover
        self._placed: tuple[PlacedLine, ...] = ()
        self._points = 0
        self._zoom: Range | None = None
        self._whole: tuple[Range, Range] | None = None
        self._cursor: float | None = None
        self._items: dict[tuple[RunMark, bool], LineItem] = {}
        plot = self.getPlotItem()
        plot.hideButtons()
        self._box = plot.getViewBox()
        self._box.setDefaultPadding(0)
        self._box.setMouseMode(pg.ViewBox.RectMode)
        self._box.sigRangeChangedManually.connect(self._on_zoom)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._symbols = SymbolItem(plot, above=20)
        self._stars = SymbolItem(plot, above=50)
        self._highlight, self._highlight_symbols = LineItem(plot), SymbolItem(plot, above=40)
        self._ruler = pg.InfiniteLine(angle=90)
        self._ruler.setZValue(-10)
        self._ruler.hide()
        plot.addItem(self._ruler, ignoreBounds=True)
        self._moves = pg.SignalProxy(
            self.scene().sigMouseMoved, rateLimit=30, slot=self._on_mouse_move
        )
        self.apply_theme()

    @property
    def highlighted(self) -> tuple[str, ...]:
        """Keys of the highlighted lines."""
        lit = self._hover.lit({line.key for line in self._placed})
        return tuple(line.key for line in self._placed if line.key in lit)

    @property
    def zoomed(self) -> bool:
        """Whether only a part of the chart is visible."""
        return self._zoom is not None

    def draw(self, chart: Lines | Points) -> None:
        """Shows exactly this chart, without the hidden runs."""
        self._show_axes(chart)
        self._chart = chart
        self._placed = tuple(line for line in placed_lines(chart) if self._hover.shows(line.key))
        self._points = sum(len(line.x) for line in self._placed if not line.thin)
        groups: dict[tuple[RunMark, bool], list[PlacedLine]] = {}
        for line in self._placed:
            groups.setdefault((self._mark_of(line.key, line.thin), line.thin), []).append(line)
        for look in self._items.keys() - groups.keys():
            self._items.pop(look).remove()
        for look, lines in groups.items():
            if look not in self._items:
                self._items[look] = LineItem(self.getPlotItem())
            self._items[look].draw(lines, look[0], self._points, zoom=self._zoom)
        self._symbols.draw(self._placed, self._mark_of, self._symbol_size)
        stars = [one for one in placed_stars(chart) if self._hover.shows(one.key)]
        self._stars.draw(stars, self._star_of, STAR_SIZE)
        if not self.zoomed:
            self._fit()
        self.highlight()

    def apply_theme(self) -> None:
        """Takes the colors of the theme."""
        palette = self._theme.palette
        self.setBackground(palette.panel)
        for side, axis in self._axes.items():
            axis.apply_theme(self._theme, grid=side == "left")
        self._ruler.setPen(pg.mkPen(palette.off, width=1))
        rectangle, shade = self._box.rbScaleBox, QColor(palette.accent)
        rectangle.setPen(pg.mkPen(shade, width=1))
        shade.setAlphaF(0.15)
        rectangle.setBrush(pg.mkBrush(shade))
        if self._chart is not None:
            self.draw(self._chart)

    def warm_up(self) -> None:
        """Paints once invisibly: the first paint takes several times as long as others."""
        axis = AxisSpec("")
        lines = (Line("", "", (0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0)),)
        self.draw(Lines(axis, axis, lines))
        self.resize(400, 200)
        self.grab()
        self._lay_out_again()
        self.draw(Lines(axis, axis, ()))

    def _lay_out_again(self) -> None:
        """To grab, Qt lays out all hidden widgets around this one as if they were shown."""
        layouts, around = [], self.parentWidget()
        while around is not None:
            if (layout := around.layout()) is not None:
                layout.invalidate()
                layouts.append(layout)
            around = around.parentWidget()
        for layout in reversed(layouts):
            layout.activate()

    def highlight(self) -> None:
        """Highlights the lines of the run under the pointer and fades the others."""
        lit = self._hover.lit({line.key for line in self._placed})
        over = [line for line in self._placed if line.key in lit]
        for item in self._items.values():
            item.fade(bool(over), only_thin=self._points == 0)
        self._symbols.fade(bool(over))
        bold = [line for line in over if not line.thin] or over
        mark = self._mark_of(bold[0].key) if bold else RunMark(self._theme.palette.text, (), "o")
        self._highlight.draw(bold, mark, self._points, wide=True, zoom=self._zoom)
        self._highlight_symbols.draw(bold, self._mark_of, self._symbol_size + 2)

    def show_all(self) -> None:
        """Shows the whole chart again after zooming."""
        self._zoom, self._whole = None, None
        if self._chart is not None:
            self.draw(self._chart)
        self.zoom_changed.emit()

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Shows the whole chart again after zooming."""
        self.show_all()
        super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right read the values, plus and minus zoom, and Home shows everything."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._move_cursor(-1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = 1 / ZOOM_STEP if key == Qt.Key.Key_Minus else ZOOM_STEP
            self._box.scaleBy((factor, factor))
            self._on_zoom(None)
        elif key == Qt.Key.Key_Home:
            self.show_all()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: Any) -> None:
        """Leaves room for symbols at any size."""
        super().resizeEvent(event)
        if self._chart is not None and not self.zoomed:
            self._fit()

    def leaveEvent(self, event: Any) -> None:
        """Ends the highlighting."""
        self._hover.point("")
        self._end_reading()
        super().leaveEvent(event)

    def focusOutEvent(self, event: Any) -> None:
        """Ends reading with the keyboard."""
        self._end_reading()
        super().focusOutEvent(event)

    @property
    def _symbol_size(self) -> int:
        """Points consist of their symbol only, so it is larger."""
        return 11 if isinstance(self._chart, Points) else 7

    def _star_of(self, key: str) -> RunMark:
        mark = self._mark_of(key)
        return RunMark(self._theme.palette.panel, (), "star", mark.color, mark.width)

    def _mark_of(self, key: str, thin: bool = False) -> RunMark:
        """The mark of a line; paler with hollow symbols if it belongs to another dataset."""
        mark = self._marks.of(key, thin)
        chart = self._chart
        if not isinstance(chart, Lines) or key not in chart.other_dataset:
            return mark
        panel = self._theme.palette.panel
        return replace(mark, color=mixed(mark.color, panel, PALER), fill=panel)

    def _show_axes(self, chart: Lines | Points) -> None:
        former = self._chart
        if former is not None and all(map(same_quantity, (former.x, former.y), (chart.x, chart.y))):
            return
        zoomed, self._zoom, self._whole = self.zoomed, None, None
        self._axes["bottom"].show_spec(chart.x)
        self._axes["left"].show_spec(chart.y)
        for side, axis in self._axes.items():
            axis.apply_theme(self._theme, grid=side == "left")
        low, high = UNLIMITED if chart.y.log else LIMITS.get(chart.y.unit, UNLIMITED)
        self._box.setLimits(yMin=low, yMax=high)
        if zoomed:
            self.zoom_changed.emit()

    def _fit(self) -> None:
        """Shows the range of the axes, or of the visible lines where an axis has none."""
        chart = self._chart
        assert chart is not None
        x = fitted(
            chart.x, [line.x for line in self._placed], rest_fraction("x", self._box.width())
        )
        y = fitted(
            chart.y, [line.y for line in self._placed], rest_fraction("y", self._box.height())
        )
        if (x, y) != self._whole:
            self._whole = (x, y)
            self._box.setRange(xRange=x, yRange=y, padding=0)

    @Slot(object)
    def _on_zoom(self, _: object) -> None:
        """Draws the visible range in full detail."""
        low, high = self._box.viewRange()[0]
        self._zoom = (low, high)
        if self._chart is not None:
            self.draw(self._chart)
        self.zoom_changed.emit()

    def _on_mouse_move(self, event: tuple[QPointF]) -> None:
        """Highlights the nearest line and lists the values of all lines."""
        if not self.underMouse() or QApplication.mouseButtons():
            return
        inside = self._box.sceneBoundingRect().contains(event[0])
        found = self._nearest(event[0]) if inside else None
        self._hover.point(found[0].key if found else "")
        if isinstance(self._chart, Lines) and inside:
            self._read(self._reading_place(self._box.mapSceneToView(event[0]).x()), QCursor.pos())
        elif found:
            QToolTip.showText(QCursor.pos(), self._tip(*found), self)
        else:
            self._end_reading()

    def _move_cursor(self, step: int) -> None:
        """Reads the next or previous point of the bold lines."""
        lines = [line.x for line in self._placed if not line.thin] or [
            line.x for line in self._placed
        ]
        places = np.unique(np.concatenate(lines)) if lines else _EMPTY
        low, high = self._box.viewRange()[0]
        places = places[(places >= low) & (places <= high)]
        if not len(places):
            return
        start = low if step > 0 else high
        after = places > (self._cursor if self._cursor is not None else start)
        before = places < (self._cursor if self._cursor is not None else start)
        rest = places[after][:1] if step > 0 else places[before][-1:]
        x = float(rest[0]) if len(rest) else float(places[-1 if step > 0 else 0])
        corner = self._box.mapViewToScene(QPointF(x, self._box.viewRange()[1][1]))
        self._read(x, self.mapToGlobal(self.mapFromScene(corner)))

    def _read(self, x: float | None, place: QPoint) -> None:
        """Marks a place on the horizontal axis and lists the values of all lines there."""
        rows = self.values_at(x) if x is not None else ()
        if x is None or not rows:
            self._end_reading()
            return
        assert self._chart is not None
        self._cursor = x
        self._ruler.setValue(x)
        self._ruler.show()
        heading = f"{self._chart.x.title}: {place_text(x, self._chart.x)}"
        self.setAccessibleDescription(
            ", ".join([heading, *(f"{line.title}: {value}" for line, value in rows)])
        )
        QToolTip.showText(place, self._list(heading, rows), self)

    def _end_reading(self) -> None:
        self._cursor = None
        if self._ruler.isVisible():
            self._ruler.hide()
            QToolTip.hideText()

    def values_at(self, x: float) -> tuple[tuple[PlacedLine, str], ...]:
        """Every visible line that has a point at this x, or a batch next to it, with its value."""
        assert self._chart is not None
        width = self._box.viewPixelSize()[0]
        rows = []
        for line in self._placed:
            at = closest(line.x, x)
            if at is not None and abs(line.x[at] - x) <= 2 * width and np.isfinite(line.y[at]):
                rows.append((line, place_text(line.y[at], self._chart.y)))
        return tuple(rows)

    def _reading_place(self, x: float) -> float | None:
        """The nearest point of a bold line; if it is far away, that of any line."""
        near = self._theme.pixels(SNAP) * self._box.viewPixelSize()[0]
        bold = [line.x for line in self._placed if not line.thin]
        found = closest_of(bold, x)
        thin = [line.x for line in self._placed if line.thin]
        if thin and (found is None or abs(found - x) > near):
            return closest_of(thin, x)
        return found

    def _list(self, heading: str, rows: Sequence[tuple[PlacedLine, str]]) -> str:
        """The values as a small table with the colors of the lines."""
        shown = rows[:MOST_VALUES]
        cells = "".join(
            f'<tr><td style="color:{self._mark_of(line.key).color}">{_GLYPHS[bool(line.thin)]}'
            f'&nbsp;</td><td style="white-space:pre">{escape(line.title)}&nbsp;&nbsp;</td>'
            f'<td align="right" style="white-space:pre">{escape(value)}</td></tr>'
            for line, value in shown
        )
        rest = f"<br>and {len(rows) - len(shown)} more" if len(rows) > len(shown) else ""
        return f"<b>{escape(heading)}</b><table>{cells}</table>{rest}"

    def _nearest(self, pointer: QPointF) -> tuple[PlacedLine, int] | None:
        """The line and the index of its point nearest to the pointer, if it is near."""
        at, (width, height) = self._box.mapSceneToView(pointer), self._box.viewPixelSize()
        best, found = float(self._theme.pixels(NEAR)), None
        for line in self._placed:
            if not len(line.x):
                continue
            distance = np.abs((line.x - at.x()) / width) + np.abs((line.y - at.y()) / height)
            place = int(np.argmin(np.where(np.isfinite(distance), distance, np.inf)))
            if distance[place] < best:
                best, found = float(distance[place]), (line, place)
        return found

    def _tip(self, line: PlacedLine, at: int) -> str:
        chart = self._chart
        assert chart is not None
        x, y = place_text(line.x[at], chart.x), place_text(line.y[at], chart.y)
        return f"{line.title}\n{chart.x.title}: {x}\n{chart.y.title}: {y}"
