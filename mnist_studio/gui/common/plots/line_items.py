"""Lines with the same mark as one pyqtgraph item. Imported only after the first paint.

Every item costs milliseconds, whatever it shows. So runs that look alike share an item, with gaps
between their lines.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem

from mnist_studio.gui.common.plots.axes import pg
from mnist_studio.gui.theme.marks import RunMark
from mnist_studio.palette import WIDTHS

Floats = NDArray[np.float64]

_POINTING_UP = {"t": "t1"}
"""pyqtgraph's own triangle points down."""

MOST_SYMBOLS = 120
"""In a chart with more points a line has a symbol only at its end, since symbols are slow."""

MOST_POINTS = 1200
"""Longer lines are thinned to the minimum and maximum of every stretch."""

MANY_POINTS = 800
"""In a chart with more points lines are one pixel wide: wider lines are several times slower."""

FADED, THIN, BAND, APART = 0.22, 0.5, 0.16, 0.4
"""Opacity of lines while another one is highlighted, of thin lines, of intervals, and of lines of
another dataset."""

SYMBOL_STEP = 2
"""Difference in size of the symbols of two frameworks, in pixels."""

BOLD = 1.4
"""How much wider a highlighted line is."""


@dataclass(frozen=True, eq=False)
class PlacedLine:
    """A line in the coordinates of the plot, which are logarithms on logarithmic axes.

    Attributes:
        key: of its run or group.
        title: of the line.
        thin: drawn thin, behind the bold lines.
        x: (n,), ascending.
        y: (n,).
        low: (n,) lower ends of the interval; empty without one.
        high: (n,) upper ends.
    """

    key: str
    title: str
    thin: bool
    x: Floats
    y: Floats
    low: Floats
    high: Floats


class LineItem:
    """Several lines that look alike, and the intervals around them."""

    def __init__(self, plot: Any) -> None:
        self._plot = plot
        self.item = pg.PlotCurveItem(connect="finite")
        self._band = QGraphicsPathItem()
        self._band.setPen(QPen(QColor(0, 0, 0, 0)))
        plot.addItem(self.item)
        plot.getViewBox().addItem(self._band, ignoreBounds=True)
        self._lines: tuple[PlacedLine, ...] = ()
        self._look: object = None

    def draw(
        self,
        lines: Sequence[PlacedLine],
        mark: RunMark,
        points: int,
        wide: bool = False,
        zoom: tuple[float, float] | None = None,
    ) -> None:
        """Shows exactly these lines.

        Args:
            lines: of one mark, either all thin or all bold.
            mark: of the lines.
            points: number of points of all bold lines of the chart.
            wide: the lines are highlighted.
            zoom: the visible range of x, drawn in full detail; None if everything is visible.
        """
        look = (mark, wide, points > MANY_POINTS, zoom)
        if look != self._look:
            self._look, self._lines = look, ()
            self._apply_mark(mark, wide, points > MANY_POINTS, bool(lines) and lines[0].thin)
        if len(lines) == len(self._lines) and all(map(_same, lines, self._lines)):
            return
        self._lines = tuple(lines)
        self.item.setData(*_joined([thinned(*_visible(line, zoom)) for line in lines]))
        self._band.setPath(_band(lines))

    def fade(self, fade: bool, only_thin: bool) -> None:
        """Fades the lines while another one is highlighted.

        Args:
            fade: another line is highlighted.
            only_thin: there are no bold lines, so that thin ones need not be fainter than they.
        """
        thin = bool(self._lines) and self._lines[0].thin and not only_thin
        self.item.setOpacity(FADED if fade else THIN if thin else 1.0)
        self._band.setOpacity(0.5 if fade else 1.0)

    def remove(self) -> None:
        """Removes the lines from the plot."""
        self._plot.removeItem(self.item)
        self._plot.getViewBox().removeItem(self._band)

    def _apply_mark(self, mark: RunMark, wide: bool, many: bool, thin: bool) -> None:
        width = mark.width * BOLD if wide else 1.0 if thin or many else mark.width
        self.item.opts["antialias"] = width > 1
        self.item.setPen(mark.pen(width))
        # Where lines coincide, the edges and gaps of the upper lines show the lower ones.
        self.item.setZValue((30 if wide else 1 if thin else 10) - mark.width)
        color = QColor(mark.color)
        color.setAlphaF(BAND)
        self._band.setBrush(color)


