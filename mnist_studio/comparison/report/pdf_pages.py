"""Pages of a PDF that are filled from the top with lines of text and with charts."""

from collections.abc import Sequence

from mnist_studio.analysis.network_picture import Box, NetworkLayout
from mnist_studio.analysis.view import Chart, Lines, Matrix, Points
from mnist_studio.comparison.report import charts, map_pictures, networks
from mnist_studio.comparison.report.charts import SMALL, Marks
from mnist_studio.comparison.report.drawing import fonts
from mnist_studio.comparison.report.drawing.axes import Sizes
from mnist_studio.comparison.report.drawing.shapes import (
    POINTS_PER_INCH,
    Face,
    Graphic,
    Shape,
    Text,
    texts,
)
from mnist_studio.comparison.report.image_maps import ReportMap
from mnist_studio.palette import LIGHT

PAGE = (8.27, 11.69)
"""Inches."""

MARGIN = 0.45
INNER = (PAGE[0] - 2 * MARGIN, PAGE[1] - 2 * MARGIN)

MONO_SIZE = 6.5
MONO_WIDTH = int(INNER[0] * 72 / (0.602 * MONO_SIZE))
"""Characters of a line of a table."""

SMALL_HEIGHT = {2: 1.4, 3: 1.35, 4: 1.25}
"""Height of charts in inches, by their number in a row."""

SMALL_MATRIX_HEIGHT = 1.9

LINE_HEIGHT = 1.42
"""Of a line of text, as a multiple of its size."""

SIZES = Sizes(ticks=7.0, labels=8.0)
"""Fonts of a chart as wide as the page."""

GAP = 0.08
"""Between charts, in inches."""

ASCENT = 0.93
"""From the top of a line of text to its baseline, as a fraction of the size of the font."""

CURVES_HEIGHT, POINTS_HEIGHT = 1.6, 1.2
"""Height of curves and of points as wide as the page, in inches."""

TIGHT = 0.55
"""Height of bars on a page, as a fraction of that in a file of their own."""


def chart_height(chart: Chart) -> float:
    """Height of a chart on a page in inches."""
    if isinstance(chart, Lines | Points):
        return CURVES_HEIGHT if isinstance(chart, Lines) else POINTS_HEIGHT
    if isinstance(chart, Matrix):
        return small_height(chart, 1)
    return min(charts.height(chart) * TIGHT + 0.1, INNER[1] - 1.4)


MANY = 6
"""More charts have four in a row, and wider matrices of percentages a row of their own."""


def small_height(chart: Chart, columns: int) -> float:
    """Height of one of several charts in a row, in inches."""
    if isinstance(chart, Matrix):
        return min(SMALL_MATRIX_HEIGHT, 0.48 + 0.17 * len(chart.rows))
    return SMALL_HEIGHT[columns]


def in_a_row(drawn: Sequence[Chart]) -> int:
    """How many of these charts are placed next to each other."""
    if len(drawn) < 2 or not all(isinstance(chart, Lines | Points | Matrix) for chart in drawn):
        return 1
    if any(isinstance(chart, Matrix) and _wide(chart) for chart in drawn):
        return 1
    return 4 if len(drawn) > MANY else 2 if len(drawn) in (2, 4) else 3


def _wide(chart: Matrix) -> bool:
    """Whether the values of a matrix need the width of a page."""
    return chart.unit != "count" and len(chart.columns) > MANY


def line_height(size: float) -> float:
    """Height of a line of text of this size in points, in inches."""
    return size * LINE_HEIGHT / 72


def wrapped(text: str, size: float, face: Face, first: str = "", rest: str = "") -> list[str]:
    """Lines as wide as the page, of one or more words.

    Args:
        text: to split at spaces.
        size: of the font in points.
        face: of the font.
        first: begins the first line.
        rest: begins the others.
    """
    lines, line = [], first
    for word in text.split():
        longer = f"{line}{word}" if line in (first, rest) else f"{line} {word}"
        fits = fonts.width(longer, size, face) <= INNER[0] * POINTS_PER_INCH
        if fits or line in (first, rest):
            line = longer
        else:
            lines.append(line)
            line = f"{rest}{word}"
    return [*lines, line]


