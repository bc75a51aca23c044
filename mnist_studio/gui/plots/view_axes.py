"""Axes of views: their figures in the units of a view."""

from math import floor, log10

from mnist_studio.analysis import view
from mnist_studio.gui.models import figures
from mnist_studio.gui.plots.axes import Axis
from mnist_studio.gui.theme.theme import Theme

MOST_POWERS = 3
"""Orders of magnitude that have more than one tick each."""


class ViewAxis(Axis):
    """An axis that shows what a view says it is."""

    def measure(self, axis: view.Axis, theme: Theme, grid: bool) -> None:
        """Shows this title and unit."""
        self.setLabel(figures.axis_title(axis))
        self.show_percent(axis.unit == "fraction")
        self.show_whole(axis.unit == "count" and not axis.log)
        self.dress(theme, grid)
        # The grid lies under the lines.
        self.setZValue(-1000)

    def tickValues(  # noqa: N802
        self, low: float, high: float, size: float
    ) -> list[tuple[float, list[float]]]:
        """Ticks; by orders of magnitude at 1, 2 and 5 of each, at 1 only where that is too many."""
        if not self.logMode:
            levels: list[tuple[float, list[float]]] = super().tickValues(low, high, size)
            return levels
        powers = range(floor(low), floor(high) + 1)
        fronts = (1, 2, 5) if len(powers) <= MOST_POWERS else (1,)
        found = [power + log10(front) for power in powers for front in fronts]
        return [(1.0, [value for value in found if low <= value <= high])]

    def tickStrings(  # noqa: N802
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        """The figures at the ticks."""
        if not self.logMode:
            return super().tickStrings(values, scale, spacing)
        if self._percent:
            return [f"{100 * 10**value:.4g} %" for value in values]
        return [f"{10**value:,.0f}" if value >= 0 else f"{10**value:.3g}" for value in values]
