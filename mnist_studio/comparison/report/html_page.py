"""A report as one HTML file: charts inline, a table below each chart, no scripts.

The page is the template ``report.html.j2``. Here are the values that it shows.
"""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mnist_studio.analysis.network_svg import network_svg
from mnist_studio.analysis.view import Table, View, cell_text
from mnist_studio.comparison.report import charts
from mnist_studio.comparison.report.content import Report
from mnist_studio.comparison.report.tables import numeric_columns
from mnist_studio.palette import LIGHT

LONGEST_CELL = 60
"""Characters of a table cell that stays on one line."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: its content.
        style: ``number``, ``sentence`` for a long text, or empty.
    """

    text: str
    style: str


@dataclass(frozen=True)
class ViewSection:
    """One view on the page.

    Attributes:
        id: of its section.
        title: of the view.
        description: what the view shows.
        sentence: what the view shows; it can be empty.
        charts: SVG elements.
        header: the titles of the table's columns.
        rows: of the table.
        notes: remarks below the table.
    """

    id: str
    title: str
    description: str
    sentence: str
    charts: tuple[Markup, ...]
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]


def write(report: Report) -> bytes:
    """The whole file, UTF-8."""
    environment = Environment(
        loader=PackageLoader("mnist_studio.comparison.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    template = environment.get_template("report.html.j2")
    sections = [_section(report, view, number) for number, view in enumerate(report.views)]
    networks = [
        # It escapes its texts, so it goes into the page as it is.
        (title, layout.summary, Markup(network_svg(layout, "")))
        for title, layout in report.networks
    ]
    return template.render(report=report, views=sections, networks=networks, color=LIGHT).encode()


def _section(report: Report, view: View, number: int) -> ViewSection:
    header, rows = _cells(view.table)
    return ViewSection(
        id=f"view-{number}",
        title=view.title,
        description=view.description,
        sentence=view.sentence,
        charts=tuple(
            # Drawn by matplotlib from escaped texts, so it goes into the page as it is.
            Markup(charts.inline(charts.picture(chart, report.marks, "svg"), f"v{number}c{place}"))
            for place, chart in enumerate(view.charts)
        ),
        header=header,
        rows=rows,
        notes=tuple(view.notes),
    )


def _cells(table: Table) -> tuple[tuple[Cell, ...], tuple[tuple[Cell, ...], ...]]:
    """The header and the rows of a table."""
    columns = tuple(zip(table.columns, numeric_columns(table), strict=True))
    header = tuple(Cell(column.title, _style(is_number, "")) for column, is_number in columns)
    rows = tuple(
        tuple(
            Cell(text, _style(is_number, text))
            for cell, (column, is_number) in zip(row.cells, columns, strict=True)
            for text in (cell_text(cell, column.unit),)
        )
        for row in table.rows
    )
    return header, rows


def _style(is_number: bool, text: str) -> str:
    if is_number:
        return "number"
    return "sentence" if len(text) > LONGEST_CELL else ""
