"""Charts drawn by matplotlib. Imported in child processes only.

Every chart is drawn into a given figure, so that picture files, HTML and PDF show the same.
"""

import io
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure, FigureBase
from matplotlib.lines import Line2D

from mnist_studio.analysis.view import Bars, Chart, Lines, Matrix, Parallel, Points
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.comparison.report import bar_charts, parallel_charts
from mnist_studio.comparison.report.marks import DEFAULT_MARK, PrintMark
from mnist_studio.comparison.report.style import STYLE, SYMBOLS, style_axes
from mnist_studio.palette import LIGHT

Kind = Literal["svg", "png", "pdf"]
Marks = Mapping[str, PrintMark]

WIDTH = 8.6
"""In inches, about that of a page."""

PIXELS_PER_INCH = 160
FEW_BANDS = 4

MARGIN = 0.08
"""Above and below the lines, as a fraction of their range."""

MAX_SYMBOLS = 40
"""A line with more points has no symbols, because they would hide it."""

CELL_HEIGHT = 0.32
MANY_CELLS, MANY_HEIGHT, FEW, MOST_TITLE_CHARACTERS = 20, 0.11, 8, 80
"""Rows or columns from which on values are not printed, the height of such rows in inches, and when
the titles of columns are vertical."""
"""Height of a row of a matrix in inches."""

_GAMMA = 0.35
"""Exponent of a count's share of its row, so that a few errors are visible next to many hits."""


