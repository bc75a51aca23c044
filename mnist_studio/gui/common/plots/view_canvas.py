"""The pyqtgraph side of lines and points of a view. Imported only after the first paint."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip, QWidget

from mnist_studio.analysis.view import AxisSpec, Line, Lines, Points, cell_text, unit_scale
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.axes import ViewPlotAxis
from mnist_studio.gui.common.plots.drawn import DrawnLines, DrawnSymbols, Floats, Placed
from mnist_studio.gui.common.plots.graphs import pg
from mnist_studio.gui.theme.marks import Marks, RunMark
from mnist_studio.gui.theme.theme import Theme

NEAR = 24
"""The pointer points at what is within so many pixels."""

_NONE = np.empty(0)


class ViewCanvas(pg.PlotWidget):
    """Draws lines or points; those that look alike are one item, which only gets new data."""

    def __init__(self, theme: Theme, marks: Marks, hover: Hover, parent: QWidget) -> None:
        self._axes = {"left": ViewPlotAxis("left"), "bottom": ViewPlotAxis("bottom")}
        super().__init__(parent, axisItems=self._axes, enableMenu=False)
        self._theme, self._marks, self._hover = theme, marks, hover
        self._chart: Lines | Points | None = None
        self._placed: tuple[Placed, ...] = ()
        self._points = 0
        self._drawn: dict[tuple[RunMark, bool], DrawnLines] = {}
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.getViewBox().setDefaultPadding(0.04)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self._symbols = DrawnSymbols(plot, above=20)
        self._over, self._over_symbols = DrawnLines(plot), DrawnSymbols(plot, above=40)
        self._moves = pg.SignalProxy(self.scene().sigMouseMoved, rateLimit=30, slot=self._point)
        self.dress()

    @property
    def standing_out(self) -> tuple[str, ...]:
        """Keys of what stands out."""
        lit = self._hover.lit({line.key for line in self._placed})
        return tuple(line.key for line in self._placed if line.key in lit)

    def draw(self, chart: Lines | Points) -> None:
        """Shows exactly this."""
        self._measure(chart)
        self._chart = chart
        self._placed = _placed_lines(chart)
        self._points = sum(len(line.x) for line in self._placed if not line.thin)
        groups: dict[tuple[RunMark, bool], list[Placed]] = {}
        for line in self._placed:
            groups.setdefault((self._marks.of(line.key), line.thin), []).append(line)
        for look in self._drawn.keys() - groups.keys():
            self._drawn.pop(look).remove()
        for look, lines in groups.items():
            if look not in self._drawn:
                self._drawn[look] = DrawnLines(self.getPlotItem())
            self._drawn[look].draw(lines, look[0], self._points)
        self._symbols.draw(self._placed, self._marks.of, self._size)
        self.light()

    def dress(self) -> None:
        """Takes the colors of the theme."""
        self.setBackground(self._theme.palette.panel)
        for side, axis in self._axes.items():
            axis.dress(self._theme, grid=side == "left")
        if self._chart is not None:
            self.draw(self._chart)

    def warm_up(self) -> None:
        """Paints once where nobody sees it: a first paint takes several times as long as others."""
        axis = AxisSpec("")
        lines = (Line("", "", (0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0)),)
        self.draw(Lines(axis, axis, lines))
        self.resize(400, 200)
        self.grab()
        self.draw(Lines(axis, axis, ()))

    def light(self) -> None:
        """Lets what is pointed at stand out."""
        lit = self._hover.lit({line.key for line in self._placed})
        over = [line for line in self._placed if line.key in lit]
        for drawn in self._drawn.values():
            drawn.dim(bool(over))
        self._symbols.dim(bool(over))
        thick = [line for line in over if not line.thin] or over
        mark = self._marks.of(thick[0].key) if thick else RunMark(self._theme.palette.text, (), "o")
        self._over.draw(thick, mark, self._points, wide=True)
        self._over_symbols.draw(thick, self._marks.of, self._size + 2)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Shows everything again after zooming."""
        self.getPlotItem().enableAutoRange()
        super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: Any) -> None:
        """Points at nothing any more."""
        self._hover.point("")
        super().leaveEvent(event)

    @property
    def _size(self) -> int:
        """Of symbols: points have nothing else."""
        return 11 if isinstance(self._chart, Points) else 7

    def _measure(self, chart: Lines | Points) -> None:
        former = self._chart
        if former is not None and (former.x, former.y) == (chart.x, chart.y):
            return
        for side, axis in (("bottom", chart.x), ("left", chart.y)):
            # Figures come as logarithms: pyqtgraph shall only write the ticks so.
            self._axes[side].setLogMode(axis.log)
            self._axes[side].measure(axis, self._theme, grid=side == "left")
        self.getPlotItem().enableAutoRange()

    def _point(self, event: tuple[QPointF]) -> None:
        """Points at the nearest run and tells its numbers."""
        if not self.underMouse():
            return
        box = self.getPlotItem().getViewBox()
        found = self._nearest(event[0]) if box.sceneBoundingRect().contains(event[0]) else None
        if found is None:
            self._hover.point("")
            QToolTip.hideText()
            return
        self._hover.point(found[0].key)
        QToolTip.showText(QCursor.pos(), self._words(*found), self)

    def _nearest(self, pointer: QPointF) -> tuple[Placed, int] | None:
        """The point that is nearest to the pointer, if it is near."""
        box = self.getPlotItem().getViewBox()
        at, (wide, high) = box.mapSceneToView(pointer), box.viewPixelSize()
        best, found = float(self._theme.pixels(NEAR)), None
        for line in self._placed:
            if not len(line.x):
                continue
            away = np.abs((line.x - at.x()) / wide) + np.abs((line.y - at.y()) / high)
            place = int(np.argmin(np.where(np.isfinite(away), away, np.inf)))
            if away[place] < best:
                best, found = float(away[place]), (line, place)
        return found

    def _words(self, line: Placed, at: int) -> str:
        chart = self._chart
        assert chart is not None
        x, y = _figure(line.x[at], chart.x), _figure(line.y[at], chart.y)
        return f"{line.title}\n{chart.x.title}: {x}\n{chart.y.title}: {y}"


def _placed_lines(chart: Lines | Points) -> tuple[Placed, ...]:
    if isinstance(chart, Points):
        return tuple(
            Placed(p.key, p.title, False, _on(chart.x, (p.x,)), _on(chart.y, (p.y,)), _NONE, _NONE)
            for p in chart.points
        )
    return tuple(
        Placed(
            line.key, line.title, line.thin, _on(chart.x, line.x), _on(chart.y, line.y),
            _on(chart.y, line.low), _on(chart.y, line.high),
        )
        for line in chart.lines
    )  # fmt: skip


def _on(axis: AxisSpec, values: Sequence[float]) -> Floats:
    """Where figures lie on an axis; NaN where they do not."""
    found = np.asarray(values, dtype=np.float64) / unit_scale(axis.unit)
    if not axis.log:
        return found
    return np.log10(np.where(found > 0, found, np.nan))


def _figure(place: float, axis: AxisSpec) -> str:
    value = 10**place if axis.log else place
    return cell_text(float(value) * unit_scale(axis.unit), axis.unit)