class Pages:
    """Pages that are filled from the top; what does not fit goes to the next one."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._pages: list[Graphic] = []
        self._shapes: list[Shape] = []
        self._used = 0.0

    def finished(self) -> Sequence[Graphic]:
        """All pages, of which the last one ends here."""
        self.turn()
        return self._pages

    def turn(self) -> None:
        """Finishes this page, unless it is empty, and starts the next."""
        if not self._used:
            return
        width, height = (length * POINTS_PER_INCH for length in PAGE)
        number = str(len(self._pages) + 1)
        foot = Text(width / 2, height - 21.6, number, 8.0, LIGHT.secondary, "middle")
        self._pages.append(Graphic(width, height, (*self._shapes, foot)))
        self._shapes, self._used = [], 0.0

    def missing_characters(self) -> set[str]:
        """The characters so far that no font has, which are drawn as boxes."""
        shapes = [*(shape for page in self._pages for shape in page.shapes), *self._shapes]
        return {one for text in texts(shapes) for one in fonts.missing(text.text)}

    def need(self, inches: float) -> None:
        """Starts a new page if less than this is left."""
        if self._used + inches > INNER[1]:
            self.turn()

    def skip(self, inches: float) -> None:
        """Leaves space, but not at the top of a page."""
        if self._used:
            self._used += inches

    def line(self, text: str, size: float, face: Face = "regular", color: str = LIGHT.text) -> None:
        """One line of text."""
        high = line_height(size)
        self.need(high)
        baseline = (MARGIN + self._used) * POINTS_PER_INCH + ASCENT * size
        self._shapes.append(
            Text(MARGIN * POINTS_PER_INCH, baseline, text, size, color, face=face)
        )  # fmt: skip
        self._used += high

    def paragraph(
        self, text: str, size: float = 8.0, bullet: str = "", face: Face = "regular",
        color: str = LIGHT.text,
    ) -> None:  # fmt: skip
        """Text in lines."""
        indent = " " * 3 * len(bullet.strip())
        for line in wrapped(text, size, face, bullet, indent):
            self.line(line, size, face, color)

    def chart(self, chart: Chart) -> None:
        """A chart as wide as the page, and at most as high."""
        box = self._place(chart_height(chart))
        self._shapes += charts.paint(chart, self._marks, box, SIZES)

    def small_charts(self, drawn: Sequence[Chart], titles: Sequence[str], columns: int) -> None:
        """Charts next to each other, with a common legend below."""
        for at in range(0, len(drawn), columns):
            some = tuple(zip(drawn[at : at + columns], titles[at : at + columns], strict=True))
            box = self._place(max(small_height(chart, columns) for chart, _ in some))
            wide = box.width / columns
            for number, (chart, title) in enumerate(some):
                gap = GAP * POINTS_PER_INCH if number < columns - 1 else 0.0
                part = Box(box.left + number * wide, box.top, wide - gap, box.height)
                self._shapes += charts.paint(chart, self._marks, part, SMALL, title)
        curves = [chart for chart in drawn if isinstance(chart, Lines | Points)]
        if curves:
            box = self._place(charts.legend_height(curves, INNER[0]))
            self._shapes += charts.paint_legend(curves, self._marks, box)

    def network(self, layout: NetworkLayout, inches: float) -> None:
        """A network of this width."""
        scale = inches * POINTS_PER_INCH / layout.width
        box = self._place(layout.height * inches / layout.width)
        self._shapes += networks.paint(layout, (box.left, box.top), scale)

    def map(self, shown: ReportMap, inches: float) -> None:
        """A map of images of this height."""
        self._shapes += map_pictures.paint(shown, self._place(inches))

    def _place(self, inches: float) -> Box:
        """Takes a part of the page of this height."""
        self.need(inches)
        left, top, width, height = (
            length * POINTS_PER_INCH for length in (MARGIN, MARGIN + self._used, INNER[0], inches)
        )
        self._used += inches + GAP
        return Box(left, top, width, height)
