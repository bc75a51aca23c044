"""How commands write: tables and lines for people, JSON lines for programs, errors apart from both.

Rich and msgspec are imported where they are used: the window reports through this module why it
cannot open, and must not wait for them.
"""

import io
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from mnist_studio.errors import OutputError
from mnist_studio.formatting import printable, printable_lines

quiet = False
"""Whether only results and errors are written; the option ``--quiet``."""

NARROW = 60
"""Columns of a terminal below which a table becomes one block of lines for each row."""


def error(sentence: str) -> None:
    """Writes what is wrong to standard error."""
    _to_people(f"mnist-studio: {sentence}")


def note(sentence: str) -> None:
    """Writes something for people that is not part of the result, except with ``--quiet``."""
    if not quiet:
        _to_people(sentence)


def _to_people(sentence: str) -> None:
    # Where nobody reads standard error, there is no other place to say so, and the work goes on.
    with suppress(OSError):
        sys.stderr.write(f"{fitted(printable_lines(sentence), sys.stderr)}\n")
        sys.stderr.flush()


def json_line(value: object) -> None:
    """Writes a struct or a dataclass as one line of JSON, in UTF-8 whatever the stream's encoding.

    Raises:
        OutputError: it cannot be written.
    """
    _utf_8(_json(value) + b"\n")


def line(text: str) -> None:
    """Writes a line of the result.

    Raises:
        OutputError: it cannot be written.
    """
    block(fitted(printable_lines(text), sys.stdout) + "\n")


def document(text: str) -> None:
    """Writes the content of a file, such as a script: in UTF-8, as the file would be.

    Raises:
        OutputError: it cannot be written.
    """
    if sys.stdout.isatty():
        block(text)
    else:
        _utf_8(text.encode())


def block(text: str) -> None:
    """Writes lines as they are.

    Raises:
        OutputError: they cannot be written.
    """
    _written(lambda: sys.stdout.write(text))
    _written(sys.stdout.flush)


def flush() -> None:
    """Writes what is left.

    Raises:
        OutputError: it cannot be written.
    """
    _written(sys.stdout.flush)


def give_up() -> None:
    """Sends what is still to be written nowhere, so that Python does not fail at its exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stdout.flush()
    except (OSError, ValueError):
        return  # It has no descriptor, as in a test.


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Writes a table.

    Args:
        columns: headings.
        rows: cells, already text.
        right: indices of the columns that are aligned to the right.

    Raises:
        OutputError: it cannot be written.
    """
    terminal = sys.stdout.isatty()
    if is_narrow(sys.stdout) and len(columns) > 2:
        block("".join(_as_block(columns, map(printable, row)) for row in rows))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, heading in enumerate(columns):
        grid.add_column(heading, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*map(printable, row))
    # Without a terminal there is no width that the table has to fit into.
    text = io.StringIO()
    console = Console(
        file=text, force_terminal=terminal, width=None if terminal else 200,
        markup=False, highlight=False,
    )  # fmt: skip
    console.print(grid)
    block(text.getvalue())


def _as_block(columns: Sequence[str], cells: Iterable[str]) -> str:
    """A row as a line for every cell that has a text, and an empty line."""
    pairs = zip(columns, cells, strict=True)
    lines = [f"{name}: {text}" for name, text in pairs if text]
    return "".join(f"{fitted(line, sys.stdout)}\n" for line in lines) + "\n"


def is_narrow(stream: Any) -> bool:
    """Whether a stream is a narrow terminal."""
    return stream.isatty() and shutil.get_terminal_size().columns < NARROW


def fitted(text: str, stream: Any) -> str:
    """Text whose lines end between words on a narrow terminal. A command stays one line."""
    if not is_narrow(stream):
        return text
    columns = shutil.get_terminal_size().columns
    return "\n".join(folded(line, columns) for line in text.split("\n"))


def folded(line: str, columns: int) -> str:
    """A line as lines of at most so many columns, as far as its words and commands fit."""
    whole = _TOGETHER.sub(lambda found: found[0].replace(" ", _GLUE), line)
    room = columns - len(_INDENT)
    found = textwrap.wrap(whole, room, break_long_words=False, break_on_hyphens=False)
    return f"\n{_INDENT}".join(found).replace(_GLUE, " ")


_INDENT = "  "
_GLUE = "\0"
_TOGETHER = re.compile(r"(?:mnist-studio|pip) [^.;:,“”]*?(?=$|[.;:,“”?](?:\s|$))|\d %")
"""Commands, and numbers with their sign."""


def _utf_8(content: bytes) -> None:
    """Writes text in UTF-8, whatever the encoding of the stream."""
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        block(content.decode())
        return
    _written(sys.stdout.flush)  # Earlier text comes first.
    _written(lambda: binary.write(content))
    _written(binary.flush)


def _json(value: object) -> bytes:
    import msgspec

    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # A file name that is no UTF-8 has lone surrogates. As escapes they are read back the same.
        return json.dumps(msgspec.to_builtins(value)).encode()


def _written(write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as cause:
        raise OutputError(
            f"The output could not be written: {cause.strerror or cause}.",
            "Free some space, or choose another output.",
            closed=isinstance(cause, BrokenPipeError),
        ) from cause
