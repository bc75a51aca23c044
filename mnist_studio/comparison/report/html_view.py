"""A view as HTML: charts inline, a table below each.

Reports put views into a page, notebooks into what they show of a comparison.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mnist_studio.analysis.view import Table, View
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.comparison.report.tables import numeric_columns
from mnist_studio.palette import LIGHT

LONGEST_CELL = 60
"""Characters of a table cell that stays on one line."""

_NUMBERS = count(1)
"""Of the charts of this process: what notebooks show together needs ids that are unique."""


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


@cache
def templates() -> Environment:
    """The templates of pages and their parts."""
    return Environment(
        loader=PackageLoader("mnist_studio.comparison.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def section(view: View, number: int, charts: Sequence[str]) -> ViewSection:
    """A view with its charts as SVG elements.

    Args:
        view: the view.
        number: of the section on its page, from 0.
        charts: as ``inline`` gives them, with escaped texts.
    """
    header, rows = _cells(view.table)
    return ViewSection(
        id=f"view-{number}",
        title=view.title,
        description=view.description,
        sentence=view.sentence,
        charts=tuple(map(Markup, charts)),
        header=header,
        rows=rows,
        notes=tuple(view.notes),
    )


def view_html(view: View, svgs: Sequence[bytes]) -> str:
    """A view as a part of what a notebook shows.

    Args:
        view: the view.
        svgs: files of its charts.
    """
    charts = [chart_html(svg) for svg in svgs]
    content = templates().get_template("view.html.j2").render(view=section(view, 0, charts))
    return f"<section>{content}</section>"


def chart_html(svg: bytes) -> str:
    """A chart as a part of what a notebook shows."""
    return inline(svg, f"chart{next(_NUMBERS)}")


def fragment(content: str) -> str:
    """HTML with the style of reports, for a page that has a style of its own.

    Args:
        content: HTML, whose texts are escaped.
    """
    template = templates().get_template("fragment.html.j2")
    return template.render(content=Markup(content), color=LIGHT)


def inline(svg: bytes, prefix: str) -> str:
    """An SVG as a part of a page: without its XML header, and with unique ids."""
    text = svg.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'(href="|url\()#', rf"\1#{prefix}-", text)
    # The page decides the size, the view box the proportions.
    return re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", text, count=1).replace(
        "<svg ", '<svg class="chart" ', 1
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
