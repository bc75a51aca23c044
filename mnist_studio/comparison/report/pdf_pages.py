"""Pages of a PDF that are filled from the top with lines of text and with charts."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from mnist_studio.analysis.network_picture import NetworkLayout
from mnist_studio.analysis.view import Chart, Lines, Matrix, Points
from mnist_studio.comparison.report import charts, networks
from mnist_studio.comparison.report.charts import Marks
from mnist_studio.palette import LIGHT

Painter = Callable[[SubFigure], None]
"""Draws one or several charts into their part of a page."""

PAGE = (8.27, 11.69)
"""Inches."""

MARGIN = 0.45
INNER = (PAGE[0] - 2 * MARGIN, PAGE[1] - 2 * MARGIN)

MONO = "DejaVu Sans Mono"
MONO_SIZE = 6.5
MONO_WIDTH = int(INNER[0] * 72 / (0.602 * MONO_SIZE))
"""Characters of a line of a table."""

SMALL_HEIGHT = {2: 1.4, 3: 1.35, 4: 1.25}
"""Height of charts in inches, by their number in a row."""

SMALL_MATRIX_HEIGHT = 1.9

LINE_HEIGHT = 1.42
"""Of a line of text, as a multiple of its size."""

LABEL_SIZE = 7.0
"""Of ticks and of names of bars."""

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


def wrapped(text: str, size: float, weight: str, first: str = "", rest: str = "") -> list[str]:
    """Lines as wide as the page, of one or more words.

    Args:
        text: to split at spaces.
        size: of the font in points.
        weight: of the font.
        first: begins the first line.
        rest: begins the others.
    """
    font = FontProperties(size=size, weight=weight)
    lines, line = [], first
    for word in text.split():
        longer = f"{line}{word}" if line in (first, rest) else f"{line} {word}"
        if _width(longer, font) <= INNER[0] * 72 or line in (first, rest):
            line = longer
        else:
            lines.append(line)
            line = f"{rest}{word}"
    return [*lines, line]


def _width(text: str, font: FontProperties) -> float:
    """In points."""
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


class Pages:
    """Pages that are filled from the top; what does not fit goes to the next one."""

    def __init__(self, pdf: PdfPages, marks: Marks) -> None:
        self._pdf, self._marks = pdf, marks
        self._number = 0
        self._begin()

    def _begin(self) -> None:
        self._figure = Figure(figsize=PAGE)
        self._charts: list[tuple[float, float, Painter]] = []
        self._used = 0.0

    def turn(self) -> None:
        """Finishes this page, unless it is empty, and starts the next."""
        if not self._used:
            return
        self._place_charts()
        self._number += 1
        self._figure.text(
            0.5, 0.3 / PAGE[1], str(self._number), ha="center", fontsize=8, color=LIGHT.secondary
        )
        save: Any = self._pdf.savefig  # It is untyped.
        save(self._figure)
        self._begin()

    def need(self, inches: float) -> None:
        """Starts a new page if less than this is left."""
        if self._used + inches > INNER[1]:
            self.turn()

    def skip(self, inches: float) -> None:
        """Leaves space, but not at the top of a page."""
        if self._used:
            self._used += inches

    def line(self, text: str, size: float, **style: Any) -> None:
        """One line of text."""
        high = line_height(size)
        self.need(high)
        top = PAGE[1] - MARGIN - self._used
        self._figure.text(MARGIN / PAGE[0], top / PAGE[1], text, fontsize=size, va="top", **style)
        self._used += high

    def paragraph(self, text: str, size: float = 8.0, bullet: str = "", **style: Any) -> None:
        """Text in lines."""
        indent = " " * 3 * len(bullet.strip())
        for line in wrapped(text, size, style.get("fontweight", "normal"), bullet, indent):
            self.line(line, size, **style)

    def chart(self, chart: Chart) -> None:
        """A chart as wide as the page, and at most as high."""
        self._place(chart_height(chart), partial(self._paint, chart))

    def small_charts(self, drawn: Sequence[Chart], titles: Sequence[str], columns: int) -> None:
        """Charts next to each other, with a common legend below."""
        for at in range(0, len(drawn), columns):
            some = tuple(zip(drawn[at : at + columns], titles[at : at + columns], strict=True))
            height = max(small_height(chart, columns) for chart, _ in some)
            self._place(height, partial(self._paint_row, some, columns))
        curves = [chart for chart in drawn if isinstance(chart, Lines | Points)]
        if curves:
            marks = self._marks
            self._place(
                charts.legend_height(curves),
                lambda figure: charts.paint_legend(figure, curves, marks),
            )

    def network(self, layout: NetworkLayout, inches: float, height: float) -> None:
        """A network of this width and height."""
        self._place(
            height, lambda figure: networks.paint(figure, layout, inches, self._room(figure))
        )

    @staticmethod
    def _room(figure: SubFigure) -> float:
        """The width of a part of a page in inches."""
        return float(figure.bbox.width / figure.dpi)

    def _paint(self, chart: Chart, figure: SubFigure) -> None:
        charts.paint(figure, chart, self._marks)
        for axes in figure.axes:
            axes.tick_params(labelsize=LABEL_SIZE)
            axes.xaxis.label.set_fontsize(LABEL_SIZE + 1)
            axes.yaxis.label.set_fontsize(LABEL_SIZE + 1)

    def _paint_row(self, row: Sequence[tuple[Chart, str]], columns: int, figure: SubFigure) -> None:
        grid = figure.add_gridspec(1, columns)
        for at, (chart, title) in enumerate(row):
            charts.paint(figure.add_subfigure(grid[0, at]), chart, self._marks, title)

    def _place(self, height: float, painter: Painter) -> None:
        self.need(height)
        self._charts.append((self._used, height, painter))
        self._used += height + 0.08

    def _place_charts(self) -> None:
        """Every chart gets a cell of one grid; the text is in the rows between."""
        if not self._charts:
            return
        rows, at = [MARGIN], 0.0
        for top, high, _ in self._charts:
            rows[-1] += top - at
            rows += [high, 0.0]
            at = top + high
        rows[-1] = PAGE[1] - sum(rows)
        self._figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, hspace=0, wspace=0)
        grid = self._figure.add_gridspec(
            len(rows), 3, height_ratios=rows, width_ratios=[MARGIN, INNER[0], MARGIN]
        )
        for number, (_, _, painter) in enumerate(self._charts):
            painter(self._figure.add_subfigure(grid[2 * number + 1, 1]))
