"""The values in a filter of runs: numbers with units, percentages, times, and dates."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite

from mnist_studio.analysis.run_fields import Kind

_NUMBER = re.compile(r"([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([^\W\d_]*%?|%)", re.I)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")

_UNITS: dict[Kind, dict[str, float]] = {
    "whole": {"": 1, "k": 1e3, "m": 1e6},
    "number": {"": 1},
    "measured": {"": 1, "k": 1e3, "m": 1e6},
    "percent": {"": 1e-2, "%": 1e-2},
    "seconds": {"": 1, "ms": 1e-3, "s": 1, "min": 60, "m": 60, "h": 3600},
    "ms": {"": 1, "ms": 1, "s": 1000},
    "MB": {"": 1e6, "kb": 1e3, "mb": 1e6, "gb": 1e9},
}
_EXAMPLES: dict[Kind, str] = {
    "whole": "64 or 100k",
    "number": "0.01 or 1e-3",
    "measured": "0.25",
    "percent": "99 or 99.1%",
    "seconds": "90, 2min, or 1h",
    "ms": "0.5 or 2ms",
    "MB": "500 or 1.5GB",
    "date": "2026-01-31, 2026-01, or today",
}
_ROUNDED = ("measured", "percent", "seconds", "ms", "MB")
"""Figures that were measured: “=” compares them as far as digits were typed."""


@dataclass(frozen=True)
class Span:
    """What a typed value covers, in the unit of the field.

    Attributes:
        low: the lowest value that equals it.
        high: the highest value that equals it.
        first: where “less than” ends.
        last: where “more than” begins.
    """

    low: float
    high: float
    first: float
    last: float

    def to(self, end: "Span") -> "Span":
        """Everything from this value to another."""
        return Span(self.first, end.last, self.first, end.last)


COMPARISONS: dict[str, Callable[[float, Span], bool]] = {
    ":": lambda value, span: span.low <= value <= span.high,
    "=": lambda value, span: span.low <= value <= span.high,
    # The opposite of what is found holds.
    "!=": lambda value, span: span.low <= value <= span.high,
    "<": lambda value, span: value < span.first,
    "<=": lambda value, span: value <= span.last,
    ">": lambda value, span: value > span.last,
    ">=": lambda value, span: value >= span.first,
}


def example(kind: Kind) -> str:
    """How a value of that kind may be written."""
    return _EXAMPLES[kind]


def span(text: str, kind: Kind) -> Span:
    """What a typed value covers.

    Raises:
        ValueError: it is not a value of that kind; the message may say more, or is empty.
    """
    return _date(text) if kind == "date" else _number(text, kind)


def _number(text: str, kind: Kind) -> Span:
    if kind == "seconds" and (clock := _CLOCK.fullmatch(text)):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return _around(hours * 3600 + minutes * 60 + seconds, 0.5)
    found = _NUMBER.fullmatch(text)
    units = _UNITS[kind]
    if not found or found[2].lower() not in units:
        raise ValueError
    if re.match(r"[+-]?0\d", found[1]):
        raise ValueError("A number does not begin with 0.")
    value = float(found[1].replace("_", ""))
    if kind == "percent" and 0 < value < 1 and not found[2]:
        raise ValueError("Accuracy is in percent. Write 99 instead of 0.99, or 0.5% for less.")
    unit = units[found[2].lower()]
    if not isfinite(value * unit):
        raise ValueError
    return _around(value * unit, 0.5 * _last_digit(found[1]) * unit if kind in _ROUNDED else 0.0)


def _last_digit(number: str) -> float:
    """The value of one step of the last typed digit: 0.1 for 99.1, and 1 for 99."""
    mantissa, _, exponent = number.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    return float(10.0 ** (int(exponent or 0) - digits))


def _around(value: float, half: float) -> Span:
    exact = abs(value) * 1e-9
    return Span(value - max(half, exact), value + max(half, exact), value - exact, value + exact)


def _date(text: str) -> Span:
    today = date.today()
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    if text.lower() in words:
        day = words[text.lower()]
        return _between(day, day + timedelta(days=1))
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError
    year, month, day_ = (int(part or 0) for part in found.groups())
    try:
        begin = date(year, month or 1, day_ or 1)
        if day_:
            return _between(begin, begin + timedelta(days=1))
        if month:
            return _between(begin, date(year + month // 12, month % 12 + 1, 1))
        return _between(begin, date(year + 1, 1, 1))
    except (ValueError, OverflowError) as error:
        raise ValueError("There is no such date.") from error


def _between(begin: date, end: date) -> Span:
    try:
        low, high = (datetime(each.year, each.month, each.day).timestamp() for each in (begin, end))
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError("There is no such date.") from error
    return Span(low, high - 1e-6, low, high - 1e-6)
