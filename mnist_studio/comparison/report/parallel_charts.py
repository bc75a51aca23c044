"""Parallel coordinates: an axis for each setting, a line for each run."""

from collections.abc import Iterator
from dataclasses import replace

from mnist_studio.analysis.network_picture import Box
from mnist_studio.analysis.view import Parallel, axis_ends, axis_place, ranks
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.comparison.report.drawing import axes, fonts
from mnist_studio.comparison.report.drawing.axes import MIDDLE, Label, Scale, Sizes, Viewport
from mnist_studio.comparison.report.drawing.shapes import POINTS_PER_INCH, Shape, Stroke, Text
from mnist_studio.palette import LIGHT, mixed

HEIGHT = 3.6
"""In inches, without names that are written upward."""

PALEST = 0.8
"""How much of the ground the color of the worst line has."""

_MARGIN = 0.08
_BETWEEN = 8.0
"""Points between two names, else they are written upward."""

_SIZE = 7.0


def height(chart: Parallel, width: float, sizes: Sizes) -> float:
    """Height in inches, at a width in points."""
    names = _widest(chart, sizes) if _crowded(chart, width, sizes) else 0.0
    return HEIGHT + names / POINTS_PER_INCH


def _widest(chart: Parallel, sizes: Sizes) -> float:
    """Points that the longest name takes."""
    return max((fonts.width(axis.title, sizes.ticks) for axis in chart.axes), default=0.0)


def _crowded(chart: Parallel, width: float, sizes: Sizes) -> bool:
    """Whether the names do not fit side by side."""
    return (_widest(chart, sizes) + _BETWEEN) * len(chart.axes) > width


def paint(chart: Parallel, box: Box, sizes: Sizes) -> Iterator[Shape]:
    """Draws the lines, the best on top, and the ends of every axis."""
    rest = _MARGIN * max(1, len(chart.axes) - 1)
    labels = [Label(at, axis.title) for at, axis in enumerate(chart.axes)]
    across = axes.names(labels, Scale(-rest, len(chart.axes) - 1 + rest))
    upward = _crowded(chart, box.width, sizes)
    across = replace(across, line=False, color=LIGHT.text, upward=upward)
    down = replace(axes.names((), Scale(-_MARGIN, 1 + _MARGIN)), line=False)
    made, shapes = axes.frame(box, across, down, sizes)
    yield from shapes
    for at in range(len(chart.axes)):
        x = made.across(at)
        yield Stroke(((x, made.area.top), (x, made.area.bottom)), LIGHT.secondary)
    by_rank = sorted(zip(ranks(chart), chart.lines, strict=True), key=lambda one: one[0])
    for rank, line in by_rank:
        places = [made.at(at, axis_place(chart, at, value)) for at, value in enumerate(line.values)]
        color = mixed(LIGHT.accent, LIGHT.panel, PALEST * (1 - rank))
        yield Stroke(places, color, 2.2 if rank == 1 else 1.0)
    for at in range(len(chart.axes)):
        yield from _labels(chart, at, made)


def _labels(chart: Parallel, at: int, frame: Viewport) -> Iterator[Shape]:
    """Writes the ends of an axis, or its choices."""
    axis = chart.axes[at]
    labels = [(float(place), name) for place, name in enumerate(axis.names)] or [
        (end, cell_text(end, axis.unit)) for end in axis_ends(chart, at)
    ]
    for value, text in labels:
        x, y = frame.at(at, axis_place(chart, at, value))
        yield Text(x + 4, y + MIDDLE * _SIZE, text, _SIZE, LIGHT.secondary)
