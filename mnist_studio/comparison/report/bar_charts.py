"""Bar charts: one row per value with its interval, under headings, or stacked parts of a whole."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from mnist_studio.analysis.network_picture import Box
from mnist_studio.analysis.view import Bar, Bars
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.comparison.report.drawing import axes, fonts, symbols
from mnist_studio.comparison.report.drawing.axes import MIDDLE, Label, Scale, Sizes, Viewport
from mnist_studio.comparison.report.drawing.shapes import Area, Shape, Stroke, Text, rectangle
from mnist_studio.comparison.report.drawing.symbols import Entry
from mnist_studio.comparison.report.marks import DEFAULT_MARK, PrintMark
from mnist_studio.palette import LIGHT, PARTS

ROW = 0.24
"""Height of a row in inches."""

SIMILAR = 0.5
"""If the smallest value is at least this fraction of the largest, dots show more than bars."""

LINE_LENGTH = 48
"""Characters of a line of a name. Longer names have two lines and may be shortened."""

_BAR, _PART = 0.5, 0.66
"""Heights of bars as fractions of their rows."""

_GAP = 6.0
"""In front of the values at the right."""

_OPACITY = 0.75
_CAP = 2.5
"""Half the height of the ends of an interval."""


@dataclass(frozen=True)
class _Row:
    """A row; a heading if it has no bar."""

    y: float
    text: str
    bar: Bar | None


def height(chart: Bars) -> float:
    """Height in inches."""
    if chart.stacked:
        return 1.3 + _rows_height([bar.group for bar in chart.bars])
    return 0.85 + _rows_height([row.text for row in _all_rows(chart)], repeated=True)


def _rows_height(texts: Sequence[str], repeated: bool = False) -> float:
    """Height of rows with these names, in inches; equal names are one row unless repeated."""
    lines = max((_short(text).count("\n") + 1 for text in texts), default=1)
    return ROW * (0.4 + 0.6 * lines) * len(texts if repeated else set(texts))


def paint(chart: Bars, marks: Mapping[str, PrintMark], box: Box, sizes: Sizes) -> Iterator[Shape]:
    """Draws the values, the first at the top."""
    if chart.stacked:
        yield from _paint_stacked(chart, box, sizes)
    else:
        yield from _paint_rows(chart, marks, box, sizes)


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


def _frame(
    chart: Bars,
    across: Scale,
    names: Sequence[Label],
    values: Sequence[str],
    box: Box,
    sizes: Sizes,
) -> tuple[Viewport, list[Shape]]:
    """The frame, with names at the left and space for the values at the right."""
    last = max((label.value for label in names), default=0)
    down = axes.names(names, Scale(last + 0.6, -0.6))
    down = replace(down, line=False, color=LIGHT.text)
    right = _GAP + max((fonts.width(text, sizes.ticks) for text in values), default=0.0)
    return axes.frame(box, axes.numbers(chart.value, across, sizes.ticks), down, sizes, right)


def _paint_rows(
    chart: Bars, marks: Mapping[str, PrintMark], box: Box, sizes: Sizes
) -> Iterator[Shape]:
    rows = list(_all_rows(chart))
    from_zero = _starts_at_zero(chart)
    names = [Label(row.y, _short(row.text), row.bar is None) for row in rows]
    texts = [(row.y, cell_text(row.bar.value, chart.value.unit)) for row in rows if row.bar]
    across = _scale(chart, from_zero)
    made, shapes = _frame(chart, across, names, [text for _, text in texts], box, sizes)
    yield from shapes
    if from_zero and not across.log:
        zero = made.across(0)
        yield Stroke(((zero, made.area.top), (zero, made.area.bottom)), LIGHT.line, 1.0)
    for row in rows:
        if row.bar and row.bar.value is not None and made.x.has(row.bar.value):
            mark = marks.get(row.bar.key, DEFAULT_MARK)
            yield from _paint_row(made, row.y, row.bar, mark, from_zero)
    yield from _values(made, texts, sizes)


def _scale(chart: Bars, from_zero: bool) -> Scale:
    ends = [
        end for bar in chart.bars for end in (bar.value, bar.low, bar.high) if end is not None
    ]  # fmt: skip
    margin = axes.MARGIN if from_zero else 0.08
    return axes.scale(ends, chart.value.log, margin, zero=from_zero)


def _paint_row(
    frame: Viewport, y: float, bar: Bar, mark: PrintMark, from_zero: bool
) -> Iterator[Shape]:
    assert bar.value is not None
    place, middle = frame.at(bar.value, y)
    if from_zero:
        start = frame.area.left if frame.x.log else frame.across(0)
        yield Area(_bar(frame, start, place, y, _BAR), mark.color, _OPACITY)
    if bar.low is not None and bar.high is not None and all(map(frame.x.has, (bar.low, bar.high))):
        color = LIGHT.text if from_zero else mark.color
        low, high = frame.across(bar.low), frame.across(bar.high)
        yield Stroke(((low, middle), (high, middle)), color, 1.1)
        for end in (low, high):
            yield Stroke(((end, middle - _CAP), (end, middle + _CAP)), color, 1.1)
    if not from_zero:
        yield from symbols.symbol(mark.symbol, (place, middle), 6.0, mark.color)


def _bar(
    frame: Viewport, start: float, end: float, y: float, share: float
) -> tuple[tuple[float, float], ...]:
    """The corners of a bar between two places."""
    return rectangle(_bar_box(frame, start, end, y, share))


def _bar_box(frame: Viewport, start: float, end: float, y: float, share: float) -> Box:
    top, bottom = frame.down(y - share / 2), frame.down(y + share / 2)
    return Box(min(start, end), top, abs(end - start), bottom - top)


def _paint_stacked(chart: Bars, box: Box, sizes: Sizes) -> Iterator[Shape]:
    groups = list(dict.fromkeys(bar.group for bar in chart.bars))
    titles = list(dict.fromkeys(bar.title for bar in chart.bars))
    parts = {title: PARTS[number % len(PARTS)] for number, title in enumerate(titles)}
    wholes = [
        sum(bar.value or 0.0 for bar in chart.bars if bar.group == group) for group in groups
    ]  # fmt: skip
    texts = [cell_text(whole, chart.value.unit) for whole in wholes]
    below = symbols.legend_height(titles, box.width)
    inner = Box(box.left, box.top, box.width, box.height - below)
    names = [Label(row, _short(group)) for row, group in enumerate(groups)]
    across = axes.scale(wholes, log=False, zero=True)
    made, shapes = _frame(chart, across, names, texts, inner, sizes)
    yield from shapes
    left = dict.fromkeys(groups, 0.0)
    for title in titles:
        for bar in (one for one in chart.bars if one.title == title):
            start, left[bar.group] = left[bar.group], left[bar.group] + (bar.value or 0.0)
            ends = made.across(start), made.across(left[bar.group])
            part = _bar_box(made, *ends, groups.index(bar.group), _PART)
            yield from symbols.patterned(part, *parts[title])
    yield from _values(made, list(enumerate(texts)), sizes)
    entries = [Entry(title, color, None, pattern) for title, (color, pattern) in parts.items()]
    yield from symbols.legend(entries, Box(box.left, inner.bottom, box.width, below))


def _values(frame: Viewport, texts: Sequence[tuple[float, str]], sizes: Sizes) -> Iterator[Shape]:
    """Values at the right, where no bar hides them."""
    size = sizes.ticks
    for y, text in texts:
        x = frame.area.right + _GAP
        yield Text(x, frame.down(y) + MIDDLE * size, text, size, LIGHT.text)


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
