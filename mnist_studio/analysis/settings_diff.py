"""What parts runs from each other, in words short enough for a title.

What differs between runs, and nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.model import title
from mnist_studio.spec.run import FULL_BATCH, RunSpec

NOTHING = "–"
"""Stands where a run has no such setting."""


@dataclass(frozen=True)
class Setting:
    """A setting in which runs differ.

    Attributes:
        place: where it stands in a run's text file, such as ``training.batch_size``.
        values: of every run as text, in the given order.
    """

    place: str
    values: tuple[str, ...]


def differences(runs: Sequence[RunSpec]) -> tuple[Setting, ...]:
    """The settings in which some of the runs differ, in the order of a run's file.

    A network's layers are one setting, in words, since layers of different networks have no places
    in common.
    """
    flat = [dict(settings(run)) for run in runs]
    places = _in_order([place for one in flat for place in one])
    found = (Setting(p, tuple(one.get(p, NOTHING) for one in flat)) for p in places)
    return tuple(setting for setting in found if len(set(setting.values)) > 1)


def settings(run: RunSpec) -> Iterator[tuple[str, str]]:
    """Every setting of a run: its place and its value as text."""
    for place, value in _flat("", msgspec.to_builtins(run)):
        if place == "model.layers":
            yield place, " → ".join(map(_layer, run.model.layers))
        else:
            yield place, _text(value)


def _in_order(places: Sequence[str]) -> list[str]:
    """Each place once, those of one section together, sections as they first come."""
    sections = [place.rpartition(".")[0] or place for place in places]
    first = {section: number for number, section in reversed(list(enumerate(sections)))}
    order = {place: first[section] for place, section in zip(places, sections, strict=True)}
    return sorted(order, key=order.__getitem__)


def _flat(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield place, value
        return
    for key, inner in value.items():
        yield from _flat(f"{place}.{key}".removeprefix("."), inner)


def _layer(layer: Any) -> str:
    """A layer in words, with what its title leaves out where it is not the default."""
    told = {"units", "filters", "size", "padding", "bias", "rate"}
    fields = zip(layer.__struct_fields__, _defaults(layer), strict=True)
    other = [
        f"{name} {_text(msgspec.to_builtins(getattr(layer, name)))}"
        for name, default in fields
        if name not in told and getattr(layer, name) != default
    ]
    return f"{title(layer)} ({', '.join(other)})" if other else title(layer)


def _defaults(layer: Any) -> tuple[Any, ...]:
    """The default of every field, ``msgspec.NODEFAULT`` where it has none."""
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


_OWN: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("known_bugs", NOTHING): "no known bugs",
        ("device", "auto"): "fastest device",
        ("threads", "0"): "default threads",
        ("training.batch_size", f"{FULL_BATCH:,}"): "all digits a batch",
        ("training.epoch_steps", "0"): "whole passes",
    }
)
"""Values whose words are not made of the setting's name."""

_FAULTS: Mapping[str, str] = MappingProxyType(
    {bug.name: bug.title.lower() for bug in KNOWN_BUGS.values()}
)


def distinguishing_labels(
    runs: Sequence[RunSpec], known: Sequence[str] = ()
) -> tuple[tuple[str, ...], ...]:
    """For each run what parts it from the others: ``batch size 32``, ``no augmentation``.

    Args:
        runs: to be told apart.
        known: places of settings that are told anyway.
    """
    found = [setting for setting in differences(runs) if setting.place not in known]
    told = (
        _told({setting.place: setting.values[at] for setting in found}, dict(settings(run)))
        for at, run in enumerate(runs)
    )
    return tuple(tuple(dict.fromkeys(one)) for one in told)


def _told(values: Mapping[str, str], known: Mapping[str, str]) -> Iterator[str]:
    """The words of one run, whose settings are all ``known``, on the places of ``values``."""
    for place, value in values.items():
        section = place.rpartition(".")[0]
        if value != NOTHING or place in known:
            yield _words(place, value)
        elif section in known:
            yield _words(section, NOTHING)
        elif f"{section}.kind" not in values:
            yield _words(place, NOTHING)


def _words(place: str, value: str) -> str:
    """One setting: ``batch size 32``, ``no clip``, ``optimizer adam``."""
    section, _, last = place.rpartition(".")
    name = _name(section if last == "kind" else place)
    if (place, value) in _OWN:
        return _OWN[place, value]
    if value in ("no", NOTHING):
        return f"no {name}"
    if place == "known_bugs":
        return f"with {' and '.join(_FAULTS[one] for one in value.split(', '))}"
    return name if value == "yes" else f"{name} {value.replace('_', ' ')}"


def _name(place: str) -> str:
    return place.rpartition(".")[2].replace("_", " ")
