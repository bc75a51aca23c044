"""A view of runs: charts and a table with the same content, as values.

The window draws them with pyqtgraph, the report with its own shapes, and a spreadsheet reads the
table.
The table has every number of the charts. ``key`` is the id of the run or group that a value belongs
to, and decides its color and dash in every view.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, log, log10
from typing import Literal

import msgspec

Unit = Literal[
    "", "fraction", "confidence", "points", "seconds", "milliseconds", "bytes", "count",
    "per second", "p value",
]  # fmt: skip
"""Units of numbers. Fractions are written in percent and bytes in MB; ``confidence`` is a fraction
that a model gives one image; ``points`` are percentage points; ``per second`` counts images;
``p value`` is that of a test."""

CellValue = str | float | int | None
"""A cell of a table; None if the value is missing."""


@dataclass(frozen=True)
class AxisSpec:
    """What an axis shows.

    Attributes:
        title: the quantity, without the unit.
        unit: of its numbers.
        log: whether the scale is logarithmic.
        low: least value of the axis; None if it follows the data.
        high: greatest value of the axis.
    """

    title: str
    unit: Unit = ""
    log: bool = False
    low: float | None = None
    high: float | None = None


def all_epochs(axis: AxisSpec, epochs: Sequence[int]) -> AxisSpec:
    """An axis with all epochs of some runs, so that it does not grow while they train.

    Args:
        axis: of epochs.
        epochs: of each run; values after the first epoch are the first to be drawn.
    """
    last = max(epochs, default=1)
    return replace(axis, low=float(last > 1), high=float(last))


_ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)
"""Ends of an axis that grows, in powers of ten."""


def rounded_end(axis: AxisSpec, last: float) -> AxisSpec:
    """An axis that ends at a round number, so that it grows seldom while runs train.

    Args:
        axis: from 0.
        last: greatest value so far; 0 if there is none.
    """
    if last <= 0:
        return axis
    power = 10.0 ** floor(log10(last))
    # Rounding can leave the greatest step just below a power of ten.
    end = next((step * power for step in _ROUND if step * power >= last), 10.0 * power)
    return replace(axis, low=0.0, high=end)


@dataclass(frozen=True)
class Line:
    """A curve.

    Attributes:
        key: of its run or group.
        title: in the legend.
        x: ascending.
        y: as many values; NaN leaves a gap.
        low: lower ends of the interval around y; empty without one.
        high: upper ends.
        thin: whether it is one of the curves behind a mean.
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
    """One value.

    Attributes:
        key: of its run or group.
        title: next to the bar.
        value: None if it is missing.
        low: lower end of its interval; None without one.
        high: upper end.
        group: heading of the bars that are drawn together, such as those of one batch size.
    """

    key: str
    title: str
    value: float | None
    low: float | None = None
    high: float | None = None
    group: str = ""


@dataclass(frozen=True)
class ValuePoint:
    """A value over another one."""

    key: str
    title: str
    x: float
    y: float


@dataclass(frozen=True)
class Star:
    """A point of a curve that stands out, such as the epoch whose weights a run ended with.

    Attributes:
        key: of the run.
        title: what the point is.
        x: its place.
        y: its value.
    """

    key: str
    title: str
    x: float
    y: float


class Lines(msgspec.Struct, frozen=True, tag=True):
    """Curves over one axis.

    Attributes:
        x: horizontal axis.
        y: vertical axis.
        lines: the curves.
        other_dataset: keys of lines that were measured on another dataset than most. They are
            drawn paler with hollow symbols, since they cannot be compared with the others.
        stars: points of the curves that stand out.
    """

    x: AxisSpec
    y: AxisSpec
    lines: tuple[Line, ...]
    other_dataset: tuple[str, ...] = ()
    stars: tuple[Star, ...] = ()


class Bars(msgspec.Struct, frozen=True, tag=True):
    """Values next to each other.

    Attributes:
        value: the quantity.
        bars: the values.
        stacked: whether the bars of one group are parts of a whole.
    """

    value: AxisSpec
    bars: tuple[Bar, ...]
    stacked: bool = False


