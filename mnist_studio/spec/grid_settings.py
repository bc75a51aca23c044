"""Axes of an experiment's grid that change any setting: ``layers.2.units = 64, 128``."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.spec.change_values import text_of
from mnist_studio.spec.changes import Change, changed, normalized
from mnist_studio.spec.error_paths import Path
from mnist_studio.spec.run import RunSpec

SettingValue = bool | int | float | str
MOST_SETTINGS = 20

ELSEWHERE = {
    "seed": "The seeds of an experiment are set by seeds.",
    "framework": "The frameworks of a grid are set by frameworks.",
    "dataset": "The datasets of an experiment are set by datasets.",
}
"""Settings that have a place of their own in an experiment, and which."""


class GridSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A setting of network or training, and the values that a grid combines.

    Attributes:
        setting: its path, such as ``optimizer.learning_rate`` or ``layers.2.units``.
        values: each of them is trained; a text such as ``none`` or ``adam`` where it is a name.
    """

    setting: str
    values: tuple[SettingValue, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """A change for every value."""
        # As text: True and 1 are equal to a cache, but not to a setting.
        path = normalized(self.setting)
        return tuple(Change(path, text_of(value)) for value in self.values)


class FixedSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A setting that all runs of an experiment have.

    Attributes:
        setting: its path, such as ``optimizer.learning_rate``.
        value: of every run.
    """

    setting: str
    value: SettingValue

    @property
    def change(self) -> Change:
        """The change of every run."""
        return Change(normalized(self.setting), text_of(self.value))


def combinations(settings: Sequence[GridSetting]) -> Iterator[tuple[Change, ...]]:
    """All combinations of the values of all settings; one without changes for none."""
    return product(*(one.changes for one in settings))


# The runs of a grid repeat for every seed, dataset, and framework.
@lru_cache(maxsize=4096)
def with_changes(run: RunSpec, changes: tuple[Change, ...]) -> RunSpec:
    """The run with the changes; see ``spec.changes.changed``.

    Raises:
        SpecError: a setting does not exist, or cannot have its value.
    """
    return changed(run, changes)


def check_settings(settings: Sequence[GridSetting], runs: Sequence[RunSpec]) -> None:
    """Checks that all runs have the settings, and that these can have their values.

    Raises:
        SpecError: what is wrong; its path begins with the number of the setting.
    """
    if len(settings) > MOST_SETTINGS:
        raise SpecError(
            f"A grid can vary at most {MOST_SETTINGS} settings, got {len(settings)}.",
            "Remove some.",
        )
    paths = [normalized(one.setting) for one in settings]
    for number, path in enumerate(paths):
        if path in ELSEWHERE:
            raise SpecError(ELSEWHERE[path], "Remove this setting.", (number, "setting"))
        if path in paths[:number]:
            raise SpecError(
                f"The setting {path} is in the grid twice.",
                "Remove one of them.",
                (number, "setting"),
            )
    if any(path.rpartition(".")[2] == "kind" for path in paths):
        return  # Which other settings exist depends on it: only whole combinations can be checked.
    for number, setting in enumerate(settings):
        for place, change in enumerate(setting.changes):
            for run in runs:
                _check_one(run, change, (number, "values", place), len(runs) > 1)


def _check_one(run: RunSpec, change: Change, path: Path, several: bool) -> None:
    try:
        with_changes(run, (change,))
    except SpecError as error:
        problem = f"{run.recipe}: {error.problem}" if several else error.problem
        raise SpecError(problem, error.remedy, path) from error
