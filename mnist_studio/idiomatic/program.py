"""A program as text in pieces, of which a script or a notebook can be made."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 88
"""Columns of a line: what ruff and Black leave as it is."""

INDENT = "    "


@dataclass(frozen=True)
class Cell:
    """A piece of a program.

    Attributes:
        heading: what it is about, for a notebook.
        code: without blank lines around it.
    """

    heading: str
    code: str


@dataclass(frozen=True)
class Program:
    """A program.

    Attributes:
        imports: lines of its imports; those of the standard library stand before the others.
        constants: lines ``NAME = value``.
        cells: functions, in the order in which they are needed; the last one defines ``main``.
        folder: what ``--data`` means, for its help text.
    """

    imports: tuple[str, ...]
    constants: tuple[str, ...]
    cells: tuple[Cell, ...]
    folder: str


def call(name: str, *arguments: str, indent: int = 0, tail: str = "") -> str:
    """A call as the formatter leaves it: on one line if it fits, else an argument a line.

    Args:
        name: all that stands before the parenthesis, without the indentation.
        arguments: as code.
        indent: levels of the line it starts on, which is left out of the result.
        tail: what follows the closing parenthesis.
    """
    return bracketed(f"{name}(", arguments, ")", indent, tail)


def bracketed(head: str, items: Iterable[str], close: str, indent: int = 0, tail: str = "") -> str:
    """Like ``call``, for brackets of any kind."""
    items = tuple(items)
    # A column is left for the comma of what stands in the brackets of another.
    line = f"{head}{', '.join(items)}{close}{tail}"
    if len(INDENT * indent + line) < WIDTH and "\n" not in line:
        return line
    return exploded(head, items, close, indent, tail)


def exploded(head: str, items: Iterable[str], close: str, indent: int = 0, tail: str = "") -> str:
    """An item a line, each with a comma behind it, whatever would fit."""
    outer, inner = INDENT * indent, INDENT * (indent + 1)
    lines = "".join(f"{inner}{item},\n" for item in items)
    return f"{head}\n{lines}{outer}{close}{tail}"


def block(lines: Iterable[str], indent: int = 1) -> str:
    """Lines, which may have several rows, one under the other and indented; empty ones left out."""
    prefix = INDENT * indent
    return "\n".join(prefix + line for line in lines if line)


def number(value: float) -> str:
    """A number as one would write it: ``0.001``, ``1 / 255``."""
    inverse = round(1 / value) if value else 0
    if inverse > 1 and len(repr(value)) > 12 and 1 / inverse == value:
        return f"1 / {inverse}"
    return repr(value)


def tuple_of(names: Iterable[str]) -> tuple[str, ...]:
    """Items of a tuple's display, where a single one needs a comma."""
    names = tuple(names)
    return (f"{names[0]},",) if len(names) == 1 else names
