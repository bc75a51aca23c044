"""pyqtgraph, and the axis of a plot: thin ticks without a box, in the theme's colors.

``stepwise_import`` imports pyqtgraph in steps; what it has not imported yet is imported here.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from mnist_studio.analysis.view import AxisSpec
from mnist_studio.analysis.view_text import axis_title
from mnist_studio.gui.common.plots import stepwise_import
from mnist_studio.gui.common.plots.ticks import axis_ticks
from mnist_studio.gui.theme.theme import Theme

stepwise_import.finish()

import pyqtgraph as pg  # noqa: E402 - only after the line above

__all__ = ["pg"]

WIDEST = "100.00 %"
"""Plots below each other are aligned, since each leaves room for such a label on the left."""

DISTANCE = {"left": 30, "bottom": 58}
"""Of two ticks that are tried first, in lengths of the design."""

GAP = 8.0
"""Least space between two labels in pixels."""

OVERHANG = 40
"""How far a label may extend beyond its axis before it is moved, in pixels."""


class PlotAxis(pg.AxisItem):
    """Writes fractions as percentages, counts at whole numbers, and always at least two labels.

    The title of a vertical axis is above the plot, where it is never cut off.
    """

    def __init__(self, side: str) -> None:
        self._least_text = 0.0
        self._distance = float(DISTANCE[side])
        self._labels: dict[float, str] = {}
        self._title = ""
        super().__init__(side)
        self._spec = AxisSpec("")
        self.enableAutoSIPrefix(False)

    def show_spec(self, spec: AxisSpec) -> None:
        """Sets title, unit and scale. Values come as logarithms where the scale is logarithmic."""
        self._spec = spec
        self.setLogMode(spec.log)
        self._title = axis_title(spec) if self.orientation == "bottom" else ""
        self.setLabel(self._title)
        self.resizeEvent()
        self.picture = None
        self.update()

    def apply_theme(self, theme: Theme, grid: bool) -> None:
        """Takes the colors and the text size of the theme."""
        palette = theme.palette
        self.setPen(pg.mkPen(palette.line))
        self.setTextPen(pg.mkPen(palette.secondary))
        self.setTickPen(pg.mkPen(palette.grid))
        font = theme.font(11)
        self._distance = float(theme.pixels(DISTANCE[self.orientation]))
        metrics = QFontMetricsF(font)
        left = self.orientation == "left"
        # Before the first paint pyqtgraph knows no label, and the title would lie over them.
        self._least_text = metrics.horizontalAdvance(WIDEST) if left else metrics.height()
        self.setTickFont(font)
        self._updateMaxTextSize(0)
        self.setStyle(tickLength=0, tickTextOffset=6, maxTickLevel=0)
        self.setGrid(255 if grid else False)
        # The grid lies below the lines.
        self.setZValue(-1000)
        style = {"color": palette.secondary, "font-size": f"{theme.pixels(11)}px"}
        self.setLabel(self._title, **style)
        self.showLabel(bool(self._title))
        self.resizeEvent()

    def resizeEvent(self, event: Any = None) -> None:
        """Centers the title, and shortens it if the axis is narrow."""
        if self._title:
            metrics = QFontMetricsF(self.style["tickFont"] or self.font())
            room = max(self.size().width() - GAP, 0.0)
            self.labelText = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, room)
            self.label.setHtml(self.labelString())
        super().resizeEvent(event)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Round numbers whose labels fit."""
        metrics = QFontMetricsF(self.style["tickFont"] or self.font())

        def fits(places: Sequence[float], texts: Sequence[str]) -> bool:
            scale = size / (high - low)
            lengths = [
                metrics.height() if self.orientation == "left" else metrics.horizontalAdvance(text)
                for text in texts
            ]
            return _apart([(place - low) * scale for place in places], lengths, size)

        places, texts = axis_ticks(self._spec, low, high, int(size // self._distance), fits)
        self._labels = dict(zip(places, texts, strict=True))
        return [(1.0, list(places))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The texts at the ticks."""
        return [self._labels[value] for value in values]

    def boundingRect(self) -> QRectF:
        """With room for labels at the ends, which would be left out otherwise."""
        rect: QRectF = super().boundingRect()
        return rect.adjusted(-OVERHANG, -OVERHANG, OVERHANG, OVERHANG)

    def generateDrawSpecs(self, painter: Any) -> Any:
        """Moves labels that would be cut off at the ends of the axis inside."""
        specs = super().generateDrawSpecs(painter)
        if specs is None:
            return None
        axis, lines, texts = specs
        room = self.mapRectFromParent(self.geometry())
        return axis, lines, [(_inside(rect, room), flags, text) for rect, flags, text in texts]

    def _updateMaxTextSize(self, size: float) -> None:
        super()._updateMaxTextSize(max(size, self._least_text))


def _apart(middles: Sequence[float], lengths: Sequence[float], size: float) -> bool:
    """Whether labels along an axis leave a gap to the next, after those at its ends have moved."""
    placed = sorted(
        (min(max(middle, length / 2), size - length / 2), length)
        for middle, length in zip(middles, lengths, strict=True)
    )
    return all(
        second - first >= (length + other) / 2 + GAP
        for (first, length), (second, other) in pairwise(placed)
    )


def _inside(rect: QRectF, room: QRectF) -> QRectF:
    moved = QRectF(rect)
    moved.moveLeft(max(room.left(), min(rect.left(), room.right() - rect.width())))
    moved.moveTop(max(room.top(), min(rect.top(), room.bottom() - rect.height())))
    return moved