class SymbolItem:
    """The symbols of all lines and points of a chart as one item."""

    def __init__(self, plot: Any, above: int) -> None:
        self.item = pg.ScatterPlotItem()
        self.item.setZValue(above)
        plot.addItem(self.item)

    def draw(
        self, lines: Sequence[PlacedLine], mark_of: Callable[[str], RunMark], size: int
    ) -> None:
        """Shows a symbol on every point, or only at the ends of the lines if that is too many.

        Args:
            lines: thin lines have no symbols.
            mark_of: the mark of a key.
            size: in pixels, of the lines of average width; wider lines have larger symbols.
        """
        # Where points coincide, the smaller symbols lie on the larger ones.
        marked = sorted(
            (line for line in lines if not line.thin), key=lambda line: -mark_of(line.key).width
        )
        many = sum(len(line.x) for line in marked) > MOST_SYMBOLS
        spots = [_end(line) if many else (line.x, line.y) for line in marked]
        marks = [mark_of(line.key) for line in marked]
        per_spot = [mark for mark, (x, _) in zip(marks, spots, strict=True) for _ in x]
        self.item.setData(
            np.concatenate([x for x, _ in spots] or [np.empty(0)]),
            np.concatenate([y for _, y in spots] or [np.empty(0)]),
            symbol=[_POINTING_UP.get(mark.symbol, mark.symbol) for mark in per_spot],
            brush=[_brush(mark.fill or mark.color) for mark in per_spot],
            pen=[_outline(mark.color) for mark in per_spot],
            size=[size + SYMBOL_STEP * round(mark.width - WIDTHS["pytorch"]) for mark in per_spot],
        )

    def fade(self, fade: bool) -> None:
        """Fades the symbols while a line is highlighted."""
        self.item.setOpacity(FADED if fade else 1.0)


# pyqtgraph keeps the picture of a symbol for each pen and brush object, as long as the plot lives.
# So equal ones must be the same object, or every redraw adds pictures.
@lru_cache(maxsize=256)
def _brush(color: str) -> QBrush:
    return pg.mkBrush(color)


@lru_cache(maxsize=256)
def _outline(color: str) -> QPen:
    return pg.mkPen(color, width=1.4)


def _end(line: PlacedLine) -> tuple[Floats, Floats]:
    known = np.flatnonzero(np.isfinite(line.y))[-1:]
    return line.x[known], line.y[known]


def _visible(line: PlacedLine, zoom: tuple[float, float] | None) -> tuple[Floats, Floats]:
    """The part of a line within a range of x, and one point on either side of it."""
    if zoom is None:
        return line.x, line.y
    start = max(int(np.searchsorted(line.x, zoom[0])) - 1, 0)
    end = int(np.searchsorted(line.x, zoom[1], side="right")) + 1
    return line.x[start:end], line.y[start:end]


def thinned(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """About ``MOST_POINTS`` points that look like all: the least and largest y of every stretch."""
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
    """All lines as one, with gaps between them."""
    gap = np.array([np.nan])
    parts_x = [part for x, _ in lines for part in (x, gap)]
    parts_y = [part for _, y in lines for part in (y, gap)]
    if not lines:
        return np.empty(0), np.empty(0)
    return np.concatenate(parts_x), np.concatenate(parts_y)


def _band(lines: Sequence[PlacedLine]) -> QPainterPath:
    """The areas between the ends of the intervals."""
    path = QPainterPath()
    for line in lines:
        if not len(line.low):
            continue
        known = np.isfinite(line.x) & np.isfinite(line.low) & np.isfinite(line.high)
        x = np.concatenate([line.x[known], line.x[known][::-1]])
        y = np.concatenate([line.low[known], line.high[known][::-1]])
        path.addPolygon(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)]))
    return path


def _same(one: PlacedLine, other: PlacedLine) -> bool:
    return (one.key, one.thin, len(one.x)) == (other.key, other.thin, len(other.x)) and (
        one is other
        or (np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y, equal_nan=True))
    )
