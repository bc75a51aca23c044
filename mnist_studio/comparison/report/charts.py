"""Charts of views as drawings. Picture files, HTML, and PDF pages show the same shapes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

from mnist_studio.analysis.network_picture import Box
from mnist_studio.analysis.view import Bars, Chart, Line, Lines, Matrix, Parallel, Points
from mnist_studio.comparison.report import bar_charts, matrix_charts, parallel_charts
from mnist_studio.comparison.report.drawing import axes, pdf, png, svg, symbols
from mnist_studio.comparison.report.drawing.axes import Scale, Sizes, Viewport
from mnist_studio.comparison.report.drawing.shapes import (
    POINTS_PER_INCH,
    Area,
    Clip,
    Graphic,
    Point,
    Shape,
    Stroke,
    Text,
)
from mnist_studio.comparison.report.drawing.symbols import Entry, symbol_size
from mnist_studio.comparison.report.marks import DEFAULT_MARK, PrintMark
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

CURVES_HEIGHT = 3.3
"""Of curves and points in inches, without their legend."""

FILE = Sizes(ticks=8.0, labels=9.0)
"""Fonts of a chart in a file of its own."""

SMALL = Sizes(ticks=7.0, labels=7.5)
"""Fonts of one of several charts in a row."""

_PADDING = 4.0
_TITLE_SIZE, _TITLE_HEIGHT = 11.0, 22.0


def picture(chart: Chart, marks: Marks, kind: Kind, title: str = "") -> bytes:
    """A chart as the content of a picture file.

    Args:
        chart: to draw.
        marks: run id -> how it is drawn.
        kind: of the file.
        title: above it; empty on a page with headings of its own.
    """
    width, whole = WIDTH * POINTS_PER_INCH, height(chart) * POINTS_PER_INCH
    head = _TITLE_HEIGHT if title else 0.0
    inner = Box(
        _PADDING, head + _PADDING, width - 2 * _PADDING, whole - head - 2 * _PADDING
    )  # fmt: skip
    heading = [Text(6.0, 15.0, title, _TITLE_SIZE, LIGHT.text, face="bold")] if title else []
    return saved(Graphic(width, whole, (*heading, *paint(chart, marks, inner))), kind, title)


def saved(drawing: Graphic, kind: Kind, title: str) -> bytes:
    """The content of a file, the same for the same drawing."""
    match kind:
        case "svg":
            return svg.write(drawing, title)
        case "png":
            return png.write(drawing, PIXELS_PER_INCH)
        case "pdf":
            return pdf.write([drawing], title)


def height(chart: Chart) -> float:
    """Height in inches at the standard width."""
    match chart:
        case Bars():
            return bar_charts.height(chart)
        case Matrix():
            return matrix_charts.height(chart)
        case Parallel():
            return parallel_charts.height(chart, WIDTH * POINTS_PER_INCH, FILE)
        case Lines() | Points():
            return CURVES_HEIGHT + legend_height([chart], WIDTH)


def paint(
    chart: Chart, marks: Marks, box: Box, sizes: Sizes = FILE, title: str | None = None
) -> Iterator[Shape]:
    """Draws a chart.

    Args:
        chart: to draw.
        marks: run id -> how it is drawn.
        box: what it may take.
        sizes: of its fonts.
        title: above a small chart, which has no legend of its own; None for a chart with a legend.
    """
    if title is not None:
        yield Text(box.left + 2, box.top + sizes.labels, title, sizes.labels, LIGHT.text)
        above = 1.4 * sizes.labels
        box = Box(box.left, box.top + above, box.width, box.height - above)
    match chart:
        case Lines() | Points():
            yield from _with_legend(chart, marks, box, sizes, small=title is not None)
        case Bars():
            yield from bar_charts.paint(chart, marks, box, sizes)
        case Matrix():
            yield from matrix_charts.paint(chart, box, sizes, title)
        case Parallel():
            yield from parallel_charts.paint(chart, box, sizes)


def paint_legend(charts: Sequence[Lines | Points], marks: Marks, box: Box) -> Iterator[Shape]:
    """Draws one legend for several charts."""
    yield from symbols.legend(list(_entries(charts, marks).values()), box)


def legend_height(charts: Sequence[Lines | Points], width: float) -> float:
    """Height of a common legend in inches, at a width in inches."""
    titles = list(_entries(charts, {}))
    inner = width * POINTS_PER_INCH - 2 * _PADDING
    return symbols.legend_height(titles, inner) / POINTS_PER_INCH


def _entries(charts: Sequence[Lines | Points], marks: Marks) -> dict[str, Entry]:
    """The legend of charts. A title that several runs have has the mark of the first."""
    entries: dict[str, Entry] = {}
    for chart in charts:
        line = isinstance(chart, Lines)
        named = (
            [(one.key, one.title) for one in chart.lines if not one.thin]
            if isinstance(chart, Lines)
            else [(one.key, one.title) for one in chart.points]
        )
        for key, title in named:
            mark = marks.get(key, DEFAULT_MARK)
            entry = Entry(title, mark.color, mark, line=line, symbol=key in marks or not line)
            entries.setdefault(title, entry)
    return entries


def _with_legend(
    chart: Lines | Points, marks: Marks, box: Box, sizes: Sizes, small: bool
) -> Iterator[Shape]:
    """Curves or points; a small chart has neither a legend nor a title of its vertical axis."""
    entries = list(_entries([chart], marks).values())
    below = 0.0
    if not small:
        below = symbols.legend_height([entry.title for entry in entries], box.width)
    inner = Box(box.left, box.top, box.width, box.height - below)
    x_scale, y_scale = _scales(chart)
    across = axes.numbers(chart.x, x_scale, sizes.ticks, vertical=False)
    down = axes.numbers(chart.y, y_scale, sizes.ticks, vertical=True, titled=not small)
    made, shapes = axes.frame(inner, across, down, sizes)
    yield from shapes
    drawn = _lines(chart, marks, made) if isinstance(chart, Lines) else _points(chart, marks, made)
    yield Clip(_around(made.area), tuple(drawn))
    if not small:
        yield from symbols.legend(entries, Box(box.left, inner.bottom, box.width, below))


def _around(area: Box) -> Box:
    """The frame, with the halves of lines and symbols that are on its edges."""
    return Box(area.left, area.top - 1, area.width + 4, area.height + 1)


def _scales(chart: Lines | Points) -> tuple[Scale, Scale]:
    """The scales of both axes. The interval of two seeds is often far wider and may be cut off."""
    if isinstance(chart, Points):
        across = [point.x for point in chart.points]
        down = [point.y for point in chart.points]
        return axes.scale(across, chart.x.log), axes.scale(down, chart.y.log)
    across = [x for line in chart.lines for x in line.x]
    down = [y for line in chart.lines for y in line.y]
    down += [end for end in (chart.y.low, chart.y.high) if end is not None]
    return axes.scale(across, chart.x.log), axes.scale(down, chart.y.log, MARGIN)


def _lines(chart: Lines, marks: Marks, frame: Viewport) -> Iterator[Shape]:
    """Intervals, then curves behind means, then curves; the widest first."""
    # Many overlapping intervals must stay transparent.
    bands = sum(bool(len(line.low)) for line in chart.lines)
    opacity = 0.14 if bands <= FEW_BANDS else 0.05
    for line in chart.lines:
        yield from _band(line, marks.get(line.key, DEFAULT_MARK), frame, opacity)
    for line in sorted(chart.lines, key=lambda line: _order(line, marks)):
        yield from _curve(chart, line, marks, frame)
    for star in chart.stars:
        if _is_inside(frame, star.x, star.y):
            mark = marks.get(star.key, DEFAULT_MARK)
            yield symbols.star(frame.at(star.x, star.y), mark.color)


def _order(line: Line, marks: Marks) -> float:
    return -100.0 if line.thin else -marks.get(line.key, DEFAULT_MARK).width


def _is_inside(frame: Viewport, x: float, *values: float) -> bool:
    """Whether values have places; those without one are gaps."""
    return frame.x.has(x) and all(map(frame.y.has, values))


def _band(line: Line, mark: PrintMark, frame: Viewport, opacity: float) -> Iterator[Shape]:
    """The interval around a curve, without its gaps."""
    if not len(line.low):
        return
    ends = list(zip(line.x, line.low, line.high, strict=True))
    for usable, group in groupby(ends, lambda one: _is_inside(frame, *one)):
        part = list(group)
        if usable and len(part) > 1:
            upper = [frame.at(x, high) for x, _, high in part]
            lower = [frame.at(x, low) for x, low, _ in reversed(part)]
            yield Area((*upper, *lower), mark.color, opacity)


def _curve(chart: Lines, line: Line, marks: Marks, frame: Viewport) -> Iterator[Shape]:
    mark = marks.get(line.key, DEFAULT_MARK)
    other = line.key in chart.other_dataset
    opacity = 0.45 if line.thin or other else 1.0
    width, dash = (0.7 if line.thin else mark.width), mark.dash
    for part in _parts(line, frame):
        if len(part) > 1:
            yield Stroke(part, mark.color, width, dash, opacity)
    if not line.thin and len(line.x) <= MAX_SYMBOLS and line.key in marks:
        for part in _parts(line, frame):
            for place in part:
                yield from symbols.symbol(
                    mark.symbol, place, symbol_size(mark), mark.color, other, opacity
                )


def _parts(line: Line, frame: Viewport) -> Iterator[list[Point]]:
    """The places of a curve between its gaps."""
    values = zip(line.x, line.y, strict=True)
    for usable, group in groupby(values, lambda one: _is_inside(frame, *one)):
        if usable:
            yield [frame.at(x, y) for x, y in group]


def _points(chart: Points, marks: Marks, frame: Viewport) -> Iterator[Shape]:
    for point in chart.points:
        mark = marks.get(point.key, DEFAULT_MARK)
        if _is_inside(frame, point.x, point.y):
            yield from symbols.symbol(mark.symbol, frame.at(point.x, point.y), 7.0, mark.color)
