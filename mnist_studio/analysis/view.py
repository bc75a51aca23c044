"""A view of runs: a chart and a table with the same content, as values that anything can draw.

The window draws them with pyqtgraph, a report with matplotlib, a spreadsheet reads the table. Every
number of a chart stands in its table. ``key`` says whose a mark is, a run's id or a group's: it has
the same color and dash in every view, and pointing at one shows it in all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from mnist_studio.formatting import NOTHING, count, duration, milliseconds, percent, points

Unit = Literal["", "fraction", "points", "seconds", "milliseconds", "bytes", "count", "per second"]
"""How numbers are written: fractions in percent, bytes in MB; points are hundredths that differ."""

CellValue = str | float | int | None
"""A field of a table; None where there is no such figure."""


@dataclass(frozen=True)
class AxisSpec:
    """What is measured along an axis.

    Attributes:
        title: for people.
        unit: of its numbers.
        log: whether it is drawn by orders of magnitude.
    """

    title: str
    unit: Unit = ""
    log: bool = False


@dataclass(frozen=True)
class Line:
    """A curve.

    Attributes:
        key: whose.
        title: of it.
        x: ascending.
        y: as many; NaN leaves a gap.
        low: lower ends of the interval around y; empty without one.
        high: upper ends.
        thin: one of several behind a mean.
    """

    key: str
    title: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    thin: bool = False


@dataclass(frozen=True)
class Bar:
    """One figure.

    Attributes:
        key: whose.
        title: of it.
        value: None where there is none.
        low: end of its interval; None without one.
        high: the other end.
        group: bars of one group stand together, such as those of one batch size.
    """

    key: str
    title: str
    value: float | None
    low: float | None = None
    high: float | None = None
    group: str = ""


@dataclass(frozen=True)
class ValuePoint:
    """A figure over another one."""

    key: str
    title: str
    x: float
    y: float


class Lines(msgspec.Struct, frozen=True, tag=True):
    """Curves over one axis."""

    x: AxisSpec
    y: AxisSpec
    lines: tuple[Line, ...]


class Bars(msgspec.Struct, frozen=True, tag=True):
    """Figures beside each other.

    Attributes:
        value: what they measure.
        bars: the figures.
        stacked: those of one group are parts of a whole.
    """

    value: AxisSpec
    bars: tuple[Bar, ...]
    stacked: bool = False


class Points(msgspec.Struct, frozen=True, tag=True):
    """Figures over others."""

    x: AxisSpec
    y: AxisSpec
    points: tuple[ValuePoint, ...]


class Matrix(msgspec.Struct, frozen=True, tag=True):
    """Figures by row and column, such as a confusion matrix.

    Attributes:
        key: whose; empty where it is of all.
        row: what the rows are.
        column: what the columns are.
        rows: their titles.
        columns: theirs.
        values: row by row; None where there is none.
        unit: of the values.
    """

    key: str
    row: str
    column: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    unit: Unit = "count"


Chart = Lines | Bars | Points | Matrix


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    unit: Unit = ""


@dataclass(frozen=True)
class Row:
    """A row of a table: whose it is, and its fields."""

    key: str
    cells: tuple[CellValue, ...]


@dataclass(frozen=True)
class Table:
    """Figures as rows and columns."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class View:
    """What one sees of some runs from one side.

    Attributes:
        name: on the command line and in file names, such as ``time-to-accuracy``.
        title: for people.
        sentence: what it says in words, with its figures; empty where the chart says it all.
        charts: drawn one below the other; none where a table says it better.
        table: the same content.
        notes: what a reader must know, such as that clocks ran beside others.
    """

    name: str
    title: str
    sentence: str
    charts: tuple[Chart, ...]
    table: Table
    notes: tuple[str, ...] = ()


_DECODER = msgspec.msgpack.Decoder(View)


def encode(view: View) -> bytes:
    """A view as MessagePack, which unlike JSON has a number for what is none."""
    return msgspec.msgpack.encode(view)


def decode(content: bytes) -> View:
    """The view that was encoded; its sequences are lists.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return _DECODER.decode(content)


_MEGABYTE = 1e6


def cell_text(value: CellValue, unit: Unit) -> str:
    """A field of a table: a figure in its unit, words as they are."""
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return NOTHING
    match unit:
        case "fraction":
            return percent(value)
        case "points":
            return points(value / 100, signed=True)
        case "seconds":
            return duration(value)
        case "milliseconds":
            return milliseconds(value)
        case "bytes":
            return f"{value / _MEGABYTE:,.1f} MB"
        case "count":
            return count(value)
        case "per second":
            return f"{value:,.0f} /s"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def axis_title(axis: AxisSpec) -> str:
    """What stands beside an axis; the unit where ticks do not say it."""
    words = {"seconds": "s", "milliseconds": "ms", "bytes": "MB", "per second": "1/s"}
    unit = words.get(axis.unit, "")
    return f"{axis.title}, {unit}" if unit else axis.title


def unit_scale(unit: Unit) -> float:
    """What figures are divided by before they are drawn."""
    return _MEGABYTE if unit == "bytes" else 1.0
