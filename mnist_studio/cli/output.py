"""How commands speak: tables for people, JSON lines for programs, complaints apart from both."""

import sys
from collections.abc import Iterable, Sequence

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table


def complain(sentence: str) -> None:
    """Tells what is wrong, on standard error."""
    sys.stderr.write(f"mnist-studio: {sentence}\n")
    sys.stderr.flush()


def note(sentence: str) -> None:
    """Tells people something beside the result, on standard error."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def json_line(value: object) -> None:
    """Writes a struct or a dataclass as one line of JSON."""
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
        right: places of the columns that are aligned to the right.
    """
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(columns):
        grid.add_column(heading, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    # Without a terminal nothing must be cut off to fit one.
    width = None if sys.stdout.isatty() else 200
    Console(width=width, markup=False, highlight=False).print(grid)


def percent(fraction: float | None) -> str:
    """An accuracy for people: ``99.10 %``."""
    return "–" if fraction is None else f"{100 * fraction:.2f} %"
