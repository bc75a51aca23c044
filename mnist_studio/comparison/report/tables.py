"""Tables of views as CSV for a spreadsheet, and as lines of monospaced text for PDF pages."""

import csv
import io
import textwrap
from collections.abc import Iterator, Sequence

from mnist_studio.analysis.view import CellValue, Column, Row, Table
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.formatting import spreadsheet_text


def csv_file(table: Table) -> bytes:
    """CSV in UTF-8 with a byte order mark, which Excel needs.

    Numbers are unrounded and fractions are between 0 and 1. A cell without a value is empty.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_csv_heading(column) for column in table.columns)
    writer.writerows([_csv_cell(cell) for cell in row.cells] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _csv_heading(column: Column) -> str:
    units = {
        "": "", "count": "", "points": "", "confidence": "fraction", "per second": "images/s"
    }  # fmt: skip
    unit = units.get(column.unit, column.unit)
    return spreadsheet_text(f"{column.title} [{unit}]" if unit else column.title)


def _csv_cell(cell: CellValue) -> str | float | int:
    if cell is None or cell != cell:
        return ""
    return spreadsheet_text(cell) if isinstance(cell, str) else cell


LONGEST_CELL = 90
"""Characters; a column with a longer cell contains sentences."""


def numeric_columns(table: Table) -> tuple[bool, ...]:
    """For every column, whether it contains only numbers, which are aligned at the right."""
    return tuple(
        not any(isinstance(row.cells[at], str) for row in table.rows)
        for at in range(len(table.columns))
    )


def sentence_columns(table: Table) -> tuple[int, ...]:
    """Indices of the columns with sentences, which do not fit into a narrow column."""
    return tuple(
        at
        for at in range(len(table.columns))
        if any(len(str(row.cells[at])) > LONGEST_CELL for row in table.rows)
    )


def without_columns(table: Table, indices: tuple[int, ...]) -> Table:
    """A table without the columns at these indices."""
    rest = [at for at in range(len(table.columns)) if at not in indices]
    columns = tuple(table.columns[at] for at in rest)
    rows = tuple(Row(row.key, tuple(row.cells[at] for at in rest)) for row in table.rows)
    return Table(columns, rows)


MAX_WIDTH = 46
"""Characters of a column; longer cells have several lines."""

GAP = "  "

Cell = list[str]
"""The lines of a cell."""


def lines(table: Table, width: int) -> Iterator[str]:
    """The table in lines of at most ``width`` characters.

    A wider table is split into parts below each other, each with the first columns.
    """
    number = numeric_columns(table)
    columns = [_column(table, at) for at in range(len(table.columns))]
    widths = [_width(column) for column in columns]
    names = _names(number, widths, width)
    for count, part in enumerate(_parts(widths, names, width)):
        if count:
            yield ""
        chosen = [columns[at] for at in part]
        for row in zip(*chosen, strict=True):
            yield from _row(row, [_width(column) for column in chosen], [number[at] for at in part])


def _column(table: Table, at: int) -> list[Cell]:
    """Heading and cells."""
    unit = table.columns[at].unit
    cells = [cell_text(row.cells[at], unit) for row in table.rows]
    widest = max((len(cell) for cell in cells), default=0)
    words = max(map(len, table.columns[at].title.split()), default=1)
    room = max(min(MAX_WIDTH, widest), words)
    return [_wrapped(text, room) for text in (table.columns[at].title, *cells)]


def _wrapped(text: str, width: int) -> Cell:
    return textwrap.wrap(text, width) or [""]


def _width(column: Sequence[Cell]) -> int:
    return max(len(line) for cell in column for line in cell)


def _parts(widths: Sequence[int], names: int, most: int) -> Iterator[list[int]]:
    """Indices of the columns of each part; every part has the first ``names``."""
    part, used = list(range(names)), sum(widths[:names]) + len(GAP) * (names - 1)
    for at in range(names, len(widths)):
        if used + len(GAP) + widths[at] > most and len(part) > names:
            yield part
            part, used = part[:names], sum(widths[:names]) + len(GAP) * (names - 1)
        part.append(at)
        used += len(GAP) + widths[at]
    yield part


def _names(right: Sequence[bool], widths: Sequence[int], most: int) -> int:
    """How many columns name a row: the text columns at the start, up to half the width."""
    names = 1
    while names < len(right) and not right[names] and sum(widths[: names + 1]) <= most / 2:
        names += 1
    return names


def _row(row: Sequence[Cell], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    for line in range(max(map(len, row))):
        texts = [cell[line] if line < len(cell) else "" for cell in row]
        padded = (
            text.rjust(width) if at_right else text.ljust(width)
            for text, width, at_right in zip(texts, widths, right, strict=True)
        )
        yield GAP.join(padded).rstrip()
