"""A report as PDF: A4 pages of text, charts and tables, all as vectors."""

import io
import re
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from mnist_studio.analysis.network_picture import NetworkLayout
from mnist_studio.analysis.view import Chart, Lines, Matrix, Points, Table, View, axis_title
from mnist_studio.comparison.report import charts, networks, tables
from mnist_studio.comparison.report.charts import Marks
from mnist_studio.comparison.report.content import Report
from mnist_studio.comparison.report.style import STYLE
from mnist_studio.comparison.report.tables import sentence_columns, without_columns
from mnist_studio.formatting import listed
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

MAX_ROWS = 8
"""Longer tables are only in HTML and CSV."""

FIRST_ROWS = 5
"""Rows of a longer table that has no chart."""

WHOLE = "in the HTML report"

ELSEWHERE = "in the HTML report and in the CSV file"

SMALL_HEIGHT = {2: 1.4, 3: 1.35, 4: 1.25}
"""Height of charts in inches, by their number in a row."""

SMALL_MATRIX_HEIGHT = 1.9

LINE_HEIGHT = 1.42
"""Of a line of text, as a multiple of its size."""

LABEL_SIZE = 7.0
"""Of ticks and of names of bars."""

NETWORK_PIXELS_PER_INCH = 130.0
"""Of a small network: its text is then as large as that of the page."""

MAX_NETWORK_HEIGHT = 9.0
"""Inches of a network with many layers."""

MAX_SENTENCES = 2
"""With more rows, the sentences of the rows are only in HTML and CSV."""


def write(report: Report) -> bytes:
    """The whole file."""
    file = io.BytesIO()
    about: Any = {"Title": report.title, "Creator": "MNIST Studio", "CreationDate": None}
    with mpl.rc_context(STYLE), PdfPages(file, metadata=about) as pdf:
        pages = _Pages(pdf, report.marks)
        _head(pages, report)
        _networks(pages, report)
        shown = {*report.warnings, *(sentence for _, sentence in report.answers)}
        for _, views in groupby(report.views, lambda view: view.name):
            _views(pages, tuple(views), shown)
        _tail(pages, report)
        pages.turn()
    return file.getvalue()


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


class _Pages:
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
        high = size * LINE_HEIGHT / 72
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


def small_title(chart: Chart) -> str:
    """The quantity of a small chart."""
    return chart.column if isinstance(chart, Matrix) else axis_title(chart.y)  # type: ignore[union-attr]


def _heading(pages: _Pages, text: str) -> None:
    pages.skip(0.12)
    pages.need(0.8)
    pages.paragraph(text, 11.5, fontweight="bold")


def _head(pages: _Pages, report: Report) -> None:
    pages.paragraph(report.title, 17, fontweight="bold")
    pages.paragraph(report.question, 10.5, color=LIGHT.secondary)
    pages.paragraph(f"{report.subject} Created {report.made}.", 9, color=LIGHT.secondary)
    _heading(pages, "Summary")
    for title, sentence in report.answers:
        pages.paragraph(f"{title}. {sentence}", bullet="• ")
    for warning in report.warnings:
        _note(pages, warning)


def _networks(pages: _Pages, report: Report) -> None:
    """Every network once, in the width of the page, or smaller if it has many layers."""
    for title, layout in report.networks:
        inches = min(INNER[0], layout.width / NETWORK_PIXELS_PER_INCH)
        inches = min(inches, MAX_NETWORK_HEIGHT * layout.width / layout.height)
        height = inches * layout.height / layout.width
        pages.need(0.7 + height)
        _heading(pages, f"Network: {title}")
        _note(pages, f"{layout.summary}.")
        pages.network(layout, inches, height)


def _views(pages: _Pages, views: Sequence[View], shown: set[str]) -> None:
    """A view, or the same view of several models under one heading.

    Args:
        pages: to write on.
        views: with the same name.
        shown: sentences and notes that are on the pages already.
    """
    drawn = [chart for view in views for chart in view.charts]
    columns = in_a_row(drawn)
    first = small_height(drawn[0], columns) if columns > 1 else sum(map(chart_height, drawn[:1]))
    # A heading must not be the last line of a page.
    pages.need(0.7 + first)
    title = views[0].title if len(views) == 1 else views[0].title.partition(": ")[0]
    _heading(pages, title)
    _note(pages, views[0].description)
    for view in views:
        if view.sentence and view.sentence not in shown:
            pages.paragraph(view.sentence, bullet="• " if len(views) > 1 else "")
        shown.add(view.sentence)
    if columns > 1:
        pages.skip(0.06)
        titles = [
            view.title.partition(": ")[2] if len(views) > 1 else small_title(chart)
            for view in views
            for chart in view.charts
        ]
        pages.small_charts(drawn, titles, columns)
    else:
        _wide_charts(pages, drawn)
    if len(views) == 1:
        _table(pages, views[0])
    for note in dict.fromkeys(note for view in views for note in view.notes):
        if note not in shown:
            _note(pages, note)
        shown.add(note)


