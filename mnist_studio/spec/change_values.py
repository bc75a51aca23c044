"""Values of settings: as text, and in the type of their setting."""

from math import isfinite
from typing import Any

import msgspec
from msgspec import inspect

Value = str | int | float | bool | None
"""Of a setting: as text, or of its own type."""

_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NOTHING = ("none", "off", "no")


def plain(text: str) -> bool | int | float | str:
    """A value of the command line, as a file has it: ``64``, ``0.01``, ``true``, ``"adam"``."""
    if text in ("true", "false"):
        return text == "true"
    found = _whole(text) if text.lstrip("+-").isdecimal() else _number(text)
    return text if found is msgspec.UNSET else found


def text_of(value: Value) -> str:
    """A value as on the command line: ``0.01``, ``true``, ``none``."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}" if float(f"{value:g}") == value else repr(value)
        case _:
            return str(value)


def as_one(kind: inspect.Type, value: Value) -> Any:
    """A value in one type; UNSET if it is not possible."""
    text = value.strip() if isinstance(value, str) else value
    match kind:
        case inspect.NoneType() if text is None or (
            isinstance(text, str) and text.lower() in _NOTHING
        ):
            return None
        case inspect.BoolType():
            return (
                _BOOLEANS.get(text.lower(), msgspec.UNSET)
                if isinstance(text, str)
                else (text if isinstance(text, bool) else msgspec.UNSET)
            )
        case inspect.IntType():
            return _whole(text)
        case inspect.FloatType():
            return _number(text)
        case inspect.StrType() if isinstance(text, str):
            return text
        case inspect.LiteralType(values=values) if text in values:
            return text
        case inspect.VarTupleType(item_type=inspect.IntType() as item):
            return _numbers(item, value)
    return msgspec.UNSET


def _numbers(kind: inspect.Type, value: Value) -> Any:
    """A list of numbers from text: ``5, 8``; ``none`` is an empty one."""
    text = text_of(value).strip()
    if text.lower() in _NOTHING:
        return []
    found = [as_one(kind, one) for one in text.split(",")]
    return msgspec.UNSET if msgspec.UNSET in found else found


def _whole(value: Value) -> Any:
    found = _number(value)
    if found is msgspec.UNSET or not found.is_integer():
        return msgspec.UNSET
    # Not by way of the float, which cannot hold every seed.
    try:
        return int(value) if isinstance(value, str | int) else int(found)
    except ValueError:
        return int(found)  # Such as 1e3.


def _number(value: Value) -> Any:
    if isinstance(value, bool) or value is None:
        return msgspec.UNSET
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return msgspec.UNSET
    return found if isfinite(found) else msgspec.UNSET
