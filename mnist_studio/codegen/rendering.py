"""Jinja's environment for scripts: how a template is found and how numbers are written in it."""

from dataclasses import fields
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(template: str, *values: Any) -> str:
    """The text that a template makes of the attributes of some dataclasses."""
    names = {field.name: getattr(one, field.name) for one in values for field in fields(one)}
    return _environment().get_template(template).render(names)


def number(value: Any) -> str:
    """A number as one would write it: ``0.001``, ``1 / 255``."""
    inverse = round(1 / value) if isinstance(value, float) and value else 0
    if inverse > 1 and len(repr(value)) > 12 and 1 / inverse == value:
        return f"1 / {inverse}"
    return repr(value)


def divisor(value: float) -> str:
    """A number to divide or multiply by, in parentheses if it is written as a fraction."""
    text = number(value)
    return f"({text})" if " " in text else text


def rounded(value: float) -> str:
    """A computed number with six significant digits."""
    return repr(float(f"{value:.6g}"))


def option(value: Any, name: str, default: Any) -> str:
    """A further keyword argument, ``, name=value``; empty if the value is the default."""
    return "" if value == default else f", {name}={_literal(value)}"


def times(value: float) -> str:
    """A factor before another one, ``0.5 * ``; empty for 1."""
    return "" if value == 1 else f"{value!r} * "


def kind(value: Any) -> str:
    """The tag of a part of a RunSpec, such as ``adam``; empty for None."""
    return "" if value is None else str(value.__struct_config__.tag)


def parenthesized(names: tuple[str, ...]) -> str:
    """Names as a tuple of Python: ``(x1, x2)``, ``(x1,)``."""
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else number(value)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mnist_studio.codegen"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "number": number, "divisor": divisor, "rounded": rounded, "option": option, "kind": kind,
        "tuple": parenthesized, "times": times,
    }  # fmt: skip
    environment.tests["kind"] = lambda value, tag: kind(value) == tag
    return environment
