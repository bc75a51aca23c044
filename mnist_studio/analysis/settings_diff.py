"""Settings in which runs differ, as a table and as labels short enough for a title."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from mnist_studio.formatting import NOTHING
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.model import title
from mnist_studio.spec.run import FULL_BATCH, RunSpec


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
    found = (Setting(p, tuple(one.get(p, NOTHING) for one in flat)) for p in paths)
    return tuple(setting for setting in found if len(set(setting.values)) > 1)


def settings(run: RunSpec) -> Iterator[tuple[str, str]]:
    """Every setting of a run: its path and its value as text."""
    for path, value in _flat("", msgspec.to_builtins(run)):
        if path == "model.layers":
            yield path, " → ".join(map(_layer, run.model.layers))
        else:
            yield path, _text(value)


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
    in_title = {"units", "filters", "size", "padding", "bias", "rate"}
    fields = zip(layer.__struct_fields__, _defaults(layer), strict=True)
    other = [
        f"{name} {_text(msgspec.to_builtins(getattr(layer, name)))}"
        for name, default in fields
        if name not in in_title and getattr(layer, name) != default
    ]
    return f"{title(layer)} ({', '.join(other)})" if other else title(layer)


def _defaults(layer: Any) -> tuple[Any, ...]:
    """The default of every field, ``msgspec.NODEFAULT`` for a field without one."""
    known: tuple[Any, ...] = layer.__struct_defaults__
    return (msgspec.NODEFAULT,) * (len(layer.__struct_fields__) - len(known)) + known


def _text(value: Any) -> str:
    match value:
        case None | "" | () | [] | {}:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(map(_text, value))
        case dict():
            return ", ".join(f"{key} {_text(inner)}" for key, inner in value.items())
        case _:
            return str(value)


_SPECIAL_LABELS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("known_bugs", NOTHING): "no known bugs",
        ("device", "auto"): "fastest device",
        ("threads", "0"): "default threads",
        ("training.batch_size", f"{FULL_BATCH:,}"): "full batch",
        ("training.epoch_steps", "0"): "full epochs",
    }
)
"""Labels that are not made from the name of the setting."""

_KNOWN_BUG_TITLES: Mapping[str, str] = MappingProxyType(
    {bug.name: bug.title.lower() for bug in KNOWN_BUGS.values()}
)


def distinguishing_labels(
    runs: Sequence[RunSpec], excluded: Sequence[str] = ()
) -> tuple[tuple[str, ...], ...]:
    """What distinguishes each run from the others: ``batch size 32``, ``no augmentation``.

    Args:
        runs: to be distinguished.
        excluded: paths of settings that need no label.
    """
    found = [setting for setting in differences(runs) if setting.path not in excluded]
    labels = (
        _labels({setting.path: setting.values[at] for setting in found}, dict(settings(run)))
        for at, run in enumerate(runs)
    )
    return tuple(tuple(dict.fromkeys(one)) for one in labels)


def _labels(values: Mapping[str, str], known: Mapping[str, str]) -> Iterator[str]:
    """The labels of one run for the paths of ``values``; ``known`` has all its settings."""
    for path, value in values.items():
        section = path.rpartition(".")[0]
        if value != NOTHING or path in known:
            yield _label(path, value)
        elif section in known:
            yield _label(section, NOTHING)
        elif f"{section}.kind" not in values:
            yield _label(path, NOTHING)


def _label(path: str, value: str) -> str:
    """One setting: ``batch size 32``, ``no clip``, ``optimizer adam``."""
    section, _, last = path.rpartition(".")
    name = _name(section if last == "kind" else path)
    if (path, value) in _SPECIAL_LABELS:
        return _SPECIAL_LABELS[path, value]
    if value in ("no", NOTHING):
        return f"no {name}"
    if path == "known_bugs":
        return f"with {' and '.join(_KNOWN_BUG_TITLES[one] for one in value.split(', '))}"
    return name if value == "yes" else f"{name} {value.replace('_', ' ')}"


def _name(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ")