def _wide_charts(pages: _Pages, drawn: Sequence[Chart]) -> None:
    """Charts below each other; of several wide matrices only the first."""
    matrices = [chart for chart in drawn if isinstance(chart, Matrix)]
    for chart in drawn:
        if not isinstance(chart, Matrix):
            pages.chart(chart)
    if matrices:
        pages.small_charts(matrices[:1], (small_title(matrices[0]),), 1)
    if len(matrices) > 1:
        others = listed([small_title(matrix).lower() for matrix in matrices[1:]])
        _note(pages, f"{others[:1].upper()}{others[1:]} are {ELSEWHERE}.")


def _table(pages: _Pages, view: View) -> None:
    """The table, with its sentences below; only its beginning if it is long."""
    table = view.table
    if len(table.rows) > MAX_ROWS or all(isinstance(chart, Matrix) for chart in view.charts):
        if view.charts:
            return
        table = Table(table.columns, table.rows[:FIRST_ROWS])
    pages.skip(0.08)
    sentences = sentence_columns(table)
    lines = list(tables.lines(without_columns(table, sentences), MONO_WIDTH))
    # Its heading must not be alone at the end of a page.
    pages.need(len(lines) * MONO_SIZE * LINE_HEIGHT / 72)
    for number, line in enumerate(lines):
        heading = {"color": LIGHT.secondary} if number == 0 else {}
        pages.line(line, MONO_SIZE, family=MONO, **heading)
    if len(table.rows) < len(view.table.rows):
        _note(pages, f"All {len(view.table.rows):,} rows are {ELSEWHERE}.")
    if sentences and len(table.rows) > MAX_SENTENCES:
        _note(pages, f"The explanation of each row is {ELSEWHERE}.")
        return
    pages.skip(0.08)
    for row in table.rows:
        for at in sentences:
            pages.paragraph(str(row.cells[at]), 8, bullet="• ")


def _tail(pages: _Pages, report: Report) -> None:
    _heading(pages, "Discussion")
    for paragraph in report.discussion:
        pages.skip(0.04)
        pages.paragraph(paragraph.title, 9, fontweight="bold")
        for sentence in paragraph.sentences:
            pages.paragraph(sentence, bullet="• ")
    _heading(pages, "Machine and versions")
    pages.paragraph(" · ".join(f"{what} {which}" for what, which in report.facts), 8.5)
    _note(pages, "These versions were installed when the report was created.")
    _heading(pages, "How to reproduce")
    lines = shortened(report.source)
    pages.paragraph(report.how)
    if OMITTED in lines:
        _note(pages, f"Here the file is shortened. The whole file is {WHOLE}.")
    for line in two_columns(lines):
        pages.line(line, MONO_SIZE, family=MONO)
    if report.refused:
        _heading(pages, "Not shown")
        titles: dict[str, list[str]] = {}
        for one in report.refused:
            titles.setdefault(f"{one.problem} {one.remedy}", []).append(one.title)
        for reason, views in titles.items():
            pages.paragraph(f"{listed(views)}: {reason}", 7.5, bullet="• ")


def _note(pages: _Pages, text: str) -> None:
    pages.paragraph(text, 7.5, color=LIGHT.secondary)


RUN = "[[run]]"
"""The first line of a run in a settings file."""

_LIST = re.compile(r'\[\n(?:\s*"[^"\\\n]*",\n)+\s*\]')
_TEXT = re.compile(r'"[^"\\\n]*"')

OMITTED = "# The other lines are those of the first run."
"""Stands for what a later run has in common with the first."""


def shortened(source: str) -> list[str]:
    """The lines of a settings file without empty ones; of later runs only what differs.

    A settings file repeats everything for every run, which would fill pages.
    """
    head, *runs = joined_lists(source).split(f"{RUN}\n")
    lines = [line for line in head.splitlines() if line.strip()]
    former: set[str] = set()
    for run in runs:
        own = [line for line in run.splitlines() if line.strip()]
        lines.append(RUN)
        lines += [line for line in own if line not in former]
        if former:
            lines.append(OMITTED)
        former = former or set(own)
    return lines


def joined_lists(source: str) -> str:
    """Lists with one short text a line, such as the names of classes, in one line each."""
    return _LIST.sub(lambda found: "[" + ", ".join(_TEXT.findall(found[0])) + "]", source)


def two_columns(lines: Sequence[str]) -> list[str]:
    """Lines of half the width of a page, the second half next to the first."""
    width = MONO_WIDTH // 2 - 2
    parts = [
        part
        for line in lines
        for part in textwrap.wrap(line, width, drop_whitespace=False, subsequent_indent="    ")
    ]
    half = -(-len(parts) // 2)
    left, right = parts[:half], [*parts[half:], ""]
    return [f"{one:<{width + 4}}{other}".rstrip() for one, other in zip(left, right, strict=False)]
