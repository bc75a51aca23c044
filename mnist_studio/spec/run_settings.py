"""The settings of runs as a table, and those in which runs differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from mnist_studio import formatting
from mnist_studio.spec.model import title
from mnist_studio.spec.run import RunSpec


@dataclass(frozen=True)
class Setting:
    """A setting in which runs differ.

    Attributes:
        path: in a run's file, such as ``training.batch_size``.
        values: of every run as text, in the given order; a dash where a run does not have it.
    """

    path: str
    values: tuple[str, ...]


def differences(runs: Sequence[RunSpec]) -> tuple[Setting, ...]:
    """The settings in which some of the runs differ, in the order of a run's file.

    The layers of a network are one setting, because layers of different networks do not correspond
    to each other.
    """
    flat = [dict(settings(run)) for run in runs]
    paths = _in_order([path for one in flat for path in one])
    found = (Setting(p, tuple(one.get(p, formatting.NOTHING) for one in flat)) for p in paths)
    return tuple(setting for setting in found if len(set(setting.values)) > 1)


def settings(run: RunSpec) -> Iterator[tuple[str, str]]:
    """Every setting of a run: its path and its value as text."""
    for path, value in _flat("", msgspec.to_builtins(run)):
        if path == "model.layers":
            yield path, " → ".join(map(_layer, run.model.layers))
        else:
            yield path, value_text(value)


def _in_order(paths: Sequence[str]) -> list[str]:
    """Each path once, those of one section together, sections in the order of their first path."""
    sections = [path.rpartition(".")[0] or path for path in paths]
    first = {section: number for number, section in reversed(list(enumerate(sections)))}
    order = {path: first[section] for path, section in zip(paths, sections, strict=True)}
    return sorted(order, key=order.__getitem__)


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield path, value
        return
    for key, inner in value.items():
        yield from _flat(f"{path}.{key}".removeprefix("."), inner)


def _layer(layer: Any) -> str:
    """A layer as text, with the fields that its title omits if they are not the default."""
    in_title = {"units", "filters", "size", "padding", "bias", "rate", "slope", "alpha"}
    fields = zip(layer.__struct_fields__, _defaults(layer), strict=True)
    other = [
        f"{name} {value_text(msgspec.to_builtins(getattr(layer, name)))}"
        for name, default in fields
        if name not in in_title and getattr(layer, name) != default
    ]
    return f"{title(layer)} ({', '.join(other)})" if other else title(layer)


def _defaults(layer: Any) -> tuple[Any, ...]:
    """The default of every field, ``msgspec.NODEFAULT`` for a field without one."""
    known: tuple[Any, ...] = layer.__struct_defaults__
    return (msgspec.NODEFAULT,) * (len(layer.__struct_fields__) - len(known)) + known


def value_text(value: Any) -> str:
    """The value of a setting as text; a dash for none."""
    match value:
        case None | "" | () | [] | {}:
            return formatting.NOTHING
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(map(value_text, value))
        case dict():
            return ", ".join(f"{key} {value_text(inner)}" for key, inner in value.items())
        case _:
            return str(value)
