"""Figures of views as people read them.

Numbers as people read them, in the window, the command line and reports alike.
"""

from datetime import datetime

from mnist_studio.analysis.verdict import points
from mnist_studio.analysis.view import AxisSpec, CellValue, Unit

NOTHING = "–"


def percent(fraction: float | None) -> str:
    """An accuracy: ``99.10 %``."""
    return NOTHING if fraction is None else f"{fraction * 100:.2f} %"


def loss(value: float | None) -> str:
    """A loss with four digits after the point."""
    return NOTHING if value is None else f"{value:.4f}"


def count(value: float | None) -> str:
    """A whole number with thousands set apart."""
    return NOTHING if value is None else f"{value:,.0f}"


def duration(seconds: float | None) -> str:
    """A time: ``0.41 s``, ``12.3 s``, ``1:23``, ``1:02:03``."""
    if seconds is None:
        return NOTHING
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    return clock(seconds)


def clock(seconds: float | None) -> str:
    """A time that runs: ``0:41``, ``1:02:03``."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def milliseconds(value: float | None) -> str:
    """A latency: ``0.41 ms``, ``12 ms``."""
    if value is None:
        return NOTHING
    return f"{value:.2f} ms" if value < 9.995 else f"{value:.0f} ms"


def moment(timestamp: float) -> str:
    """A point in time, local: ``2025-03-14 15:09``."""
    return f"{datetime.fromtimestamp(timestamp):%Y-%m-%d %H:%M}"


def word(number: int) -> str:
    """A small number as a word."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if number < len(words) else str(number)


def counted(number: int, one: str) -> str:
    """A number with its noun: ``one run``, ``six models``."""
    return f"{word(number)} {one if number == 1 else f'{one}s'}"


_MEGABYTE = 1e6


def text(value: CellValue, unit: Unit) -> str:
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


def scale(unit: Unit) -> float:
    """What figures are divided by before they are drawn."""
    return _MEGABYTE if unit == "bytes" else 1.0
