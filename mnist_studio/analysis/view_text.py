"""The numbers of a view as text: cells, titles of axes, and labels that can be printed."""

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

import msgspec

from mnist_studio.analysis.view import AxisSpec, CellValue, Unit
from mnist_studio.formatting import (
    NOTHING,
    confidence,
    count,
    duration,
    images_per_second,
    milliseconds,
    number,
    p_value,
    percent,
    points,
    printable_lines,
)

_MEGABYTE = 1e6
_FORMS: dict[Unit, Callable[[float], str]] = {
    "fraction": percent,
    "confidence": confidence,
    "points": lambda value: points(value / 100, signed=True),
    "seconds": duration,
    "milliseconds": milliseconds,
    "bytes": lambda value: f"{value / _MEGABYTE:,.1f} MB",
    "count": count,
    "per second": images_per_second,
    "p value": p_value,
}


def cell_text(value: CellValue, unit: Unit) -> str:
    """A cell of a table: a number in its unit, text unchanged."""
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return NOTHING
    if unit:
        return _FORMS[unit](value)
    return f"{value:,}" if isinstance(value, int) else number(value)


def axis_title(axis: AxisSpec) -> str:
    """Quantity and unit, such as ``Latency (ms)``; ticks show the unit of percentages."""
    units = {
        "points": "pp", "seconds": "s", "milliseconds": "ms", "bytes": "MB",
        "per second": "images/s",
    }  # fmt: skip
    unit = units.get(axis.unit, "")
    return f"{axis.title} ({unit})" if unit else axis.title


def unit_scale(unit: Unit) -> float:
    """What values are divided by before they are drawn."""
    return _MEGABYTE if unit == "bytes" else 1.0


ValueT = TypeVar("ValueT")


def printable_texts(value: ValueT) -> ValueT:
    """A view, or what has views, with ``printable`` texts only. A file format may forbid others.

    Args:
        value: text, a tuple, a dataclass, or a struct; anything else comes back as it is.
    """
    return cast(ValueT, _printable(value))


def _printable(value: object) -> object:
    if isinstance(value, str):
        return printable_lines(value)
    if isinstance(value, tuple):
        # Curves have many numbers.
        return value if value and isinstance(value[0], float) else tuple(map(_printable, value))
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **_changes(value, value.__struct_fields__))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **_changes(value, [field.name for field in fields(value)]))
    return value


def _changes(value: object, names: Iterable[str]) -> dict[str, object]:
    texts = {name: getattr(value, name) for name in names}
    changed = {name: _printable(text) for name, text in texts.items()}
    return {name: text for name, text in changed.items() if text is not texts[name]}
