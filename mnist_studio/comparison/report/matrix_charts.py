"""Matrices, such as a confusion matrix: a shaded cell for every value."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import isfinite

from mnist_studio.analysis.network_picture import Box
from mnist_studio.analysis.view import Matrix
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.comparison.report.drawing import axes, fonts
from mnist_studio.comparison.report.drawing.axes import MIDDLE, Label, Scale, Sizes, Viewport
from mnist_studio.comparison.report.drawing.shapes import Area, Shape, Text, rectangle
from mnist_studio.palette import LIGHT, mixed

CELL_HEIGHT = 0.32
"""Height of a row in inches."""

MANY_CELLS, MANY_HEIGHT, FEW, MOST_TITLE_CHARACTERS = 20, 0.11, 8, 80
"""Rows or columns from which on values are not printed, the height of such rows in inches, and when
the titles of columns are vertical."""

_MANY_SIZE = 5.6
"""Of the names of many rows or columns."""

_GAMMA = 0.35
"""Exponent of a count's share of its row, so that a few errors are visible next to many hits."""

_PALEST = 1.25
"""The shade at which a cell would have the accent color."""

_DARK = 0.62
"""The shade from which on text on a cell is light."""


def height(chart: Matrix) -> float:
    """Height in inches."""
    titles = 0.06 * max(map(len, chart.columns)) if _has_vertical_titles(chart) else 0.0
    return 1.1 + titles + (MANY_HEIGHT if _is_large(chart) else CELL_HEIGHT) * len(chart.rows)


def paint(chart: Matrix, box: Box, sizes: Sizes, title: str | None = None) -> Iterator[Shape]:
    """Draws the cells, the first row at the top; in small ones without percent signs.

    Args:
        chart: to draw.
        box: what it may take.
        sizes: of its fonts.
        title: above a small matrix, which does not repeat it; None for one in a file of its own.
    """
    sizes = replace(sizes, ticks=_MANY_SIZE) if _is_large(chart) else sizes
    made, shapes = axes.frame(box, *_both_axes(chart, title), sizes)
    yield from shapes
    shades = [[_shade(chart, row, value) for value in row] for row in chart.values]
    for y, row in enumerate(shades):
        for x, shade in enumerate(row):
            yield Area(rectangle(_cell(made, x, y)), _color(shade))
    if _is_large(chart):
        return  # The table has the values.
    size = _text_size(chart, made, small=title is not None)
    for y, values in enumerate(chart.values):
        for x, value in enumerate(values):
            cell = _cell(made, x, y)
            dark = isfinite(shades[y][x]) and shades[y][x] > _DARK
            yield Text(
                cell.center[0], cell.center[1] + MIDDLE * size,
                _text(chart, value, small=title is not None), size,
                LIGHT.on_accent if dark else LIGHT.text, "middle",
            )  # fmt: skip


def _both_axes(chart: Matrix, title: str | None) -> tuple[axes.Axis, axes.Axis]:
    columns = [Label(place, name) for place, name in enumerate(chart.columns)]
    rows = [Label(place, name) for place, name in enumerate(chart.rows)]
    wide = Scale(-0.5, max(1, len(columns)) - 0.5)
    across = axes.names(columns, wide, "" if title == chart.column else chart.column)
    down = axes.names(rows, Scale(max(1, len(rows)) - 0.5, -0.5), chart.row)
    plain = partial(replace, line=False, color=LIGHT.text)
    return plain(across, upward=_has_vertical_titles(chart)), plain(down)


def _cell(frame: Viewport, x: int, y: int) -> Box:
    left, top = frame.at(x - 0.5, y - 0.5)
    right, bottom = frame.at(x + 0.5, y + 0.5)
    return Box(left, top, right - left, bottom - top)


def _text(chart: Matrix, value: float | None, small: bool) -> str:
    text = cell_text(value, chart.unit)
    # Four digits fill a small cell.
    return text.removesuffix(" %").replace(",", "") if small else text


def _text_size(chart: Matrix, frame: Viewport, small: bool) -> float:
    """A size at which every value fits into its cell."""
    size = 5.6 if small else 7.5
    texts: Sequence[str] = [_text(chart, value, small) for row in chart.values for value in row]
    widest = max((fonts.width(text, size) for text in texts), default=0.0)
    cell = _cell(frame, 0, 0)
    return min(size, size * 0.94 * cell.width / widest if widest else size, 0.9 * cell.height)


def _color(shade: float) -> str:
    return mixed(LIGHT.panel, LIGHT.accent, shade / _PALEST) if isfinite(shade) else LIGHT.hover


def _is_large(chart: Matrix) -> bool:
    """Whether there are too many cells to print their values."""
    return max(len(chart.rows), len(chart.columns)) > MANY_CELLS


def _has_vertical_titles(chart: Matrix) -> bool:
    """Whether the titles of the columns are wider than the columns."""
    return sum(map(len, chart.columns)) > MOST_TITLE_CHARACTERS and len(chart.columns) >= FEW


def _shade(chart: Matrix, row: Sequence[float | None], value: float | None) -> float:
    """From 0 to 1: a count's share of its row, or the position between smallest and largest."""
    if value is None or not isfinite(value):
        return float("nan")
    if chart.unit == "count":
        whole = sum(one for one in row if one)
        return (value / whole) ** _GAMMA if whole else 0.0
    known = [one for line in chart.values for one in line if one is not None]
    least, most = min(known), max(known)
    return (value - least) / (most - least) if most > least else 0.0
