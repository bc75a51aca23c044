"""pyqtgraph, and the axis of a plot: thin ticks without a box, in the theme's colors.

``stepwise_import`` imports pyqtgraph in steps; what it has not imported yet is imported here.
"""

from math import floor, log10

from mnist_studio.analysis.view import AxisSpec, axis_title
from mnist_studio.gui.common.plots import stepwise_import
from mnist_studio.gui.theme.theme import Theme

stepwise_import.finish()

import pyqtgraph as pg  # noqa: E402 - only after the line above

__all__ = ["pg"]


MOST_DECADES = 3
"""A logarithmic axis with more orders of magnitude has one tick for each."""


class PlotAxis(pg.AxisItem):
    """Writes fractions as percentages, and counts with ticks at whole numbers only."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self._spec = AxisSpec("")
        self.enableAutoSIPrefix(False)

    def show_spec(self, spec: AxisSpec) -> None:
        """Sets title, unit and scale. Values come as logarithms where the scale is logarithmic."""
        self._spec = spec
        self.setLogMode(spec.log)
        self.setLabel(axis_title(spec))
        self.picture = None
        self.update()

    def apply_theme(self, theme: Theme, grid: bool) -> None:
        """Takes the colors and the text size of the theme."""
        palette = theme.palette
        self.setPen(pg.mkPen(palette.line))
        self.setTextPen(pg.mkPen(palette.secondary))
        self.setTickPen(pg.mkPen(palette.grid))
        self.setTickFont(theme.font(11))
        self.setStyle(tickLength=0, tickTextOffset=6, maxTickLevel=0, hideOverlappingLabels=True)
        self.setGrid(255 if grid else False)
        # The grid lies below the lines.
        self.setZValue(-1000)
        style = {"color": palette.secondary, "font-size": f"{theme.pixels(11)}px"}
        self.setLabel(self.labelText, **style)

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """The distance between ticks of each level, and the offset of the first one."""
        levels: list[tuple[float, float]] = super().tickSpacing(low, high, size)
        whole = self._spec.unit == "count" and not self._spec.log
        return [(max(1.0, levels[0][0]), 0.0)] if whole else levels

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Ticks; on a logarithmic axis at 1, 2 and 5 of each power, or at 1 only if too many."""
        if not self._spec.log:
            levels: list[tuple[float, list[float]]] = super().tickValues(low, high, size)
            return levels
        powers = range(floor(low), floor(high) + 1)
        steps = (1, 2, 5) if len(powers) <= MOST_DECADES else (1,)
        ticks = [power + log10(step) for power in powers for step in steps]
        return [(1.0, [tick for tick in ticks if low <= tick <= high])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The texts at the ticks."""
        percent = self._spec.unit == "fraction"
        if self._spec.log:
            numbers = [10**value for value in values]
            if percent:
                return [f"{100 * number:.4g} %" for number in numbers]
            return [f"{number:,.0f}" if number >= 1 else f"{number:.3g}" for number in numbers]
        if not percent:
            return [f"{round(value, 10):g}" for value in values]
        decimals = 0 if spacing >= 0.01 else 1 if spacing >= 0.001 else 2
        return [f"{value * 100:.{decimals}f} %" for value in values]
