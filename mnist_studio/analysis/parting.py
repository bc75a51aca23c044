"""What parts runs from each other, in words short enough for a title."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from mnist_studio.analysis.settings_diff import NOTHING, differences, settings
from mnist_studio.spec.faults import FAULTS
from mnist_studio.spec.run import FULL_BATCH, RunSpec

_OWN: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("faults", NOTHING): "without faults",
        ("device", "auto"): "fastest device",
        ("threads", "0"): "default threads",
        ("training.batch_size", f"{FULL_BATCH:,}"): "all digits a batch",
        ("training.epoch_steps", "0"): "whole passes",
    }
)
"""Values whose words are not made of the setting's name."""

_FAULTS: Mapping[str, str] = MappingProxyType(
    {fault.name: fault.title.lower() for fault in FAULTS.values()}
)


def words(runs: Sequence[RunSpec], known: Sequence[str] = ()) -> tuple[tuple[str, ...], ...]:
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
    """One setting: ``batch size 32``, ``no clip``, ``optimiser adam``."""
    section, _, last = place.rpartition(".")
    name = _name(section if last == "kind" else place)
    if (place, value) in _OWN:
        return _OWN[place, value]
    if value in ("no", NOTHING):
        return f"no {name}"
    if place == "faults":
        return f"with {' and '.join(_FAULTS[one] for one in value.split(', '))}"
    return name if value == "yes" else f"{name} {value.replace('_', ' ')}"


def _name(place: str) -> str:
    return place.rpartition(".")[2].replace("_", " ")
