"""The table of a view as a spreadsheet reads it."""

import csv
import io

from mnist_studio.analysis.view import CellValue, Column, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so would be computed by a spreadsheet."""


def write(table: Table) -> bytes:
    """Comma-separated UTF-8 with a byte order mark, by which Excel knows it.

    Figures are as they are, fractions between 0 and 1; a field without a figure is empty.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_heading(column) for column in table.columns)
    writer.writerows([_field(cell) for cell in row.cells] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _heading(column: Column) -> str:
    words = {"": "", "count": "", "fraction": "fraction", "bytes": "bytes"}
    unit = words.get(column.unit, column.unit)
    return f"{column.title} [{unit}]" if unit else column.title


def _field(cell: CellValue) -> str | float | int:
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
