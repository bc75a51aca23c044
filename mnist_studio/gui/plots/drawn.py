"""Lines and points of views as items of pyqtgraph. Imported only after the first paint."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from mnist_studio.analysis.view import Line
from mnist_studio.gui.plots.graphs import pg
from mnist_studio.gui.theme.marks import Mark

MOST_SYMBOLS = 40
"""A line of more points has no symbols on them: they would hide it."""

DIM, THIN, BAND = 0.22, 0.5, 0.16
"""How much is left of a line while others stand out, of one of several, of an interval."""

Floats = NDArray[np.float64]


class DrawnLine:
    """A line, its symbols and the interval around it."""

    def __init__(self, plot: Any) -> None:
        self._plot = plot
        self.item = plot.plot(antialias=True)
        self._edges: tuple[Any, ...] = ()
        self._band: Any = None
        self._line: Line | None = None
        self.x: Floats = np.empty(0)
        self.y: Floats = np.empty(0)

    def draw(self, line: Line, scales: tuple[float, float], mark: Mark) -> None:
        """Shows this line; figures are divided by the scales of x and y."""
        if line is self._line:
            return
        former, self._line = self._line, line
        self.x = np.asarray(line.x, dtype=np.float64) / scales[0]
        self.y = np.asarray(line.y, dtype=np.float64) / scales[1]
        self.item.setData(self.x, self.y, connect="finite")
        self._draw_band(line, scales)
        if former is None or len(former.x) != len(line.x):
            self.dress(mark, "")

    def dress(self, mark: Mark, light: str) -> None:
        """Takes a mark; ``light`` is ``on`` if it shall stand out, ``off`` if others do."""
        assert self._line is not None
        thin = self._line.thin and light != "on"
        self.item.setPen(mark.pen(1.0 if thin else 3.0 if light == "on" else 1.8))
        self.item.setOpacity(DIM if light == "off" else THIN if thin else 1.0)
        self.item.setZValue(20 if light == "on" else 1 if thin else 10)
        few = not self._line.thin and len(self._line.x) <= MOST_SYMBOLS
        self.item.setSymbol(mark.symbol if few else None)
        if few:
            self.item.setSymbolSize(7)
            self.item.setSymbolPen(pg.mkPen(mark.colour, width=1.4))
            self.item.setSymbolBrush(pg.mkBrush(mark.colour))
        if self._band is not None:
            colour = QColor(mark.colour)
            colour.setAlphaF(BAND / 2 if light == "off" else BAND)
            self._band.setBrush(colour)

    def remove(self) -> None:
        """Takes it off the plot."""
        for item in (self.item, *self._edges, self._band):
            if item is not None:
                self._plot.removeItem(item)

    def _draw_band(self, line: Line, scales: tuple[float, float]) -> None:
        low = np.asarray(line.low, dtype=np.float64) / scales[1]
        high = np.asarray(line.high, dtype=np.float64) / scales[1]
        known = np.isfinite(low) & np.isfinite(high) if len(low) else np.empty(0, dtype=bool)
        if not self._edges:
            if not known.any():
                return
            self._edges = tuple(self._plot.plot(pen=None) for _ in range(2))
            self._band = pg.FillBetweenItem(*self._edges)
            self._plot.addItem(self._band, ignoreBounds=True)
            self._band.setZValue(0)
        x = self.x[known] if len(known) else self.x[:0]
        for edge, ends in zip(self._edges, (low, high), strict=True):
            edge.setData(x, ends[known])


class DrawnPoint:
    """A point."""

    def __init__(self, plot: Any) -> None:
        self._plot = plot
        self.item = plot.plot(pen=None)
        self.x: Floats = np.empty(0)
        self.y: Floats = np.empty(0)

    def draw(self, x: float, y: float) -> None:
        """Shows it there."""
        self.x, self.y = np.array([x]), np.array([y])
        self.item.setData(self.x, self.y)

    def dress(self, mark: Mark, light: str) -> None:
        """Takes a mark."""
        self.item.setSymbol(mark.symbol)
        self.item.setSymbolSize(15 if light == "on" else 11)
        self.item.setSymbolPen(pg.mkPen(mark.colour, width=1.6))
        self.item.setSymbolBrush(pg.mkBrush(mark.colour))
        self.item.setOpacity(DIM if light == "off" else 1.0)

    def remove(self) -> None:
        """Takes it off the plot."""
        self._plot.removeItem(self.item)
