"""Matrices: every cell has its figure, the darker the more."""

from math import isfinite

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from mnist_studio.analysis.view import Matrix, cell_text
from mnist_studio.palette import LIGHT

CELL = 0.32
"""Inches that a row is high."""

_FEW = 0.35
"""Power of a cell's part of its row, where cells are counts: mistakes are few beside hits."""


def height(chart: Matrix) -> float:
    """Inches that the chart needs."""
    return 1.1 + CELL * len(chart.rows)


def paint(axes: Axes, chart: Matrix) -> None:
    """Draws the cells, the first row at the top."""
    shades = [[_shade(chart, row, value) for value in row] for row in chart.values]
    ends = [LIGHT.panel, LIGHT.accent]
    colors = LinearSegmentedColormap.from_list("accent", ends).with_extremes(bad=LIGHT.hover)
    axes.imshow(shades, cmap=colors, vmin=0, vmax=1.25, aspect="auto")
    for y, row in enumerate(chart.values):
        for x, value in enumerate(row):
            dark = isfinite(shades[y][x]) and shades[y][x] > 0.62
            axes.text(
                x, y, cell_text(value, chart.unit), ha="center", va="center", fontsize=7.5,
                color=LIGHT.on_accent if dark else LIGHT.text,
            )  # fmt: skip
    axes.set_xticks(range(len(chart.columns)), chart.columns)
    axes.set_yticks(range(len(chart.rows)), chart.rows)
    axes.set_xlabel(chart.column)
    axes.set_ylabel(chart.row)
    axes.grid(visible=False)
    axes.tick_params(length=0, labelcolor=LIGHT.text)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _shade(chart: Matrix, row: tuple[float | None, ...], value: float | None) -> float:
    """From 0 to 1: of counts the part of its row, else where it lies between least and most."""
    if value is None or not isfinite(value):
        return float("nan")
    if chart.unit == "count":
        whole = sum(one for one in row if one)
        return (value / whole) ** _FEW if whole else 0.0
    known = [one for line in chart.values for one in line if one is not None]
    least, most = min(known), max(known)
    return (value - least) / (most - least) if most > least else 0.0
