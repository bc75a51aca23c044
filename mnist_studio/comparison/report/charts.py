"""Charts as pictures, by matplotlib. Imported in children only.

Every chart is drawn into a figure that its caller made, so that a picture, a page of HTML and a
page of PDF show the same.
"""

import io
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.lines import Line2D

from mnist_studio.analysis.view import Bars, Chart, Lines, Matrix, Points
from mnist_studio.comparison.report import bars as bar_charts
from mnist_studio.comparison.report import matrices
from mnist_studio.comparison.report.marks import NOBODY, PrintMark
from mnist_studio.comparison.report.style import STYLE, SYMBOLS, dress

Kind = Literal["svg", "png", "pdf"]
Marks = Mapping[str, PrintMark]

WIDTH = 8.6
"""Inches: about a page's."""

PIXELS_PER_INCH = 160
FEW_BANDS = 4

MARGIN = 0.08
"""Of the range of the lines, above and below them."""

MOST_SYMBOLS = 40
"""A line of more points has no symbols on them: they would hide it."""


def picture(chart: Chart, marks: Marks, kind: Kind, title: str = "") -> bytes:
    """A chart as the bytes of a file.

    Args:
        chart: what is drawn.
        marks: id of a run -> how it is drawn.
        kind: of the file.
        title: over it; none in a page that has headings of its own.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height(chart)), layout="constrained")
        if title:
            figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left")
        paint(figure, chart, marks)
        return saved(figure, kind)


def saved(figure: Figure, kind: Kind) -> bytes:
    """The bytes of a file; the same figure gives the same ones."""
    file = io.BytesIO()
    dateless: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    figure.savefig(file, format=kind, dpi=PIXELS_PER_INCH, metadata=dateless.get(kind))
    return file.getvalue()


def inline(svg: bytes, prefix: str) -> str:
    """An SVG as a part of a page: without its head, its ids told from those of others."""
    text = svg.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'(href="|url\()#', rf"\1#{prefix}-", text)
    # The page decides the size; the proportions stay those of the view box.
    return re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", text, count=1).replace(
        "<svg ", '<svg class="chart" ', 1
    )


def height(chart: Chart) -> float:
    """Inches that a chart needs at its width."""
    match chart:
        case Bars():
            return bar_charts.height(chart)
        case Matrix():
            return matrices.height(chart)
        case Lines():
            return 3.3 + 0.17 * _legend_rows([line.title for line in chart.lines if not line.thin])
        case Points():
            return 3.3 + 0.17 * _legend_rows([point.title for point in chart.points])


def paint(figure: FigureBase, chart: Chart, marks: Marks) -> None:
    """Draws a chart into a figure of its own."""
    axes = figure.add_subplot()
    match chart:
        case Lines():
            _legend(figure, _lines(axes, chart, marks))
        case Points():
            _legend(figure, _points(axes, chart, marks))
        case Bars():
            bar_charts.paint(axes, chart, marks)
        case Matrix():
            matrices.paint(axes, chart)


def _lines(axes: Axes, chart: Lines, marks: Marks) -> dict[str, Line2D]:
    """Draws curves; gives those that the legend names."""
    named = {}
    # Many intervals over each other shall not become a wall.
    bands = sum(bool(len(line.low)) for line in chart.lines)
    alpha = 0.14 if bands <= FEW_BANDS else 0.05
    for line in chart.lines:
        mark = marks.get(line.key, NOBODY)
        style = (0, mark.dash) if mark.dash else "-"
        if len(line.low):
            axes.fill_between(line.x, line.low, line.high, color=mark.color, alpha=alpha, lw=0)
        few = not line.thin and len(line.x) <= MOST_SYMBOLS and line.key in marks
        (drawn,) = axes.plot(
            line.x, line.y, color=mark.color, linestyle=style,
            linewidth=0.7 if line.thin else 1.6, alpha=0.45 if line.thin else 1.0,
            marker=SYMBOLS[mark.symbol] if few else None, markersize=4.0,
            zorder=2 if line.thin else 3,
        )  # fmt: skip
        if not line.thin:
            named[line.title] = drawn
    dress(axes, chart.x, chart.y)
    _fit(axes, chart)
    return named


def _fit(axes: Axes, chart: Lines) -> None:
    """Shows all lines; the interval of two seeds, often far wider, may run out of the picture."""
    known = [
        y for line in chart.lines for y in line.y if isfinite(y) and (y > 0 or not chart.y.log)
    ]
    if not known:
        return
    low, high = min(known), max(known)
    if chart.y.log:
        axes.set_ylim(low / 1.15, high * 1.15)
    else:
        rest = MARGIN * (high - low) or 0.01 * abs(high) or 1.0
        axes.set_ylim(low - rest, high + rest)


def _points(axes: Axes, chart: Points, marks: Marks) -> dict[str, Line2D]:
    """Draws points; gives all."""
    named = {}
    for point in chart.points:
        mark = marks.get(point.key, NOBODY)
        (named[point.title],) = axes.plot(
            [point.x], [point.y], color=mark.color, linestyle="none",
            marker=SYMBOLS[mark.symbol], markersize=7.0,
        )  # fmt: skip
    dress(axes, chart.x, chart.y)
    return named


def _legend(figure: FigureBase, named: Mapping[str, Line2D]) -> None:
    if named:
        # Lines are given, not found by their labels: a title may begin with an underscore.
        titles = list(named)
        figure.legend(
            list(named.values()), titles, loc="outside lower left", ncols=_columns(titles)
        )


def _columns(titles: list[str]) -> int:
    longest = max(map(len, titles), default=0)
    return 3 if longest <= 34 else 2 if longest <= 56 else 1


def _legend_rows(titles: list[str]) -> int:
    return -(-len(titles) // _columns(titles))
