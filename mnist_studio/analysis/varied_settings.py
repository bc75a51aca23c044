"""The settings in which runs differ, as numbers and choices: the axes of parallel coordinates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from mnist_studio.spec.run import RunSpec

Value = bool | int | float | str | None
"""Of a setting; None where a run does not have it."""

LOG_RATIO = 20
"""A range whose ends have at least this ratio is drawn on a logarithmic scale."""

_EXCLUDED = frozenset(
    ("recipe", "training.seed", "continued_from", "own_images", "device", "threads")
)


@dataclass(frozen=True)
class VariedSetting:
    """One setting in which runs differ.

    Attributes:
        path: as a search names it, such as ``optimizer.learning_rate``.
        values: of every run, in their order.
    """

    path: str
    values: tuple[Value, ...]

    @property
    def is_number(self) -> bool:
        """Whether all values are numbers, so that they have an order and distances."""
        return all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in self.values
        )

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values of a setting whose values are numbers."""
        return tuple(float(value) for value in self.values if isinstance(value, int | float))

    @property
    def is_logarithmic(self) -> bool:
        """Whether the values span such a range that their logarithms are what differs."""
        if not self.is_number:
            return False
        low, high = min(self.numbers), max(self.numbers)
        return low > 0 and high / low >= LOG_RATIO

    @property
    def choices(self) -> tuple[Value, ...]:
        """Every value once: numbers ascending, others by their text, missing ones last."""
        if self.is_number:
            return tuple(sorted(set(self.numbers)))
        unique = dict.fromkeys(self.values)
        return tuple(sorted(unique, key=lambda value: (value is None, str(value))))


def varied_settings(runs: Sequence[RunSpec]) -> tuple[VariedSetting, ...]:
    """The settings in which these runs differ, in the order of a run's file; never the seed.

    Layers are compared one by one if all networks have as many, else their number differs.
    """
    depths = {len(run.model.layers) for run in runs}
    flat = [dict(_settings(run, by_layer=len(depths) == 1)) for run in runs]
    paths = dict.fromkeys(path for one in flat for path in one)
    found = (VariedSetting(path, tuple(one.get(path) for one in flat)) for path in paths)
    return tuple(one for one in found if len(set(map(repr, one.values))) > 1)


def _settings(run: RunSpec, by_layer: bool) -> Iterator[tuple[str, Value]]:
    content: Mapping[str, Any] = msgspec.to_builtins(run)
    for path, value in leaves("", content):
        if path in _EXCLUDED or path.partition(".")[0] in _EXCLUDED:
            continue
        if path.startswith("model.layers.") and not by_layer:
            continue
        yield path.removeprefix("training.").removeprefix("model."), value
    if not by_layer:
        yield "layers", len(run.model.layers)


def leaves(path: str, value: Any) -> Iterator[tuple[str, Value]]:
    """Every single value below a table or list, by its path; items are counted from 1.

    Args:
        path: of the table or list; empty for a whole description.
        value: of builtin types.
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(f"{path}.{key}".removeprefix("."), inner)
    elif isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        for number, inner in enumerate(value, start=1):
            yield from leaves(f"{path}.{number}", inner)
    elif isinstance(value, list | tuple):
        yield path, ", ".join(map(str, value))
    else:
        yield path, value
