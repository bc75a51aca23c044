"""A table as lines of characters of equal width, for pages that are drawn."""

import textwrap
from collections.abc import Iterator, Sequence

from mnist_studio.analysis import figures
from mnist_studio.analysis.view import Table

MOST = 30
"""Characters of a column; longer fields have several lines."""

GAP = "  "

Cell = list[str]
"""The lines of a field."""


def lines(table: Table, width: int) -> Iterator[str]:
    """The table in lines of at most ``width`` characters.

    Too wide a one comes in parts one below the other, each with the first column.
    """
    columns = [_column(table, place) for place in range(len(table.columns))]
    for number, part in enumerate(_parts([_width(column) for column in columns], width)):
        if number:
            yield ""
        chosen = [columns[place] for place in part]
        numbers = [_is_number(table, place) for place in part]
        for row in zip(*chosen, strict=True):
            yield from _row(row, [_width(column) for column in chosen], numbers)


def _column(table: Table, place: int) -> list[Cell]:
    """Heading and fields."""
    unit = table.columns[place].unit
    fields = [figures.text(row.cells[place], unit) for row in table.rows]
    widest = max((len(field) for field in fields), default=0)
    words = max(map(len, table.columns[place].title.split()), default=1)
    room = max(min(MOST, widest), words)
    return [_wrapped(text, room) for text in (table.columns[place].title, *fields)]


def _wrapped(text: str, width: int) -> Cell:
    return textwrap.wrap(text, width) or [""]


def _width(column: Sequence[Cell]) -> int:
    return max(len(line) for cell in column for line in cell)


def _parts(widths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Places of the columns of each part."""
    part, used = [0], widths[0]
    for place, width in enumerate(widths[1:], start=1):
        if used + len(GAP) + width > most and len(part) > 1:
            yield part
            part, used = [0], widths[0]
        part.append(place)
        used += len(GAP) + width
    yield part


def _row(row: Sequence[Cell], widths: Sequence[int], numbers: Sequence[bool]) -> Iterator[str]:
    for line in range(max(map(len, row))):
        texts = [cell[line] if line < len(cell) else "" for cell in row]
        padded = (
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(texts, widths, numbers, strict=True)
        )
        yield GAP.join(padded).rstrip()


def _is_number(table: Table, place: int) -> bool:
    return not any(isinstance(row.cells[place], str) for row in table.rows)
