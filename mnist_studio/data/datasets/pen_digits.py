"""Reading pen strokes of the UCI pen-based digits, a dialect of UNIPEN.

Guyon et al. 1994 describe UNIPEN. What is used of it here: ``.SEGMENT DIGIT 0 ? "8"`` begins a
digit and gives its label; between ``.PEN_DOWN`` and ``.PEN_UP`` each line is a point, y upwards.
The comment ``.COMMENT 8 12  224`` repeats the label, and gives the writer and the writer's count.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Literal

from mnist_studio.data import own_images
from mnist_studio.data.datasets import idx
from mnist_studio.data.formats import HEAD, format_of
from mnist_studio.data.ink.rendering import UNIT_PAD, Ink, InkArea, InkPoint, Stroke
from mnist_studio.errors import DataError

TABLET = InkArea(0.0, -500.0, 500.0, 500.0 * UNIT_PAD.pen)
"""The square that these digits were written in; its pen is as wide as that of our canvas."""

LARGEST = 1 << 24
"""Limit in bytes, unpacked: the published file of 30 writers has 3.6 million."""

MOST_POINTS = 1_000_000
"""Limit for a file: the published one has 320,000 points. A million take about 150 MB."""

_REMEDY = "Select a file in the format of the UCI pen-based digits."
_SHOWN = 40
_POINT = re.compile(r"(-?\d{1,9}(?:\.\d{0,9})?)\s+(-?\d{1,9}(?:\.\d{0,9})?)", re.ASCII)
Writers = Literal["held-out", "development", "all"]
"""A part of the digits, by their writers."""

DEVELOPMENT = range(1, 16)
"""Writers whose digits are for development. Those of all other writers are held out.

