"""A report as PDF: A4 pages of text, charts and tables, all as vectors."""

import io
import textwrap
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from mnist_studio.analysis.view import Chart, View
from mnist_studio.comparison.report import charts, tables
from mnist_studio.comparison.report.charts import Marks
from mnist_studio.comparison.report.content import Report
from mnist_studio.comparison.report.style import STYLE
from mnist_studio.comparison.report.tables import sentence_columns, without_columns
from mnist_studio.palette import LIGHT

PAGE = (8.27, 11.69)
"""Inches."""

MARGIN = 0.65
INNER = (PAGE[0] - 2 * MARGIN, PAGE[1] - 2 * MARGIN)

MONO = "DejaVu Sans Mono"
MONO_SIZE = 6.5
MONO_WIDTH = int(INNER[0] * 72 / (0.602 * MONO_SIZE))
"""Characters of a line of a table."""

MAX_ROWS = 120
"""Longer tables are only in HTML and CSV."""

MAX_SENTENCES = 10
"""With more rows, the sentences of the rows are only in HTML and CSV."""


def write(report: Report) -> bytes:
    """The whole file."""
    file = io.BytesIO()
    about: Any = {"Title": report.title, "Creator": "MNIST Studio", "CreationDate": None}
    with mpl.rc_context(STYLE), PdfPages(file, metadata=about) as pdf:
        pages = _Pages(pdf, report.marks)
        _head(pages, report)
        for view in report.views:
            _view(pages, view)
        _tail(pages, report)
        pages.turn()
    return file.getvalue()


class _Pages:
    """Pages that are filled from the top; what does not fit goes to the next one."""

    def __init__(self, pdf: PdfPages, marks: Marks) -> None:
        self._pdf, self._marks = pdf, marks
        self._number = 0
        self._begin()

    def _begin(self) -> None:
        self._figure = Figure(figsize=PAGE)
        self._charts: list[tuple[float, float, Chart]] = []
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
        high = size * 1.42 / 72
        self.need(high)
        top = PAGE[1] - MARGIN - self._used
        self._figure.text(MARGIN / PAGE[0], top / PAGE[1], text, fontsize=size, va="top", **style)
        self._used += high

    def paragraph(self, text: str, size: float = 9.5, bullet: str = "", **style: Any) -> None:
        """Text in lines."""
        room = int(INNER[0] * 72 / (0.51 * size))
        for line in textwrap.wrap(
            text, room, initial_indent=bullet, subsequent_indent=" " * 3 * len(bullet.strip())
        ):
            self.line(line, size, **style)

    def chart(self, chart: Chart) -> None:
        """A chart as wide as the page, and at most as high."""
        high = chart_height(chart)
        self.need(high)
        self._charts.append((self._used, high, chart))
        self._used += high + 0.08

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
        for number, (_, _, chart) in enumerate(self._charts):
            charts.paint(self._figure.add_subfigure(grid[2 * number + 1, 1]), chart, self._marks)


def chart_height(chart: Chart) -> float:
    """Height of a chart on a page in inches."""
    return min(charts.height(chart) * INNER[0] / charts.WIDTH + 0.2, INNER[1] - 1.4)


def _heading(pages: _Pages, text: str) -> None:
    pages.skip(0.22)
    pages.need(1.2)
    pages.paragraph(text, 13, fontweight="bold")


def _head(pages: _Pages, report: Report) -> None:
    pages.paragraph(report.title, 19, fontweight="bold")
    pages.paragraph(report.question, 11.5, color=LIGHT.secondary)
    pages.paragraph(f"{report.subject} Created {report.made}.", 9, color=LIGHT.secondary)
    _heading(pages, "Summary")
    for title, sentence in report.answers:
        pages.paragraph(f"{title}. {sentence}", bullet="• ")
    for warning in report.warnings:
        _note(pages, warning)


def _view(pages: _Pages, view: View) -> None:
    # A heading must not be the last line of a page.
    pages.need(1.2 + (chart_height(view.charts[0]) if view.charts else 0.0))
    _heading(pages, view.title)
    _note(pages, view.description)
    if view.sentence:
        pages.paragraph(view.sentence)
    for chart in view.charts:
        pages.chart(chart)
    _table(pages, view)
    for note in view.notes:
        _note(pages, note)


def _table(pages: _Pages, view: View) -> None:
    """The table, with its sentences below."""
    table = view.table
    if len(table.rows) > MAX_ROWS:
        rows = f"{len(table.rows):,}"
        _note(pages, f"The table has {rows} rows. They are in the HTML report and in the CSV file.")
        return
    pages.skip(0.08)
    sentences = sentence_columns(table)
    for number, line in enumerate(tables.lines(without_columns(table, sentences), MONO_WIDTH)):
        heading = {"color": LIGHT.secondary} if number == 0 else {}
        pages.line(line, MONO_SIZE, family=MONO, **heading)
    if sentences and len(table.rows) > MAX_SENTENCES:
        _note(pages, "The explanation of each row is in the HTML report and in the CSV file.")
        return
    pages.skip(0.08)
    for row in table.rows:
        for at in sentences:
            pages.paragraph(str(row.cells[at]), 8, bullet="• ")


def _tail(pages: _Pages, report: Report) -> None:
    _heading(pages, "Discussion")
    for paragraph in report.discussion:
        pages.skip(0.06)
        pages.paragraph(paragraph.title, 10, fontweight="bold")
        for sentence in paragraph.sentences:
            pages.paragraph(sentence, bullet="• ")
    _heading(pages, "Machine and versions")
    for what, which in report.facts:
        pages.paragraph(f"{what}: {which}")
    _note(pages, "These versions were installed when the report was created.")
    _heading(pages, "How to reproduce")
    pages.paragraph(report.how)
    for line in report.source.splitlines():
        for part in textwrap.wrap(line, MONO_WIDTH, drop_whitespace=False) or [""]:
            pages.line(part, MONO_SIZE, family=MONO)
    if report.refused:
        _heading(pages, "Not shown")
        for one in report.refused:
            pages.paragraph(f"{one.title}: {one.problem} {one.remedy}", bullet="• ")


def _note(pages: _Pages, text: str) -> None:
    pages.paragraph(text, 8, color=LIGHT.secondary)