def picture(chart: Chart, marks: Marks, kind: Kind, title: str = "") -> bytes:
    """A chart as the content of a picture file.

    Args:
        chart: to draw.
        marks: run id -> how it is drawn.
        kind: of the file.
        title: above it; empty on a page with headings of its own.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height(chart)), layout="constrained")
        if title:
            figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left")
        paint(figure, chart, marks)
        return saved(figure, kind)


def saved(figure: Figure, kind: Kind) -> bytes:
    """The content of a file, the same for the same figure."""
    file = io.BytesIO()
    dateless: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    figure.savefig(file, format=kind, dpi=PIXELS_PER_INCH, metadata=dateless.get(kind))
    return file.getvalue()


def height(chart: Chart) -> float:
    """Height in inches at the standard width."""
    match chart:
        case Bars():
            return bar_charts.height(chart)
        case Matrix():
            return _matrix_height(chart)
        case Parallel():
            return parallel_charts.HEIGHT
        case Lines():
            return 3.3 + 0.17 * _legend_rows([line.title for line in chart.lines if not line.thin])
        case Points():
            return 3.3 + 0.17 * _legend_rows([point.title for point in chart.points])


def paint(figure: FigureBase, chart: Chart, marks: Marks, title: str | None = None) -> None:
    """Draws a chart into an empty figure.

    Args:
        figure: to draw into.
        chart: to draw.
        marks: run id -> how it is drawn.
        title: above a small chart, which has no legend of its own; None for a chart with a legend.
    """
    axes = figure.add_subplot()
    match chart:
        case Lines() | Points():
            drawn = (
                _lines(axes, chart, marks)
                if isinstance(chart, Lines)
                else _points(axes, chart, marks)
            )
            if title is None:
                _legend(figure, drawn)
        case Bars():
            bar_charts.paint(axes, chart, marks)
        case Matrix():
            _paint_matrix(axes, chart, small=title is not None)
        case Parallel():
            parallel_charts.paint(axes, chart)
    if title is not None:
        axes.set_title(title, loc="left", fontsize=7.5, color=LIGHT.text)
        axes.tick_params(labelsize=7)
        axes.xaxis.label.set_fontsize(7.5)
        axes.yaxis.label.set_fontsize(7.5)
        if isinstance(chart, Lines | Points):
            axes.set_ylabel("")
        elif isinstance(chart, Matrix) and title == chart.column:
            axes.set_xlabel("")


def paint_legend(figure: FigureBase, charts: Sequence[Lines | Points], marks: Marks) -> None:
    """Draws one legend for several small charts."""
    named: dict[str, Line2D] = {}
    for chart in charts:
        titles = (
            [(line.key, line.title) for line in chart.lines if not line.thin]
            if isinstance(chart, Lines)
            else [(point.key, point.title) for point in chart.points]
        )
        for key, name in titles:
            mark = marks.get(key, DEFAULT_MARK)
            style: Any = (0, mark.dash) if mark.dash else "-"
            named.setdefault(name, Line2D(
                [], [], color=mark.color, linestyle=style, linewidth=mark.width,
                marker=SYMBOLS[mark.symbol], markersize=marker_size(mark),
            ))  # fmt: skip
    axes = figure.add_subplot()
    axes.set_axis_off()
    titles_of = list(named)
    axes.legend(
        list(named.values()), titles_of, loc="upper left", ncols=_columns(titles_of),
        borderaxespad=0, borderpad=0,
    )  # fmt: skip


def legend_height(charts: Sequence[Lines | Points]) -> float:
    """Height of a common legend in inches."""
    titles = dict.fromkeys(
        one.title
        for chart in charts
        for one in (chart.lines if isinstance(chart, Lines) else chart.points)
        if not getattr(one, "thin", False)
    )
    return 0.12 + 0.17 * _legend_rows(list(titles))


def marker_size(mark: PrintMark) -> float:
    """Wider lines have larger symbols, so that those below others stay visible."""
    return 2.4 + 1.1 * mark.width


def _lines(axes: Axes, chart: Lines, marks: Marks) -> dict[str, Line2D]:
    """Draws curves and returns those of the legend."""
    named = {}
    # Many overlapping intervals must stay transparent.
    bands = sum(bool(len(line.low)) for line in chart.lines)
    alpha = 0.14 if bands <= FEW_BANDS else 0.05
    for line in chart.lines:
        mark = marks.get(line.key, DEFAULT_MARK)
        style = (0, mark.dash) if mark.dash else "-"
        if len(line.low):
            axes.fill_between(line.x, line.low, line.high, color=mark.color, alpha=alpha, lw=0)
        few = not line.thin and len(line.x) <= MAX_SYMBOLS and line.key in marks
        other = line.key in chart.other_dataset
        (drawn,) = axes.plot(
            line.x, line.y, color=mark.color, linestyle=style,
            linewidth=0.7 if line.thin else mark.width,
            alpha=0.45 if line.thin or other else 1.0,
            marker=SYMBOLS[mark.symbol] if few else None, markersize=marker_size(mark),
            markerfacecolor=LIGHT.panel if other else mark.color,
            zorder=2 if line.thin else 4 - mark.width / 10,
        )  # fmt: skip
        if not line.thin:
            named[line.title] = drawn
    for star in chart.stars:
        color = marks.get(star.key, DEFAULT_MARK).color
        axes.plot([star.x], [star.y], linestyle="none", marker="*", markersize=10.0, color=color,
                  markeredgecolor=LIGHT.panel, zorder=6)  # fmt: skip
    style_axes(axes, chart.x, chart.y)
    _fit(axes, chart)
    return named


def _fit(axes: Axes, chart: Lines) -> None:
    """Shows all lines. The interval of two seeds is often far wider and may be cut off."""
    known = [
        y for line in chart.lines for y in line.y if isfinite(y) and (y > 0 or not chart.y.log)
    ]
    known += [end for end in (chart.y.low, chart.y.high) if end is not None]
    if not known:
        return
    low, high = min(known), max(known)
    if chart.y.log:
        rest = (high / low) ** MARGIN if high > low else 1.15
        axes.set_ylim(low / rest, high * rest)
    else:
        rest = MARGIN * (high - low) or 0.01 * abs(high) or 1.0
        axes.set_ylim(low - rest, high + rest)


def _points(axes: Axes, chart: Points, marks: Marks) -> dict[str, Line2D]:
    """Draws points and returns all of them for the legend."""
    named = {}
    for point in chart.points:
        mark = marks.get(point.key, DEFAULT_MARK)
        (named[point.title],) = axes.plot(
            [point.x], [point.y], color=mark.color, linestyle="none",
            marker=SYMBOLS[mark.symbol], markersize=7.0,
        )  # fmt: skip
    style_axes(axes, chart.x, chart.y)
    return named


def _legend(figure: FigureBase, named: Mapping[str, Line2D]) -> None:
    if named:
        # Matplotlib ignores labels that start with an underscore, so lines are passed explicitly.
        titles = list(named)
        figure.legend(
            list(named.values()), titles, loc="outside lower left", ncols=_columns(titles)
        )


def _columns(titles: list[str]) -> int:
    longest = max(map(len, titles), default=0)
    return 3 if longest <= 34 else 2 if longest <= 56 else 1


def _legend_rows(titles: list[str]) -> int:
    return -(-len(titles) // _columns(titles))


def _matrix_height(chart: Matrix) -> float:
    """Height in inches."""
    titles = 0.06 * max(map(len, chart.columns)) if _has_vertical_titles(chart) else 0.0
    return 1.1 + titles + (MANY_HEIGHT if _is_large(chart) else CELL_HEIGHT) * len(chart.rows)


def _is_large(chart: Matrix) -> bool:
    """Whether there are too many cells to print their values."""
    return max(len(chart.rows), len(chart.columns)) > MANY_CELLS


def _has_vertical_titles(chart: Matrix) -> bool:
    """Whether the titles of the columns are wider than the columns."""
    return sum(map(len, chart.columns)) > MOST_TITLE_CHARACTERS and len(chart.columns) >= FEW


def _paint_matrix(axes: Axes, chart: Matrix, small: bool = False) -> None:
    """Draws the cells, the first row at the top; in small ones without percent signs."""
    shades = [[_shade(chart, row, value) for value in row] for row in chart.values]
    ends = [LIGHT.panel, LIGHT.accent]
    colors = LinearSegmentedColormap.from_list("accent", ends).with_extremes(bad=LIGHT.hover)
    axes.imshow(shades, cmap=colors, vmin=0, vmax=1.25, aspect="auto")
    for y, row in enumerate(chart.values):
        for x, value in enumerate(row):
            dark = isfinite(shades[y][x]) and shades[y][x] > 0.62
            text = cell_text(value, chart.unit)
            if small:  # Four digits fill a cell.
                text = text.removesuffix(" %").replace(",", "")
            if _is_large(chart):
                continue  # The table has the values.
            axes.text(
                x, y, text, ha="center", va="center", fontsize=5.6 if small else 7.5,
                color=LIGHT.on_accent if dark else LIGHT.text,
            )  # fmt: skip
    vertical = 90 if _has_vertical_titles(chart) else 0
    axes.set_xticks(range(len(chart.columns)), chart.columns, rotation=vertical)
    axes.set_yticks(range(len(chart.rows)), chart.rows)
    axes.set_xlabel(chart.column)
    axes.set_ylabel(chart.row)
    axes.grid(visible=False)
    axes.tick_params(length=0, labelcolor=LIGHT.text)
    if _is_large(chart):
        axes.tick_params(labelsize=5.6)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _shade(chart: Matrix, row: tuple[float | None, ...], value: float | None) -> float:
    """From 0 to 1: a count's share of its row, or the position between smallest and largest."""
    if value is None or not isfinite(value):
        return float("nan")
    if chart.unit == "count":
        whole = sum(one for one in row if one)
        return (value / whole) ** _GAMMA if whole else 0.0
    known = [one for line in chart.values for one in line if one is not None]
    least, most = min(known), max(known)
    return (value - least) / (most - least) if most > least else 0.0
