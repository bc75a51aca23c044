"""The common style of drawn charts: fonts, colors, tick labels."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mnist_studio.analysis.view import AxisSpec
from mnist_studio.analysis.view_text import axis_title, unit_scale
from mnist_studio.palette import LIGHT

STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.labelsize": 9.0,
    "axes.labelcolor": LIGHT.secondary,
    "axes.edgecolor": LIGHT.line,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": LIGHT.grid,
    "grid.linewidth": 0.8,
    "text.color": LIGHT.text,
    "xtick.color": LIGHT.secondary,
    "ytick.color": LIGHT.secondary,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.facecolor": LIGHT.panel,
    "axes.facecolor": LIGHT.panel,
    # Dollar signs in titles are not mathematics.
    "text.parse_math": False,
    # The same content must give the same bytes.
    "svg.hashsalt": "mnist-studio",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}

SYMBOLS = {"o": "o", "d": "D", "t": "^", "s": "s", "x": "x", "+": "P"}
"""Matplotlib's names of the symbols in ``palette``."""


def style_axes(axes: Axes, x: AxisSpec | None, y: AxisSpec | None) -> None:
    """Sets titles, scales and tick labels."""
    if x:
        axes.set_xlabel(axis_title(x))
        axes.set_xscale("log" if x.log else "linear")
        _format_ticks(axes.xaxis, x)
    if y:
        axes.set_ylabel(axis_title(y))
        axes.set_yscale("log" if y.log else "linear")
        _format_ticks(axes.yaxis, y)


def _format_ticks(drawn: XAxis | YAxis, axis: AxisSpec) -> None:
    drawn.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value, axis)))
    if axis.unit == "count" and not axis.log:
        drawn.set_major_locator(MaxNLocator(integer=True))


def tick_text(value: float, axis: AxisSpec) -> str:
    """The label of a tick. Its unit is in the title of the axis, except for percent."""
    match axis.unit:
        case "fraction":
            return f"{100 * value:.6g} %"
        case "bytes":
            return f"{value / unit_scale('bytes'):,.6g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"