The UCI training file has the writers 1 to 30, so each part is half of them. The rule is fixed: it
was set before any figure of a part was known.
"""

_LABEL = re.compile(r'\.SEGMENT\s+DIGIT\s.*"([0-9])"')
_WRITER = re.compile(r"\.COMMENT\s+[0-9]\s+([0-9]{1,9})\s+[0-9]+")


@dataclass(frozen=True)
class PenDigit:
    """A digit as it was written.

    Attributes:
        ink: its strokes, y downwards.
        label: 0-9.
        writer: a number; None if the file does not name the writer.
    """

    ink: Ink
    label: int
    writer: int | None = None


@dataclass
class _Reader:
    """What has been read so far.

    Attributes:
        digits: those that are complete.
        strokes: of the digit that is being read.
        stroke: its points while the pen is down, None while it is up.
        label: of that digit, None before the first.
        points: of all digits.
        numbers: every coordinate once, since most occur thousands of times.
        writer: of that digit, None if it is not known.
    """

    digits: list[PenDigit] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    stroke: list[InkPoint] | None = None
    label: int | None = None
    points: int = 0
    numbers: dict[tuple[str, float], float] = field(default_factory=dict)
    writer: int | None = None

    def take(self, line: str) -> None:
        """Reads a line without its line ending; a ValueError describes an invalid one."""
        if line.startswith(".SEGMENT"):
            self.end_digit()
            self.label, self.writer = _label(line), None
        elif found := _WRITER.fullmatch(line):
            self.writer = int(found[1])
        elif line == ".PEN_DOWN":
            self._pen_down()
        elif line == ".PEN_UP":
            self._pen_up()
        elif line and self.stroke is not None:
            self._point(self.stroke, line)
        elif line and not line.startswith("."):
            raise ValueError("a point while the pen is up")

    def end_digit(self) -> None:
        """Closes the digit that is being read, if any."""
        if self.stroke is not None:
            raise ValueError("the pen is still down")
        if self.label is not None and not self.strokes:
            raise ValueError("a digit without strokes")
        if self.label is not None:
            self.digits.append(PenDigit(tuple(self.strokes), self.label, self.writer))
        self.strokes = []

    def _point(self, stroke: list[InkPoint], line: str) -> None:
        found = _POINT.fullmatch(line)
        if not found:
            raise ValueError(f"“{_short(line)}” is not a point")
        if self.points == MOST_POINTS:
            raise ValueError(f"more than {MOST_POINTS:,} points")
        if len(stroke) == own_images.MOST_POINTS:
            raise ValueError(f"more than {own_images.MOST_POINTS:,} points in one stroke")
        self.points += 1
        stroke.append(InkPoint(self._number(found[1], 1.0), self._number(found[2], -1.0)))

    def _number(self, text: str, sign: float) -> float:
        return self.numbers.setdefault((text, sign), sign * float(text))

    def _pen_down(self) -> None:
        if self.label is None:
            raise ValueError("a stroke before the first digit")
        if self.stroke is not None:
            raise ValueError("the pen goes down twice")
        self.stroke = []

    def _pen_up(self) -> None:
        if not self.stroke:
            raise ValueError("the pen goes up without a stroke")
        self.strokes.append(tuple(self.stroke))
        self.stroke = None


def read(path: Path) -> tuple[PenDigit, ...]:
    """Reads a file, gzipped or not.

    Raises:
        DataError: names the line and what is wrong with it, and a good copy in the same folder.
    """
    try:
        return _read(path)
    except DataError as error:
        other = _next_to(path)
        if other is None or not _is_good(other):
            raise
        raise DataError(error.problem, f"{other.name} in the same folder is intact.") from error


def _is_good(path: Path) -> bool:
    try:
        return bool(_read(path))
    except DataError:
        return False


def _read(path: Path) -> tuple[PenDigit, ...]:
    reader = _Reader()
    for number, line in enumerate(StringIO(_text(path)), 1):
        try:
            reader.take(line.strip())
        except ValueError as error:
            raise _malformed(path, f"line {number}: {error}") from error
    try:
        reader.end_digit()
    except ValueError as error:
        raise _malformed(path, f"its end: {error}") from error
    if not reader.digits:
        raise _malformed(path, "there is no digit in it")
    return tuple(reader.digits)


def names_writers(digits: Sequence[PenDigit]) -> bool:
    """Whether the writer of every digit is known."""
    return all(digit.writer is not None for digit in digits)


def by_writers(digits: Sequence[PenDigit], writers: Writers) -> tuple[PenDigit, ...]:
    """The digits of a part, in their order.

    Raises:
        DataError: the writer of a digit is not known, so that it belongs to no part.
    """
    if writers == "all":
        return tuple(digits)
    if not names_writers(digits):
        raise DataError(
            "The file does not name the writer of every digit, so the digits cannot be split by "
            "writer.",
            "Use the digits of all writers: --writers all.",
        )
    developed = writers == "development"
    return tuple(digit for digit in digits if (digit.writer in DEVELOPMENT) == developed)


def _next_to(path: Path) -> Path | None:
    """The same file packed or unpacked, if there is one: an extraction may have been cut."""
    packed = path.suffix == ".gz"
    other = path.with_suffix("") if packed else path.with_name(f"{path.name}.gz")
    return other if other != path and other.is_file() else None


def _text(path: Path) -> str:
    try:
        raw = idx.read_raw(path, LARGEST)
        if kind := format_of(raw[:HEAD]):
            raise _malformed(path, f"it is {kind}")
        return raw.decode("ascii")
    except DataError as error:
        remedy = _REMEDY if error.remedy == idx.REMEDY else error.remedy
        raise DataError(error.problem, remedy) from error
    except UnicodeDecodeError as error:
        raise _malformed(path, "it is not text") from error


def _label(line: str) -> int:
    found = _LABEL.match(line)
    if not found:
        raise ValueError(f"“{_short(line)}” has no label from 0 to 9")
    return int(found[1])


def _short(line: str) -> str:
    """The begin of a line for a message, without signs that change a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in line[:_SHOWN])


def _malformed(path: Path, why: str) -> DataError:
    return DataError(
        f"{path.name} is not a valid file of pen strokes: {why}.",
        _REMEDY,
    )
