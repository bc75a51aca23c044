"""Axes of views: their figures in the units of a view."""

from mnist_studio.analysis import view
from mnist_studio.gui.models import figures
from mnist_studio.gui.plots.axes import Axis
from mnist_studio.gui.theme.theme import Theme


class ViewAxis(Axis):
    """An axis that shows what a view says it is."""

    def measure(self, axis: view.Axis, theme: Theme, grid: bool) -> None:
        """Shows this title and unit."""
        self.setLabel(figures.axis_title(axis))
        self.show_percent(axis.unit == "fraction")
        self.show_whole(axis.unit == "count" and not axis.log)
        self.dress(theme, grid)

    def tickStrings(  # noqa: N802
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        """The figures at the ticks; logarithmic ones in per cent too."""
        if self.logMode and self._percent:
            return [f"{100 * 10**value:.3g} %" for value in values]
        return super().tickStrings(values, scale, spacing)
