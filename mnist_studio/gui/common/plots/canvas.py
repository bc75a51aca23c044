"""The pyqtgraph side of a line plot. Imported only after the first window was painted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QCursor
from PySide6.QtWidgets import QToolTip, QWidget

from mnist_studio.gui.common.plots.axes import PlotAxis
from mnist_studio.gui.common.plots.graphs import pg
from mnist_studio.gui.common.plots.line_plot import PlotLine
from mnist_studio.gui.theme.palette import pen, shaded
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import DASHES

ACCURACIES = (-0.03, 1.05)
LOSSES = (-0.1, None)
"""So far an axis goes at most: points and words at 0 and at 100 % are seen whole."""
NEAR = 20
"""The pointer tells of a point within so many pixels."""


class Canvas(pg.PlotWidget):
    """Draws lines; keeps the item of every line and only gives it new data."""

    def __init__(self, theme: Theme, percent: bool, parent: QWidget) -> None:
        self._axes = {"left": PlotAxis("left", percent), "bottom": PlotAxis("bottom")}
        super().__init__(parent, axisItems=self._axes, enableMenu=False)
        self._theme = theme
        self._lines: dict[str, PlotLine] = {}
        self._items: dict[str, Any] = {}
        self._log = False
        self._percent = percent
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setClipToView(True)
        plot.setDownsampling(auto=True, mode="peak")
        plot.getViewBox().setDefaultPadding(0.03)
        self._limit()
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self._hover = pg.SignalProxy(self.scene().sigMouseMoved, rateLimit=30, slot=self._point_out)
        self.dress()

    def dress(self) -> None:
        """Takes the colors of the theme."""
        self.setBackground(self._theme.palette.panel)
        for side, axis in self._axes.items():
            axis.dress(self._theme, grid=side == "left")
        for key, line in self._lines.items():
            self._dress_line(self._items[key], line)

    def title_x(self, text: str, whole: bool) -> None:
        """What the x axis counts; whether by whole numbers."""
        self._axes["bottom"].setLabel(text)
        self._axes["bottom"].show_whole(whole)
        self._axes["bottom"].dress(self._theme, grid=False)

    def show_percent(self, percent: bool) -> None:
        """Whether y is a fraction, written as per cent."""
        self._percent = percent
        self._axes["left"].show_percent(percent)
        self._limit()

    def set_log(self, log: bool) -> None:
        """A logarithmic y axis."""
        self._log = log
        # Limits are in the units of the axis: those of the other one would bend it.
        self.getPlotItem().setLogMode(y=log)
        self._limit()

    def _limit(self) -> None:
        """Around a single point there is neither a loss far below 0 nor an accuracy of 150 %."""
        shown = ACCURACIES if self._percent else LOSSES
        low, high = (None, None) if self._log else shown
        self.getPlotItem().getViewBox().setLimits(yMin=low, yMax=high)

    def warm_up(self) -> None:
        """Paints once where nobody sees it: a first paint takes several times as long as others."""
        x = np.array([0.0, 1.0])
        for framework, symbol in (("numpy", "o"), ("pytorch", "d"), ("keras", "")):
            self._draw_line(PlotLine(framework, "", framework, x, x, symbol))  # type: ignore[arg-type]
        self.resize(400, 200)
        self.grab()
        self.draw(())

    def draw(self, lines: Sequence[PlotLine]) -> None:
        """Shows exactly these lines."""
        wanted = {line.key for line in lines}
        for key in self._items.keys() - wanted:
            self.removeItem(self._items.pop(key))
            del self._lines[key]
        for line in lines:
            self._draw_line(line)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Shows everything again after zooming."""
        self.getPlotItem().enableAutoRange()
        super().mouseDoubleClickEvent(event)

    def _draw_line(self, line: PlotLine) -> None:
        item = self._items.get(line.key)
        if item is None:
            # Wide lines have few points: only there smooth edges cost nothing.
            item = self.plot(antialias=line.width > 1)
            self._items[line.key] = item
        former = self._lines.get(line.key)
        self._lines[line.key] = line
        if former is None or (former.framework, former.shade) != (line.framework, line.shade):
            self._dress_line(item, line)
        if former is None or len(former.x) != len(line.x) or not _same(former, line):
            item.setData(line.x, line.y, connect="finite")

    def _dress_line(self, item: Any, line: PlotLine) -> None:
        palette = self._theme.palette
        color = QColor(shaded(palette, line.framework, line.shade))
        drawn = pen(palette, line.framework, line.width, line.shade)
        # Widths are pixels of the screen, not units of the plot.
        drawn.setCosmetic(True)
        item.setPen(drawn)
        # Where frameworks agree, the gaps of the upper lines show the lower ones.
        item.setZValue(list(DASHES).index(line.framework))
        item.setSymbol(line.symbol or None)
        if line.symbol:
            item.setSymbolSize(self._theme.pixels(7))
            item.setSymbolPen(pg.mkPen(color, width=1.4))
            fill = palette.panel if line.hollow else color
            item.setSymbolBrush(pg.mkBrush(fill))

    def _point_out(self, event: tuple[QPointF]) -> None:
        """Tells name and numbers of the point next to the pointer."""
        near = [found for line in self._lines.values() if (found := self._nearest(line, event[0]))]
        if near and self.underMouse():
            QToolTip.showText(QCursor.pos(), min(near)[1], self)
        elif QToolTip.isVisible():
            QToolTip.hideText()

    def _nearest(self, line: PlotLine, pointer: QPointF) -> tuple[float, str] | None:
        view = self.getPlotItem().getViewBox()
        if not len(line.x) or not view.sceneBoundingRect().contains(pointer):
            return None
        wanted = view.mapSceneToView(pointer).x()
        right = int(np.clip(np.searchsorted(line.x, wanted), 0, len(line.x) - 1))
        at = min((max(right - 1, 0), right), key=lambda place: abs(line.x[place] - wanted))
        x, y = float(line.x[at]), float(line.y[at])
        if not np.isfinite(y) or (self._log and y <= 0):
            return None
        spot = view.mapViewToScene(QPointF(x, float(np.log10(y)) if self._log else y))
        distance = (spot - pointer).manhattanLength()
        if distance > self._theme.pixels(NEAR):
            return None
        return (
            distance,
            f"{line.name}\n{self._axes['bottom'].labelText}: {x:.4g}\n{self._figure(y)}",
        )

    def _figure(self, y: float) -> str:
        return f"{y * 100:.2f} %" if self._percent else f"{y:.4g}"


def _same(one: PlotLine, other: PlotLine) -> bool:
    return np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y, equal_nan=True)
