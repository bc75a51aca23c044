"""Axes without boxes, in the colours of the palette."""

from typing import Any

from mnist_studio.gui.plots.graphs import pg
from mnist_studio.gui.theme.theme import Theme


class Axis(pg.AxisItem):
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

    def tickSpacing(  # noqa: N802
        self, low: float, high: float, size: float
    ) -> list[tuple[float, float]]:
        """How far apart the ticks of each level are, and where they begin."""
        levels: list[tuple[float, float]] = super().tickSpacing(low, high, size)
        return [(max(1.0, levels[0][0]), 0.0)] if self._whole else levels

    def tickStrings(  # noqa: N802
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        """The figures at the ticks."""
        if self.logMode:
            return [f"{10**value:.2g}" for value in values]
        if not self._percent:
            return [f"{value:g}" for value in (round(value, 10) for value in values)]
        digits = 0 if spacing >= 0.01 else 1 if spacing >= 0.001 else 2
        return [f"{value * 100:.{digits}f} %" for value in values]

    def dress(self, theme: Theme, grid: bool) -> None:
        """Takes the colours and the size of text of the theme."""
        palette = theme.palette
        self.setPen(pg.mkPen(palette.line))
        self.setTextPen(pg.mkPen(palette.secondary))
        self.setTickPen(pg.mkPen(palette.grid))
        self.setTickFont(theme.font(11))
        self.setStyle(tickLength=0, tickTextOffset=6, maxTickLevel=0, hideOverlappingLabels=True)
        self.setGrid(255 if grid else False)
        self._set_title_colour(palette.secondary, theme.pixels(11))

    def _set_title_colour(self, colour: str, pixels: int) -> None:
        style: dict[str, Any] = {"color": colour, "font-size": f"{pixels}px"}
        self.setLabel(self.labelText, **style)
