"""Figures of views as people read them."""

from mnist_studio.analysis import numbers
from mnist_studio.analysis.verdict import points
from mnist_studio.analysis.view import Axis, CellValue, Unit

_MEGABYTE = 1e6


def text(value: CellValue, unit: Unit) -> str:
    """A field of a table: a figure in its unit, words as they are."""
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return numbers.NOTHING
    match unit:
        case "fraction":
            return numbers.percent(value)
        case "points":
            return points(value / 100, signed=True)
        case "seconds":
            return numbers.duration(value)
        case "milliseconds":
            return numbers.milliseconds(value)
        case "bytes":
            return f"{value / _MEGABYTE:,.1f} MB"
        case "count":
            return numbers.count(value)
        case "per second":
            return f"{value:,.0f} /s"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def axis_title(axis: Axis) -> str:
    """What stands beside an axis; the unit where ticks do not say it."""
    words = {"seconds": "s", "milliseconds": "ms", "bytes": "MB", "per second": "1/s"}
    unit = words.get(axis.unit, "")
    return f"{axis.title}, {unit}" if unit else axis.title


def scale(unit: Unit) -> float:
    """What figures are divided by before they are drawn."""
    return _MEGABYTE if unit == "bytes" else 1.0
