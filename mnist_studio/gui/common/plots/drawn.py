"""Lines of one mark as one item of pyqtgraph. Imported only after the first paint.

An item costs milliseconds, whatever it shows: runs that look alike share one, gaps between them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem

from mnist_studio.gui.common.plots.graphs import pg
from mnist_studio.gui.theme.marks import RunMark
from mnist_studio.palette import DASHES

Floats = NDArray[np.float64]

_POINTING_UP = {"t": "t1"}
"""pyqtgraph's own triangle stands on its tip."""

MOST_SYMBOLS = 120
"""In a chart with more points every line has its symbol at its end only: they cost most time."""

MOST_POINTS = 1200
"""Of one line: of longer ones the least and the largest of every stretch are drawn."""

MANY_POINTS = 800
"""In a chart with more the lines are one pixel wide: wider ones take several times as long."""

DIM, THIN, BAND = 0.22, 0.5, 0.16
"""How much is left of lines while one stands out, of one of several, of an interval."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A line where it is drawn: figures by their scales, logarithms on logarithmic axes.

    Attributes:
        key: whose.
        title: of it.
        thin: one of several behind a mean.
        x: (n,).
        y: (n,).
        low: (n,) lower end of the interval; empty without one.
        high: (n,).
    """

    key: str
    title: str
    thin: bool
    x: Floats
    y: Floats
    low: Floats
    high: Floats


class DrawnLines:
    """Several lines that look alike, and the intervals around them."""

    def __init__(self, plot: Any) -> None:
        self._plot = plot
        self.item = pg.PlotCurveItem(connect="finite")
        self._band = QGraphicsPathItem()
        self._band.setPen(QPen(QColor(0, 0, 0, 0)))
        plot.addItem(self.item)
        plot.getViewBox().addItem(self._band, ignoreBounds=True)
        self._lines: tuple[Placed, ...] = ()
        self._looks: object = None

    def draw(self, lines: Sequence[Placed], mark: RunMark, points: int, wide: bool = False) -> None:
        """Shows exactly these lines.

        Args:
            lines: that have one mark and are all thin, or none is.
            mark: theirs.
            points: of all lines of the chart.
            wide: they stand out.
        """
        looks = (mark, wide, points > MANY_POINTS)
        if looks != self._looks:
            self._looks, self._lines = looks, ()
            self._dress(mark, wide, points > MANY_POINTS, bool(lines) and lines[0].thin)
        if len(lines) == len(self._lines) and all(map(_same, lines, self._lines)):
            return
        self._lines = tuple(lines)
        self.item.setData(*_joined([thinned(line.x, line.y) for line in lines]))
        self._band.setPath(_band(lines))

    def dim(self, dim: bool) -> None:
        """Steps back while another one stands out."""
        thin = bool(self._lines) and self._lines[0].thin
        self.item.setOpacity(DIM if dim else THIN if thin else 1.0)
        self._band.setOpacity(0.5 if dim else 1.0)

    def remove(self) -> None:
        """Takes it off the plot."""
        self._plot.removeItem(self.item)
        self._plot.getViewBox().removeItem(self._band)

    def _dress(self, mark: RunMark, wide: bool, many: bool, thin: bool) -> None:
        """Takes a mark."""
        width = 3.0 if wide else 1.0 if thin or many else 1.8
        self.item.opts["antialias"] = width > 1
        self.item.setPen(mark.pen(width))
        # Where frameworks agree, the gaps of the upper lines show the lower ones.
        order = list(DASHES.values()).index(mark.dash)
        self.item.setZValue(order + (30 if wide else 1 if thin else 10))
        color = QColor(mark.color)
        color.setAlphaF(BAND)
        self._band.setBrush(color)


class DrawnSymbols:
    """The symbols of all lines and points of a chart: one item, each spot with its own look."""

    def __init__(self, plot: Any, above: int) -> None:
        self.item = pg.ScatterPlotItem()
        self.item.setZValue(above)
        plot.addItem(self.item)

    def draw(self, lines: Sequence[Placed], mark_of: Callable[[str], RunMark], size: int) -> None:
        """Shows those of these lines: on every point, or at the ends only where that is too many.

        Args:
            lines: of which the thin ones have none.
            mark_of: of a key.
            size: in pixels.
        """
        marked = [line for line in lines if not line.thin]
        many = sum(len(line.x) for line in marked) > MOST_SYMBOLS
        spots = [_end(line) if many else (line.x, line.y) for line in marked]
        marks = [mark_of(line.key) for line in marked]
        looks = [mark for mark, (x, _) in zip(marks, spots, strict=True) for _ in x]
        self.item.setData(
            np.concatenate([x for x, _ in spots] or [np.empty(0)]),
            np.concatenate([y for _, y in spots] or [np.empty(0)]),
            symbol=[_POINTING_UP.get(mark.symbol, mark.symbol) for mark in looks],
            brush=[pg.mkBrush(mark.color) for mark in looks],
            pen=[pg.mkPen(mark.color, width=1.4) for mark in looks],
            size=size,
        )

    def dim(self, dim: bool) -> None:
        """Steps back while one stands out."""
        self.item.setOpacity(DIM if dim else 1.0)


def _end(line: Placed) -> tuple[Floats, Floats]:
    known = np.flatnonzero(np.isfinite(line.y))[-1:]
    return line.x[known], line.y[known]


def thinned(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """At most ``MOST_POINTS`` points that look like all: every stretch's least and largest y."""
    if len(x) <= MOST_POINTS:
        return x, y
    size = -(-len(x) // (MOST_POINTS // 2))
    stretches = len(x) // size
    whole = stretches * size
    table = np.nan_to_num(y[:whole], nan=0.0).reshape(stretches, size)
    ends = np.stack([table.argmin(axis=1), table.argmax(axis=1)], axis=1)
    places = (np.sort(ends, axis=1) + size * np.arange(stretches)[:, None]).ravel()
    places = np.append(places, np.arange(whole, len(x)))
    return x[places], y[places]


def _joined(lines: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """All lines as one, gaps between them."""
    gap = np.array([np.nan])
    parts_x = [part for x, _ in lines for part in (x, gap)]
    parts_y = [part for _, y in lines for part in (y, gap)]
    if not lines:
        return np.empty(0), np.empty(0)
    return np.concatenate(parts_x), np.concatenate(parts_y)


def _band(lines: Sequence[Placed]) -> QPainterPath:
    """The areas between the ends of intervals."""
    path = QPainterPath()
    for line in lines:
        if not len(line.low):
            continue
        known = np.isfinite(line.x) & np.isfinite(line.low) & np.isfinite(line.high)
        x = np.concatenate([line.x[known], line.x[known][::-1]])
        y = np.concatenate([line.low[known], line.high[known][::-1]])
        path.addPolygon(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)]))
    return path


def _same(one: Placed, other: Placed) -> bool:
    return (one.key, one.thin, len(one.x)) == (other.key, other.thin, len(other.x)) and (
        one is other
        or (np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y, equal_nan=True))
    )
