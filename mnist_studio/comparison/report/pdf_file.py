"""A report as PDF: A4 pages of text, charts and tables, all as vectors."""

import io
import textwrap
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from mnist_studio.analysis.view import Chart, View
from mnist_studio.comparison.report import charts, text_table
from mnist_studio.comparison.report.charts import Marks
from mnist_studio.comparison.report.content import Report
from mnist_studio.comparison.report.style import STYLE
from mnist_studio.comparison.report.text_table import prose, without
from mnist_studio.palette import LIGHT

PAGE = (8.27, 11.69)
"""Inches."""

MARGIN = 0.65
INNER = (PAGE[0] - 2 * MARGIN, PAGE[1] - 2 * MARGIN)

MONO = "DejaVu Sans Mono"
MONO_SIZE = 6.5
MONO_WIDTH = int(INNER[0] * 72 / (0.602 * MONO_SIZE))
"""Characters of a line of a table."""

MOST_ROWS = 120
"""Of a longer table a page of paper has no use: HTML and CSV have all of it."""

MOST_SENTENCES = 10
"""Rows of which each is told in words too."""


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
    """Pages that fill from the top; what does not fit comes on the next one."""

    def __init__(self, pdf: PdfPages, marks: Marks) -> None:
        self._pdf, self._marks = pdf, marks
        self._number = 0
        self._begin()

    def _begin(self) -> None:
        self._figure = Figure(figsize=PAGE)
        self._charts: list[tuple[float, float, Chart]] = []
        self._used = 0.0

    def turn(self) -> None:
        """Ends this page, unless it is empty, and begins the next."""
        if not self._used:
            return
        self._place_charts()
        self._number += 1
        self._figure.text(
            0.5, 0.3 / PAGE[1], str(self._number), ha="center", fontsize=8, color=LIGHT.secondary
        )
        save: Any = self._pdf.savefig  # It has no types.
        save(self._figure)
        self._begin()

    def need(self, inches: float) -> None:
        """Turns the page if less than this is left on it."""
        if self._used + inches > INNER[1]:
            self.turn()

    def skip(self, inches: float) -> None:
        """Leaves room, but not at the top of a page."""
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
        """A chart as wide as the page; a higher one than the page is made lower."""
        high = chart_height(chart)
        self.need(high)
        self._charts.append((self._used, high, chart))
        self._used += high + 0.08

    def _place_charts(self) -> None:
        """Every chart gets a cell of one grid, whose other rows are the text between."""
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
    """Inches of a chart on a page."""
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
    # A heading does not stand alone at the foot of a page.
    pages.need(1.2 + (chart_height(view.charts[0]) if view.charts else 0.0))
    _heading(pages, view.title)
    if view.sentence:
        pages.paragraph(view.sentence)
    for chart in view.charts:
        pages.chart(chart)
    _table(pages, view)
    for note in view.notes:
        _note(pages, note)


def _table(pages: _Pages, view: View) -> None:
    """The table; sentences in it stand below."""
    table = view.table
    if len(table.rows) > MOST_ROWS:
        rows = f"{len(table.rows):,}"
        _note(pages, f"The table has {rows} rows; they are in the HTML report and in the CSV.")
        return
    pages.skip(0.08)
    words = prose(table)
    for number, line in enumerate(text_table.lines(without(table, words), MONO_WIDTH)):
        heading = {"color": LIGHT.secondary} if number == 0 else {}
        pages.line(line, MONO_SIZE, family=MONO, **heading)
    if words and len(table.rows) > MOST_SENTENCES:
        _note(pages, "Each row in words: in the HTML report and in the CSV.")
        return
    pages.skip(0.08)
    for row in table.rows:
        for place in words:
            pages.paragraph(str(row.cells[place]), 8, bullet="• ")


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
