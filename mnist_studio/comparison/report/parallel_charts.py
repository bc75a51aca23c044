"""Parallel coordinates drawn by matplotlib: an axis for each setting, a line for each run."""

from matplotlib.axes import Axes

from mnist_studio.analysis.view import Parallel, axis_ends, axis_place, ranks
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.palette import LIGHT, mixed

HEIGHT = 3.6
"""In inches."""

PALEST = 0.8
"""How much of the ground the color of the worst line has."""


def paint(axes: Axes, chart: Parallel) -> None:
    """Draws the lines, the best on top, and the ends of every axis."""
    by_rank = sorted(zip(ranks(chart), chart.lines, strict=True), key=lambda one: one[0])
    for rank, line in by_rank:
        places = [axis_place(chart, at, value) for at, value in enumerate(line.values)]
        axes.plot(
            range(len(places)), places, color=mixed(LIGHT.accent, LIGHT.panel, PALEST * (1 - rank)),
            linewidth=2.2 if rank == 1 else 1.0, zorder=2 + rank, solid_joinstyle="round",
        )  # fmt: skip
    for at in range(len(chart.axes)):
        axes.axvline(at, color=LIGHT.secondary, linewidth=0.8, zorder=1)
        _label(axes, chart, at)
    axes.set_xticks(range(len(chart.axes)), [axis.title for axis in chart.axes])
    axes.tick_params(length=0, labelcolor=LIGHT.text)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.margins(x=0.08, y=0.08)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _label(axes: Axes, chart: Parallel, at: int) -> None:
    """Writes the ends of an axis, or its choices."""
    axis = chart.axes[at]
    ends = axis_ends(chart, at)
    labels = [(float(place), name) for place, name in enumerate(axis.names)] or [
        (end, cell_text(end, axis.unit)) for end in ends
    ]
    for value, text in labels:
        axes.annotate(
            text, (at, axis_place(chart, at, value)), xytext=(4, 0), textcoords="offset points",
            fontsize=7, color=LIGHT.secondary, va="center",
        )  # fmt: skip
