"""What the columns of a table are, for those that lay it out."""

from mnist_studio.analysis.view import Row, Table

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
