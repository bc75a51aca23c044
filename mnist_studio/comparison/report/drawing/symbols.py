"""Symbols of points, the pattern of bars, and the legend."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from mnist_studio.analysis.network_picture import Box
from mnist_studio.comparison.report.drawing import fonts
from mnist_studio.comparison.report.drawing.shapes import (
    Area,
    Clip,
    Disc,
    Point,
    Shape,
    Stroke,
    Text,
    rectangle,
)
from mnist_studio.comparison.report.marks import PrintMark
from mnist_studio.palette import LIGHT

LEGEND_SIZE = 8.0
LEGEND_ROW = 12.3
"""Height of a row of a legend."""

MOST_COLUMNS = 4
_SAMPLE, _SPACE, _BETWEEN = 16.0, 6.0, 16.0
"""Of an entry: width of its sample, space after it, and space between two entries."""

_STAR_POINTS = 5
_HATCH = 4.0
"""Distance of the lines of a pattern."""

_POLYGONS: Mapping[str, tuple[Point, ...]] = {
    "d": ((0, -0.7), (0.7, 0), (0, 0.7), (-0.7, 0)),
    "t": ((0, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "s": ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "+": (
        (-0.17, -0.5), (0.17, -0.5), (0.17, -0.17), (0.5, -0.17), (0.5, 0.17), (0.17, 0.17),
        (0.17, 0.5), (-0.17, 0.5), (-0.17, 0.17), (-0.5, 0.17), (-0.5, -0.17), (-0.17, -0.17),
    ),
}  # fmt: skip
"""Corners of symbols of the size 1."""


def symbol_size(mark: PrintMark) -> float:
    """Wider lines have larger symbols, so that those below others stay visible."""
    return 2.4 + 1.1 * mark.width


def symbol(
    kind: str, place: Point, size: float, color: str, hollow: bool = False, opacity: float = 1.0
) -> Iterator[Shape]:
    """A symbol of ``palette.SYMBOLS``.

    Args:
        kind: of symbol.
        place: of its center.
        size: in points.
        color: ``#RRGGBB``.
        hollow: whether only its border has the color.
        opacity: of the symbol.
    """
    x, y = place
    inside, border = (LIGHT.panel, color) if hollow else (color, "")
    if kind == "o":
        yield Disc(place, size / 2, inside, border, opacity)
    elif kind == "x":
        far = size / 2
        yield Stroke(((x - far, y - far), (x + far, y + far)), color, 1.2, (), opacity)
        yield Stroke(((x - far, y + far), (x + far, y - far)), color, 1.2, (), opacity)
    else:
        corners = tuple((x + size * left, y + size * top) for left, top in _POLYGONS[kind])
        yield Area(corners, inside, opacity, border, 1.0)


def star(place: Point, color: str) -> Area:
    """A star with five points and a border that separates it from the line below."""
    radii = (5.5, 2.2)
    corners = tuple(
        (
            place[0] + radii[number % 2] * sin(pi * number / _STAR_POINTS),
            place[1] - radii[number % 2] * cos(pi * number / _STAR_POINTS),
        )
        for number in range(2 * _STAR_POINTS)
    )
    return Area(corners, color, border=LIGHT.panel)


def patterned(box: Box, color: str, pattern: str) -> Iterator[Shape]:
    """A bar with the pattern of ``palette.PARTS``."""
    yield Area(rectangle(box), color)
    if pattern and box.width > 0:
        yield Clip(box, tuple(_pattern(box, pattern[0])))


def _pattern(box: Box, kind: str) -> Iterator[Shape]:
    high = box.height
    if kind == ".":
        for row in range(int(high / _HATCH) + 1):
            for column in range(int(box.width / _HATCH) + 1):
                place = (box.left + (column + 0.5) * _HATCH, box.top + (row + 0.5) * _HATCH)
                yield Disc(place, 0.8, LIGHT.panel)
    if kind == "+":
        for row in range(int(high / _HATCH) + 1):
            y = box.top + (row + 0.5) * _HATCH
            yield Stroke(((box.left, y), (box.right, y)), LIGHT.panel)
        for column in range(int(box.width / _HATCH) + 1):
            x = box.left + (column + 0.5) * _HATCH
            yield Stroke(((x, box.top), (x, box.bottom)), LIGHT.panel)
    for column in range(int((box.width + high) / _HATCH) + 1):
        x = box.left - high + column * _HATCH
        if kind in "/x":
            yield Stroke(((x, box.bottom), (x + high, box.top)), LIGHT.panel)
        if kind in "\\x":
            yield Stroke(((x, box.top), (x + high, box.bottom)), LIGHT.panel)


@dataclass(frozen=True)
class Entry:
    """An entry of a legend.

    Attributes:
        title: its text.
        color: of its sample.
        mark: of a line or symbol; None for a bar.
        pattern: of a bar.
        line: whether the sample has a line.
        symbol: whether the sample has a symbol.
    """

    title: str
    color: str
    mark: PrintMark | None = None
    pattern: str = ""
    line: bool = True
    symbol: bool = True


def legend_height(titles: Sequence[str], width: float) -> float:
    """Height of a legend of this width."""
    return 5.0 + LEGEND_ROW * _rows(titles, width) if titles else 0.0


def legend(entries: Sequence[Entry], box: Box) -> Iterator[Shape]:
    """A legend, column by column.

    Args:
        entries: of the legend.
        box: of which it takes the upper left.
    """
    titles = [entry.title for entry in entries]
    rows = _rows(titles, box.width)
    left = box.left + 4.0
    for first in range(0, len(entries), rows or 1):
        column = entries[first : first + rows]
        for row, entry in enumerate(column):
            middle = box.top + 5.0 + (row + 0.5) * LEGEND_ROW
            yield from _sample(entry, left, middle)
            x = left + _SAMPLE + _SPACE
            yield Text(x, middle + 0.36 * LEGEND_SIZE, entry.title, LEGEND_SIZE, LIGHT.text)
        left += _entry_width([entry.title for entry in column])


def _sample(entry: Entry, left: float, middle: float) -> Iterator[Shape]:
    if entry.mark is None:
        yield from patterned(Box(left, middle - 3.2, _SAMPLE, 6.4), entry.color, entry.pattern)
        return
    mark = entry.mark
    if entry.line:
        ends = ((left, middle), (left + _SAMPLE, middle))
        yield Stroke(ends, mark.color, mark.width, mark.dash)
    if entry.symbol:
        size = symbol_size(mark) if entry.line else 6.0
        yield from symbol(mark.symbol, (left + _SAMPLE / 2, middle), size, mark.color)


def _rows(titles: Sequence[str], width: float) -> int:
    """Rows of as many columns as fit."""
    for columns in range(min(MOST_COLUMNS, len(titles)), 1, -1):
        rows = -(-len(titles) // columns)
        widths = [_entry_width(titles[at : at + rows]) for at in range(0, len(titles), rows)]
        if sum(widths) <= width:
            return rows
    return len(titles)


def _entry_width(titles: Sequence[str]) -> float:
    """The width of a column of a legend."""
    return _SAMPLE + _SPACE + _BETWEEN + max(fonts.width(title, LEGEND_SIZE) for title in titles)
