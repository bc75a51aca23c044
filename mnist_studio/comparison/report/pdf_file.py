"""A report as PDF: A4 pages of text, charts and tables, all as vectors."""

import re
import textwrap
from collections.abc import Sequence
from itertools import groupby

from mnist_studio.analysis.view import Chart, Matrix, Table, View
from mnist_studio.analysis.view_text import axis_title
from mnist_studio.comparison.report import tables
from mnist_studio.comparison.report.content import Report
from mnist_studio.comparison.report.drawing import pdf
from mnist_studio.comparison.report.pdf_pages import (
    INNER,
    MONO_SIZE,
    MONO_WIDTH,
    Pages,
    chart_height,
    in_a_row,
    line_height,
    small_height,
)
from mnist_studio.comparison.report.tables import sentence_columns, without_columns
from mnist_studio.formatting import listed
from mnist_studio.palette import LIGHT

MAX_ROWS = 8
"""Longer tables are only in HTML and CSV."""

FIRST_ROWS = 5
"""Rows of a longer table that has no chart."""

WHOLE = "in the HTML report"

ELSEWHERE = "in the HTML report and in the CSV file"

NETWORK_PIXELS_PER_INCH = 130.0
"""Of a small network: its text is then as large as that of the page."""

MAX_NETWORK_HEIGHT = 9.0
"""Inches of a network with many layers."""

MAP_HEIGHT = 2.6
"""Inches of a map of images."""

NO_FONT = "This computer has no font for some characters, which are boxes here."

MAX_SENTENCES = 2
"""With more rows, the sentences of the rows are only in HTML and CSV."""


def write(report: Report) -> bytes:
    """The whole file."""
    pages = Pages(report.marks)
    _head(pages, report)
    _networks(pages, report)
    _maps(pages, report)
    shown = {*report.warnings, *(sentence for _, sentence in report.answers)}
    for _, views in groupby(report.views, lambda view: view.name):
        _views(pages, tuple(views), shown)
    _tail(pages, report)
    return pdf.write(pages.finished(), report.title)


def small_title(chart: Chart) -> str:
    """The quantity of a small chart."""
    return chart.column if isinstance(chart, Matrix) else axis_title(chart.y)  # type: ignore[union-attr]


def _heading(pages: Pages, text: str) -> None:
    pages.skip(0.12)
    pages.need(0.8)
    pages.paragraph(text, 11.5, face="bold")


def _head(pages: Pages, report: Report) -> None:
    pages.paragraph(report.title, 17, face="bold")
    pages.paragraph(report.question, 10.5, color=LIGHT.secondary)
    pages.paragraph(f"{report.subject} Created {report.made}.", 9, color=LIGHT.secondary)
    _heading(pages, "Summary")
    for title, sentence in report.answers:
        pages.paragraph(f"{title}. {sentence}", bullet="• ")
    for warning in report.warnings:
        _note(pages, warning)


def _networks(pages: Pages, report: Report) -> None:
    """Every network once, in the width of the page, or smaller if it has many layers."""
    for title, layout in report.networks:
        inches = min(INNER[0], layout.width / NETWORK_PIXELS_PER_INCH)
        inches = min(inches, MAX_NETWORK_HEIGHT * layout.width / layout.height)
        height = inches * layout.height / layout.width
        pages.need(0.7 + height)
        _heading(pages, f"Network: {title}")
        _note(pages, f"{layout.summary}.")
        pages.network(layout, inches)


def _maps(pages: Pages, report: Report) -> None:
    """A map of test images for each network."""
    if report.maps.maps:
        pages.need(0.7 + MAP_HEIGHT)
    _heading(pages, "Maps of images")
    _note(
        pages,
        "Each network, by its most accurate run. A test image is shown as the name of its class.",
    )
    for shown in report.maps.maps:
        pages.need(0.5 + MAP_HEIGHT)
        pages.paragraph(f"{shown.title}. {shown.caption}")
        pages.map(shown, MAP_HEIGHT)
    for note in report.maps.notes:
        _note(pages, note)


def _views(pages: Pages, views: Sequence[View], shown: set[str]) -> None:
    """A view, or the same view of several models under one heading.

    Args:
        pages: to write on.
        views: with the same name.
        shown: sentences and notes that are on the pages already.
    """
    drawn = [chart for view in views for chart in view.charts]
    columns = in_a_row(drawn)
    if columns > 1:
        first = small_height(drawn[0], columns)
    else:
        first = chart_height(drawn[0]) if drawn else _table_height(views[0])
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


def _wide_charts(pages: Pages, drawn: Sequence[Chart]) -> None:
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


def _table(pages: Pages, view: View) -> None:
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
    pages.need(len(lines) * line_height(MONO_SIZE))
    for number, line in enumerate(lines):
        pages.line(line, MONO_SIZE, "mono", LIGHT.text if number else LIGHT.secondary)
    if len(table.rows) < len(view.table.rows):
        _note(pages, f"All {len(view.table.rows):,} rows are {ELSEWHERE}.")
    if sentences and len(table.rows) > MAX_SENTENCES:
        _note(pages, f"The explanation of each row is {ELSEWHERE}.")
        return
    pages.skip(0.08)
    for row in table.rows:
        for at in sentences:
            pages.paragraph(str(row.cells[at]), 8, bullet="• ")


def _table_height(view: View) -> float:
    """The inches that the table of a view without charts needs, of which the beginning is shown."""
    return (1 + min(len(view.table.rows), FIRST_ROWS)) * line_height(MONO_SIZE)


def _tail(pages: Pages, report: Report) -> None:
    _heading(pages, "Discussion")
    for paragraph in report.discussion:
        pages.skip(0.04)
        pages.paragraph(paragraph.title, 9, face="bold")
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
        pages.line(line, MONO_SIZE, "mono")
    if report.refused:
        _heading(pages, "Not shown")
        titles: dict[str, list[str]] = {}
        for one in report.refused:
            titles.setdefault(f"{one.problem} {one.remedy}", []).append(one.title)
        for reason, views in titles.items():
            pages.paragraph(f"{listed(views)}: {reason}", 7.5, bullet="• ")
    if pages.missing_characters():
        _note(pages, f"{NO_FONT} They are text {WHOLE}.")


def _note(pages: Pages, text: str) -> None:
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
