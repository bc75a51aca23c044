"""Bar charts: one row per value with its interval, under headings, or stacked parts of a whole."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from matplotlib.axes import Axes

from mnist_studio.analysis.view import Bar, Bars
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.comparison.report.marks import DEFAULT_MARK, PrintMark
from mnist_studio.comparison.report.style import SYMBOLS, style_axes
from mnist_studio.palette import LIGHT, PARTS

ROW = 0.24
"""Height of a row in inches."""

SIMILAR = 0.5
"""If the smallest value is at least this fraction of the largest, dots show more than bars."""

LINE_LENGTH = 48
"""Characters of a line of a name. Longer names have two lines and may be shortened."""


@dataclass(frozen=True)
class _Row:
    """A row; a heading if it has no bar."""

    y: float
    text: str
    bar: Bar | None


def height(chart: Bars) -> float:
    """Height in inches."""
    if chart.stacked:
        return 1.3 + ROW * len({bar.group for bar in chart.bars})
    lines = max((_short(row.text).count("\n") + 1 for row in _all_rows(chart)), default=1)
    return 0.85 + ROW * (0.4 + 0.6 * lines) * len(list(_all_rows(chart)))


def paint(axes: Axes, chart: Bars, marks: Mapping[str, PrintMark]) -> None:
    """Draws the values, the first at the top."""
    style_axes(axes, chart.value, None)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0, labelcolor=LIGHT.text)
    axes.spines["left"].set_visible(False)
    if chart.stacked:
        _paint_stacked(axes, chart)
    else:
        _paint_rows(axes, chart, marks)


def _all_rows(chart: Bars) -> Iterator[_Row]:
    """All rows from top to bottom, the bars of each group below its heading."""
    y = 0
    for group in dict.fromkeys(bar.group for bar in chart.bars):
        if group:
            yield _Row(y, group, None)
            y += 1
        for bar in (one for one in chart.bars if one.group == group):
            yield _Row(y, bar.title, bar)
            y += 1


def _paint_rows(axes: Axes, chart: Bars, marks: Mapping[str, PrintMark]) -> None:
    rows = list(_all_rows(chart))
    from_zero = _starts_at_zero(chart)
    for row in rows:
        if row.bar and _known(row.bar.value):
            _paint_row(axes, row.y, row.bar, marks.get(row.bar.key, DEFAULT_MARK), from_zero)
    _name_rows(axes, [(row.y, row.text, row.bar is None) for row in rows])
    texts = [(p.y, cell_text(p.bar.value, chart.value.unit)) for p in rows if p.bar]
    _write_values(axes, texts)
    if not from_zero:
        axes.margins(x=0.08)
    elif not chart.value.log:
        axes.axvline(0, color=LIGHT.line, linewidth=1, zorder=1)


def _paint_row(axes: Axes, y: float, bar: Bar, mark: PrintMark, from_zero: bool) -> None:
    value = bar.value
    assert value is not None
    if from_zero:
        axes.barh(y, value, height=0.5, color=mark.color, alpha=0.75)
    else:
        axes.plot([value], [y], SYMBOLS[mark.symbol], color=mark.color, markersize=6, zorder=4)
    if bar.low is not None and bar.high is not None:
        color = LIGHT.text if from_zero else mark.color
        axes.errorbar(
            value, y, xerr=[[value - bar.low], [bar.high - value]], fmt="none", ecolor=color,
            elinewidth=1.1, capsize=2.5, zorder=3,
        )  # fmt: skip


def _paint_stacked(axes: Axes, chart: Bars) -> None:
    groups = list(dict.fromkeys(bar.group for bar in chart.bars))
    titles = list(dict.fromkeys(bar.title for bar in chart.bars))
    left = dict.fromkeys(groups, 0.0)
    for number, title in enumerate(titles):
        color, hatch = PARTS[number % len(PARTS)]
        for bar in (one for one in chart.bars if one.title == title):
            axes.barh(
                groups.index(bar.group), bar.value or 0.0, left=left[bar.group], height=0.66,
                color=color, hatch=hatch, edgecolor=LIGHT.panel, linewidth=0.4,
                label=title if bar is _first(chart, title) else "_",
            )  # fmt: skip
            left[bar.group] += bar.value or 0.0
    _name_rows(axes, [(row, group, False) for row, group in enumerate(groups)])
    wholes = [cell_text(left[group], chart.value.unit) for group in groups]
    _write_values(axes, list(enumerate(wholes)))
    assert axes.figure is not None
    axes.figure.legend(loc="outside lower left", ncols=4)


def _first(chart: Bars, title: str) -> Bar:
    return next(bar for bar in chart.bars if bar.title == title)


def _name_rows(axes: Axes, rows: Sequence[tuple[float, str, bool]]) -> None:
    axes.set_yticks([y for y, _, _ in rows], [_short(text) for _, text, _ in rows])
    for label, (_, _, heading) in zip(axes.get_yticklabels(), rows, strict=True):
        if heading:
            label.set_fontweight("bold")
            label.set_color(LIGHT.secondary)
    last = max((y for y, _, _ in rows), default=0)
    axes.set_ylim(last + 0.6, -0.6)


def _write_values(axes: Axes, texts: Sequence[tuple[float, str]]) -> None:
    """Values at the right, where no bar hides them."""
    for y, text in texts:
        axes.annotate(
            text, (1, y), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=8, color=LIGHT.text,
            annotation_clip=False,
        )  # fmt: skip


def _starts_at_zero(chart: Bars) -> bool:
    """Whether the axis starts at 0. Values far from it are dots on a shorter axis."""
    ends = [end for bar in chart.bars for end in (bar.value, bar.low, bar.high) if _known(end)]
    known = [end for end in ends if end is not None]
    if not known or chart.value.log:
        return True
    least, most = min(known), max(known)
    return least <= 0 <= most or least < SIMILAR * most


def _known(value: float | None) -> bool:
    return value is not None and isfinite(value)


def _short(text: str) -> str:
    """A name in at most two lines. A difference is split after its minus sign."""
    first, minus, second = text.partition(" - ")
    if minus and max(len(first), len(second)) <= LINE_LENGTH < len(text):
        return f"{first} -\n{second}"
    return "\n".join(textwrap.wrap(text, LINE_LENGTH, max_lines=2, placeholder=" …"))
