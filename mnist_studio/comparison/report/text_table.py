"""A table as lines of characters of equal width, for pages that are drawn.

What the columns of a table are, for those that lay it out.
"""

import textwrap
from collections.abc import Iterator, Sequence

from mnist_studio.analysis.view import Row, Table, cell_text

LONGEST = 90
"""Characters; a column with a longer field is prose."""


def numbers(table: Table) -> tuple[bool, ...]:
    """Of every column whether it has figures only, which stand at its right."""
    return tuple(
        not any(isinstance(row.cells[place], str) for row in table.rows)
        for place in range(len(table.columns))
    )


def prose(table: Table) -> tuple[int, ...]:
    """Places of the columns with sentences, which a narrow column would tear to words."""
    return tuple(
        place
        for place in range(len(table.columns))
        if any(len(str(row.cells[place])) > LONGEST for row in table.rows)
    )


def without(table: Table, places: tuple[int, ...]) -> Table:
    """A table without the columns at these places."""
    kept = [place for place in range(len(table.columns)) if place not in places]
    columns = tuple(table.columns[place] for place in kept)
    rows = tuple(Row(row.key, tuple(row.cells[place] for place in kept)) for row in table.rows)
    return Table(columns, rows)


MOST = 46
"""Characters of a column; longer fields have several lines."""

GAP = "  "

Cell = list[str]
"""The lines of a field."""


def lines(table: Table, width: int) -> Iterator[str]:
    """The table in lines of at most ``width`` characters.

    Too wide a one comes in parts one below the other, each with the columns of names.
    """
    number = numbers(table)
    columns = [_column(table, place) for place in range(len(table.columns))]
    widths = [_width(column) for column in columns]
    names = _names(number, widths, width)
    for count, part in enumerate(_parts(widths, names, width)):
        if count:
            yield ""
        chosen = [columns[place] for place in part]
        for row in zip(*chosen, strict=True):
            yield from _row(
                row, [_width(column) for column in chosen], [number[place] for place in part]
            )


def _column(table: Table, place: int) -> list[Cell]:
    """Heading and fields."""
    unit = table.columns[place].unit
    fields = [cell_text(row.cells[place], unit) for row in table.rows]
    widest = max((len(field) for field in fields), default=0)
    words = max(map(len, table.columns[place].title.split()), default=1)
    room = max(min(MOST, widest), words)
    return [_wrapped(text, room) for text in (table.columns[place].title, *fields)]


def _wrapped(text: str, width: int) -> Cell:
    return textwrap.wrap(text, width) or [""]


def _width(column: Sequence[Cell]) -> int:
    return max(len(line) for cell in column for line in cell)


def _parts(widths: Sequence[int], names: int, most: int) -> Iterator[list[int]]:
    """Places of the columns of each part, the first ``names`` in every one."""
    part, used = list(range(names)), sum(widths[:names]) + len(GAP) * (names - 1)
    for place in range(names, len(widths)):
        if used + len(GAP) + widths[place] > most and len(part) > names:
            yield part
            part, used = part[:names], sum(widths[:names]) + len(GAP) * (names - 1)
        part.append(place)
        used += len(GAP) + widths[place]
    yield part


def _names(right: Sequence[bool], widths: Sequence[int], most: int) -> int:
    """How many columns say what a row is of: the text at its beginning, up to half the width."""
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
