"""Axes of views: their figures in the units of a view.

Axes without boxes, in the colors of the palette.
"""

from math import floor, log10
from typing import Any

from mnist_studio.analysis import view
from mnist_studio.analysis.view import axis_title
from mnist_studio.gui.common.plots.graphs import pg
from mnist_studio.gui.theme.theme import Theme


class PlotAxis(pg.AxisItem):
    """An axis of thin figures; accuracies are written as per cent."""

    def __init__(self, side: str, percent: bool = False) -> None:
        super().__init__(side)
        self._percent = percent
        self._whole = False
        self.enableAutoSIPrefix(False)

    def show_percent(self, percent: bool) -> None:
        """Whether values are fractions, written as per cent."""
        self._percent = percent
        self.picture = None
        self.update()

    def show_whole(self, whole: bool) -> None:
        """Whether values are counted, so that there are ticks at whole numbers only."""
        self._whole = whole
        self.picture = None
        self.update()

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """How far apart the ticks of each level are, and where they begin."""
        levels: list[tuple[float, float]] = super().tickSpacing(low, high, size)
        return [(max(1.0, levels[0][0]), 0.0)] if self._whole else levels

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The figures at the ticks."""
        if self.logMode:
            return [f"{10**value:.2g}" for value in values]
        if not self._percent:
            return [f"{value:g}" for value in (round(value, 10) for value in values)]
        digits = 0 if spacing >= 0.01 else 1 if spacing >= 0.001 else 2
        return [f"{value * 100:.{digits}f} %" for value in values]

    def dress(self, theme: Theme, grid: bool) -> None:
        """Takes the colors and the size of text of the theme."""
        palette = theme.palette
        self.setPen(pg.mkPen(palette.line))
        self.setTextPen(pg.mkPen(palette.secondary))
        self.setTickPen(pg.mkPen(palette.grid))
        self.setTickFont(theme.font(11))
        self.setStyle(tickLength=0, tickTextOffset=6, maxTickLevel=0, hideOverlappingLabels=True)
        self.setGrid(255 if grid else False)
        self._set_title_color(palette.secondary, theme.pixels(11))

    def _set_title_color(self, color: str, pixels: int) -> None:
        style: dict[str, Any] = {"color": color, "font-size": f"{pixels}px"}
        self.setLabel(self.labelText, **style)


MOST_POWERS = 3
"""Orders of magnitude that have more than one tick each."""


class ViewPlotAxis(PlotAxis):
    """An axis that shows what a view says it is."""

    def measure(self, axis: view.AxisSpec, theme: Theme, grid: bool) -> None:
        """Shows this title and unit."""
        self.setLabel(axis_title(axis))
        self.show_percent(axis.unit == "fraction")
        self.show_whole(axis.unit == "count" and not axis.log)
        self.dress(theme, grid)
        # The grid lies under the lines.
        self.setZValue(-1000)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Ticks; by orders of magnitude at 1, 2 and 5 of each, at 1 only where that is too many."""
        if not self.logMode:
            levels: list[tuple[float, list[float]]] = super().tickValues(low, high, size)
            return levels
        powers = range(floor(low), floor(high) + 1)
        fronts = (1, 2, 5) if len(powers) <= MOST_POWERS else (1,)
        found = [power + log10(front) for power in powers for front in fronts]
        return [(1.0, [value for value in found if low <= value <= high])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The figures at the ticks."""
        if not self.logMode:
            return super().tickStrings(values, scale, spacing)
        if self._percent:
            return [f"{100 * 10**value:.4g} %" for value in values]
        return [f"{10**value:,.0f}" if value >= 0 else f"{10**value:.3g}" for value in values]
