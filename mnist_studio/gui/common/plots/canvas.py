"""Draws lines and points with pyqtgraph. Imported only after the first paint of the window."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip, QWidget

from mnist_studio.analysis.view import AxisSpec, Line, Lines, Points, cell_text, unit_scale
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.axes import PlotAxis, pg
from mnist_studio.gui.common.plots.line_items import Floats, LineItem, PlacedLine, SymbolItem
from mnist_studio.gui.theme.marks import MarkSource, RunMark
from mnist_studio.gui.theme.theme import Theme

NEAR = 24
"""The pointer highlights a line within this distance, in lengths of the design."""

LIMITS = {"fraction": (-0.03, 1.05), "": (-0.1, None)}
"""How far the vertical axis extends: around a single point there is no accuracy of 150 %."""

_EMPTY = np.empty(0)


class Canvas(pg.PlotWidget):
    """Draws a chart of lines or points.

    Lines with the same mark share one item, which only gets new data when the chart changes.
    """

    def __init__(self, theme: Theme, marks: MarkSource, hover: Hover, parent: QWidget) -> None:
        self._axes = {"left": PlotAxis("left"), "bottom": PlotAxis("bottom")}
        super().__init__(parent, axisItems=self._axes, enableMenu=False)
        self._theme, self._marks, self._hover = theme, marks, hover
        self._chart: Lines | Points | None = None
        self._placed: tuple[PlacedLine, ...] = ()
        self._points = 0
        self._zoom: tuple[float, float] | None = None
        self._items: dict[tuple[RunMark, bool], LineItem] = {}
        plot = self.getPlotItem()
        plot.hideButtons()
        self._box = plot.getViewBox()
        self._box.setDefaultPadding(0.04)
        self._box.sigRangeChangedManually.connect(self._on_zoom)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self._symbols = SymbolItem(plot, above=20)
        self._highlight, self._highlight_symbols = LineItem(plot), SymbolItem(plot, above=40)
        self._moves = pg.SignalProxy(
            self.scene().sigMouseMoved, rateLimit=30, slot=self._on_mouse_move
        )
        self.apply_theme()

    @property
    def highlighted(self) -> tuple[str, ...]:
        """Keys of the highlighted lines."""
        lit = self._hover.lit({line.key for line in self._placed})
        return tuple(line.key for line in self._placed if line.key in lit)

    def draw(self, chart: Lines | Points) -> None:
        """Shows exactly this chart."""
        self._show_axes(chart)
        self._chart = chart
        self._placed = _place(chart)
        self._points = sum(len(line.x) for line in self._placed if not line.thin)
        groups: dict[tuple[RunMark, bool], list[PlacedLine]] = {}
        for line in self._placed:
            groups.setdefault((self._marks.of(line.key), line.thin), []).append(line)
        for look in self._items.keys() - groups.keys():
            self._items.pop(look).remove()
        for look, lines in groups.items():
            if look not in self._items:
                self._items[look] = LineItem(self.getPlotItem())
            self._items[look].draw(lines, look[0], self._points, zoom=self._zoom)
        self._symbols.draw(self._placed, self._marks.of, self._symbol_size)
        self.highlight()

    def apply_theme(self) -> None:
        """Takes the colors of the theme."""
        self.setBackground(self._theme.palette.panel)
        for side, axis in self._axes.items():
            axis.apply_theme(self._theme, grid=side == "left")
        if self._chart is not None:
            self.draw(self._chart)

    def warm_up(self) -> None:
        """Paints once invisibly: the first paint takes several times as long as others."""
        axis = AxisSpec("")
        lines = (Line("", "", (0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0)),)
        self.draw(Lines(axis, axis, lines))
        self.resize(400, 200)
        self.grab()
        self.draw(Lines(axis, axis, ()))

    def highlight(self) -> None:
        """Highlights the lines of the run under the pointer and fades the others."""
        lit = self._hover.lit({line.key for line in self._placed})
        over = [line for line in self._placed if line.key in lit]
        for item in self._items.values():
            item.fade(bool(over), only_thin=self._points == 0)
        self._symbols.fade(bool(over))
        bold = [line for line in over if not line.thin] or over
        mark = self._marks.of(bold[0].key) if bold else RunMark(self._theme.palette.text, (), "o")
        self._highlight.draw(bold, mark, self._points, wide=True, zoom=self._zoom)
        self._highlight_symbols.draw(bold, self._marks.of, self._symbol_size + 2)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Shows the whole chart again after zooming."""
        self._zoom = None
        self._box.enableAutoRange()
        if self._chart is not None:
            self.draw(self._chart)
        super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: Any) -> None:
        """Ends the highlighting."""
        self._hover.point("")
        super().leaveEvent(event)

    @property
    def _symbol_size(self) -> int:
        """Points consist of their symbol only, so it is larger."""
        return 11 if isinstance(self._chart, Points) else 7

    def _show_axes(self, chart: Lines | Points) -> None:
        former = self._chart
        if former is not None and (former.x, former.y) == (chart.x, chart.y):
            return
        self._zoom = None
        self._axes["bottom"].show_spec(chart.x)
        self._axes["left"].show_spec(chart.y)
        for side, axis in self._axes.items():
            axis.apply_theme(self._theme, grid=side == "left")
        low, high = (None, None) if chart.y.log else LIMITS.get(chart.y.unit, (None, None))
        self._box.setLimits(yMin=low, yMax=high)
        self._box.enableAutoRange()

    @Slot(object)
    def _on_zoom(self, _: object) -> None:
        """Draws the visible range in full detail."""
        low, high = self._box.viewRange()[0]
        self._zoom = (low, high)
        if self._chart is not None:
            self.draw(self._chart)

    def _on_mouse_move(self, event: tuple[QPointF]) -> None:
        """Highlights the nearest line and shows its values in a tooltip."""
        if not self.underMouse():
            return
        inside = self._box.sceneBoundingRect().contains(event[0])
        found = self._nearest(event[0]) if inside else None
        if found is None:
            self._hover.point("")
            QToolTip.hideText()
            return
        self._hover.point(found[0].key)
        QToolTip.showText(QCursor.pos(), self._tip(*found), self)

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
        x, y = _text(line.x[at], chart.x), _text(line.y[at], chart.y)
        return f"{line.title}\n{chart.x.title}: {x}\n{chart.y.title}: {y}"


def _place(chart: Lines | Points) -> tuple[PlacedLine, ...]:
    """The lines in the coordinates of the plot; a point is a line of length one."""
    x, y = chart.x, chart.y
    if isinstance(chart, Points):
        return tuple(
            PlacedLine(p.key, p.title, False, _on(x, (p.x,)), _on(y, (p.y,)), _EMPTY, _EMPTY)
            for p in chart.points
        )
    return tuple(
        PlacedLine(
            line.key, line.title, line.thin, _on(x, line.x), _on(y, line.y),
            _on(y, line.low), _on(y, line.high),
        )
        for line in chart.lines
    )  # fmt: skip


def _on(axis: AxisSpec, values: Sequence[float]) -> Floats:
    """Coordinates of values on an axis; NaN where a value has none."""
    scaled = np.asarray(values, dtype=np.float64) / unit_scale(axis.unit)
    if not axis.log:
        return scaled
    return np.log10(np.where(scaled > 0, scaled, np.nan))


def _text(place: float, axis: AxisSpec) -> str:
    value = float(10**place if axis.log else place) * unit_scale(axis.unit)
    # A batch ends within an epoch: its epoch isn't a whole number.
    return f"{value:.4g}" if axis.unit == "count" and value % 1 else cell_text(value, axis.unit)