class Points(msgspec.Struct, frozen=True, tag=True):
    """Values over others."""

    x: AxisSpec
    y: AxisSpec
    points: tuple[ValuePoint, ...]


class Matrix(msgspec.Struct, frozen=True, tag=True):
    """Values by row and column, such as a confusion matrix.

    Attributes:
        key: of its run; empty for a matrix of several runs.
        row: title of the vertical axis.
        column: title of the horizontal axis.
        rows: titles of the rows.
        columns: titles of the columns.
        values: row by row; None for a missing value.
        unit: of the values.
    """

    key: str
    row: str
    column: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    unit: Unit = "count"


@dataclass(frozen=True)
class ParallelAxis:
    """One of several parallel axes.

    Attributes:
        title: the quantity.
        unit: of its numbers.
        log: whether the scale is logarithmic.
        names: of the whole numbers from 0 on, if the axis has choices in place of numbers.
    """

    title: str
    unit: Unit = ""
    log: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ParallelLine:
    """One line across parallel axes.

    Attributes:
        key: of its run.
        title: of its run.
        values: one for each axis; the last one decides the color.
    """

    key: str
    title: str
    values: Sequence[float]


class Parallel(msgspec.Struct, frozen=True, tag=True):
    """Parallel coordinates: an axis for each quantity, a line for each run.

    Attributes:
        axes: from left to right. The last one is the result.
        lines: the runs.
    """

    axes: tuple[ParallelAxis, ...]
    lines: tuple[ParallelLine, ...]


def axis_ends(chart: Parallel, at: int) -> tuple[float, float]:
    """The least and the greatest value on one of parallel axes; choices fill the whole axis."""
    names = chart.axes[at].names
    if names:
        return 0.0, max(1.0, len(names) - 1.0)
    values = [line.values[at] for line in chart.lines]
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5 * abs(low or 1), high + 0.5 * abs(high or 1))


def axis_place(chart: Parallel, at: int, value: float) -> float:
    """Where a value is on one of parallel axes, from 0 at the bottom to 1 at the top."""
    low, high = axis_ends(chart, at)
    if chart.axes[at].log and low > 0:
        return (log(value) - log(low)) / (log(high) - log(low))
    return (value - low) / (high - low)


def ranks(chart: Parallel) -> tuple[float, ...]:
    """The share of lines whose result is worse, from 0 to 1, for the color of each line."""
    results = [line.values[-1] for line in chart.lines]
    worse = (sum(other < one for other in results) for one in results)
    return tuple(count / max(1, len(results) - 1) for count in worse)


Chart = Lines | Bars | Points | Matrix | Parallel


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    unit: Unit = ""


@dataclass(frozen=True)
class Row:
    """A row of a table: the key of its run or group, and its cells."""

    key: str
    cells: tuple[CellValue, ...]


@dataclass(frozen=True)
class Table:
    """Values as rows and columns."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class View:
    """Charts, a table and a summary of some runs.

    Attributes:
        name: on the command line and in file names, such as ``time-to-accuracy``.
        title: of the view.
        sentence: the result in words, with its numbers; empty if the charts need no summary.
        charts: drawn one below the other; empty if the table is clearer.
        table: the same content.
        notes: caveats, such as that timing is not comparable.
        description: what the view shows, whatever the result; displayed above it.
    """

    name: str
    title: str
    sentence: str
    charts: tuple[Chart, ...]
    table: Table
    notes: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class ViewContent:
    """A view without its name and title, which the catalog of views adds.

    Attributes:
        sentence: as in ``View``.
        charts: as in ``View``.
        table: as in ``View``.
        notes: as in ``View``.
        subject: what the view is limited to, such as the title of one run; a part of its
            title.
    """

    sentence: str
    charts: tuple[Chart, ...]
    table: Table
    notes: tuple[str, ...] = ()
    subject: str = ""


_DECODER = msgspec.msgpack.Decoder(View)


def encode(view: View) -> bytes:
    """A view as MessagePack, which unlike JSON can contain NaN."""
    return msgspec.msgpack.encode(view)


def decode(content: bytes) -> View:
    """The view that was encoded. Its sequences are lists.

    Raises:
        msgspec.DecodeError: the content is not a view.
    """
    return _DECODER.decode(content)
