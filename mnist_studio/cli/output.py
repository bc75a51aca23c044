"""How commands write: tables and lines for people, JSON lines for programs, errors apart from both.

Rich and msgspec are imported where they are used: the window reports through this module why it
cannot open, and must not wait for them.
"""

import sys
from collections.abc import Iterable, Sequence


def error(sentence: str) -> None:
    """Writes what is wrong to standard error."""
    sys.stderr.write(f"mnist-studio: {sentence}\n")
    sys.stderr.flush()


def note(sentence: str) -> None:
    """Writes something for people that is not part of the result to standard error."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def json_line(value: object) -> None:
    """Writes a struct or a dataclass as one line of JSON."""
    import msgspec

    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def line(text: str) -> None:
    """Writes a line of the result."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Writes a table.

    Args:
        columns: headings.
        rows: cells, already text.
        right: indices of the columns that are aligned to the right.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, heading in enumerate(columns):
        grid.add_column(heading, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    # Without a terminal there is no width that the table has to fit into.
    width = None if sys.stdout.isatty() else 200
    Console(width=width, markup=False, highlight=False).print(grid)
