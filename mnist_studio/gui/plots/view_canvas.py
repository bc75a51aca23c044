"""The pyqtgraph side of lines and points of a view. Imported only after the first paint."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip, QWidget

from mnist_studio.analysis.view import Axis, Line, Lines, Points
from mnist_studio.gui.models import figures
from mnist_studio.gui.models.hover import Hover
from mnist_studio.gui.plots.drawn import DrawnLine, DrawnPoint
from mnist_studio.gui.plots.graphs import pg
from mnist_studio.gui.plots.view_axes import ViewAxis
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

NEAR = 24
"""The pointer points at what is within so many pixels."""

_Name = tuple[str, str, bool]


class ViewCanvas(pg.PlotWidget):
    """Draws lines or points; keeps the item of each and only gives it new data."""

    def __init__(self, theme: Theme, marks: Marks, hover: Hover, parent: QWidget) -> None:
        self._axes = {"left": ViewAxis("left"), "bottom": ViewAxis("bottom")}
        super().__init__(parent, axisItems=self._axes)
        self._theme, self._marks, self._hover = theme, marks, hover
        self._chart: Lines | Points | None = None
        self._drawn: dict[_Name, DrawnLine | DrawnPoint] = {}
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setClipToView(True)
        plot.setDownsampling(auto=True, mode="peak")
        plot.getViewBox().setDefaultPadding(0.04)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self._moves = pg.SignalProxy(self.scene().sigMouseMoved, rateLimit=30, slot=self._point)
        self.dress()

    def draw(self, chart: Lines | Points) -> None:
        """Shows exactly this."""
        self._measure(chart)
        self._chart = chart
        if isinstance(chart, Lines):
            named = {(line.key, line.title, line.thin): line for line in chart.lines}
            self._keep(set(named))
            for name, line in named.items():
                self._draw_line(name, line, chart)
        else:
            self._keep({(point.key, point.title, False) for point in chart.points})
            for point in chart.points:
                self._draw_point((point.key, point.title, False), point.x, point.y, chart)
        if self._hover.key:
            self.light()

    def dress(self) -> None:
        """Takes the colours of the theme."""
        self.setBackground(self._theme.palette.panel)
        for side, axis in self._axes.items():
            axis.dress(self._theme, grid=side == "left")
        self.light()

    def warm_up(self) -> None:
        """Paints once where nobody sees it: a first paint takes several times as long as others."""
        axis = Axis("")
        lines = (Line("", "", (0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0)),)
        self.draw(Lines(axis, axis, lines))
        self.resize(400, 200)
        self.grab()
        self.draw(Lines(axis, axis, ()))

    def light(self) -> None:
        """Lets what is pointed at stand out."""
        lit = self._hover.lit({key for key, _, _ in self._drawn})
        for (key, _, _), drawn in self._drawn.items():
            drawn.dress(self._marks.of(key), "" if not lit else "on" if key in lit else "off")

    def mouseDoubleClickEvent(self, event: Any) -> None:  # noqa: N802
        """Shows everything again after zooming."""
        self.getPlotItem().enableAutoRange()
        super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: Any) -> None:  # noqa: N802
        """Points at nothing any more."""
        self._hover.point("")
        super().leaveEvent(event)

    def _measure(self, chart: Lines | Points) -> None:
        former = self._chart
        if former is not None and (former.x, former.y) == (chart.x, chart.y):
            return
        self._axes["bottom"].measure(chart.x, self._theme, grid=False)
        self._axes["left"].measure(chart.y, self._theme, grid=True)
        self.getPlotItem().setLogMode(x=chart.x.log, y=chart.y.log)
        self.getPlotItem().enableAutoRange()

    def _keep(self, wanted: set[_Name]) -> None:
        for name in self._drawn.keys() - wanted:
            self._drawn.pop(name).remove()

    def _draw_line(self, name: _Name, line: Line, chart: Lines) -> None:
        drawn = self._drawn.get(name)
        if not isinstance(drawn, DrawnLine):
            drawn = self._drawn[name] = DrawnLine(self.getPlotItem())
        scales = figures.scale(chart.x.unit), figures.scale(chart.y.unit)
        drawn.draw(line, scales, self._marks.of(line.key))

    def _draw_point(self, name: _Name, x: float, y: float, chart: Points) -> None:
        drawn = self._drawn.get(name)
        if not isinstance(drawn, DrawnPoint):
            drawn = self._drawn[name] = DrawnPoint(self.getPlotItem())
            drawn.dress(self._marks.of(name[0]), "")
        drawn.draw(x / figures.scale(chart.x.unit), y / figures.scale(chart.y.unit))

    def _point(self, event: tuple[QPointF]) -> None:
        """Points at the nearest run and tells its numbers."""
        if not self.underMouse():
            return
        found = [
            (near[0], near[1], name)
            for name, drawn in self._drawn.items()
            if (near := self._nearest(drawn, event[0])) is not None
        ]
        if not found:
            self._hover.point("")
            QToolTip.hideText()
            return
        _, at, name = min(found)
        self._hover.point(name[0])
        QToolTip.showText(QCursor.pos(), self._words(name, at), self)

    def _nearest(self, drawn: DrawnLine | DrawnPoint, pointer: QPointF) -> tuple[float, int] | None:
        """How far its nearest point is, in pixels, and which that is."""
        box = self.getPlotItem().getViewBox()
        if not len(drawn.x) or not box.sceneBoundingRect().contains(pointer):
            return None
        chart = self._chart
        assert chart is not None
        wanted = box.mapSceneToView(pointer).x()
        wanted = 10**wanted if chart.x.log else wanted
        right = int(np.clip(np.searchsorted(drawn.x, wanted), 0, len(drawn.x) - 1))
        at = min((max(right - 1, 0), right), key=lambda place: abs(drawn.x[place] - wanted))
        x, y = _placed(drawn.x[at], chart.x), _placed(drawn.y[at], chart.y)
        if not (np.isfinite(x) and np.isfinite(y)):
            return None
        distance = (box.mapViewToScene(QPointF(x, y)) - pointer).manhattanLength()
        return (distance, at) if distance <= self._theme.pixels(NEAR) else None

    def _words(self, name: _Name, at: int) -> str:
        chart, drawn = self._chart, self._drawn[name]
        assert chart is not None
        x = figures.text(float(drawn.x[at]) * figures.scale(chart.x.unit), chart.x.unit)
        y = figures.text(float(drawn.y[at]) * figures.scale(chart.y.unit), chart.y.unit)
        return f"{name[1]}\n{chart.x.title}: {x}\n{chart.y.title}: {y}"


def _placed(value: float, axis: Axis) -> float:
    """Where a figure lies on its axis."""
    if not axis.log:
        return float(value)
    return float(np.log10(value)) if value > 0 else float("nan")
