"""A search for settings: what varies, how far, and how the next trial is chosen.

A search trains one recipe again and again with other settings. Each training is a trial. The search
sees validation accuracies only, so that the test images stay unseen until the winner is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isfinite
from typing import Any, Literal, get_args

import msgspec
from msgspec.structs import replace

from mnist_studio.errors import SpecError, UnknownName
from mnist_studio.spec import change_values, changes, meanings, recipes
from mnist_studio.spec.error_paths import check_within, error_path
from mnist_studio.spec.optimizers import Optimizer
from mnist_studio.spec.recipes import OwnRecipe
from mnist_studio.spec.run import LARGEST_SEED, FrameworkName, RunSpec
from mnist_studio.spec.schedules import Schedule

Sampler = Literal["tpe", "random"]
Pruner = Literal["median", "none"]
Value = bool | int | float | str
"""Of one setting in one trial."""

MOST_TRIALS = 1000
LEAST_WINNER_SEEDS = 3
MOST_WINNER_SEEDS = 100
MOST_SETTINGS = 20
MOST_CHOICES = 100

_OF_MODEL = ("layers.", "scaling.")
_KINDS = {
    f"{section}.kind": {
        str(kind.__struct_config__.tag): meanings.kind(kind).title for kind in get_args(kinds)
    }
    for section, kinds in (("optimizer", Optimizer), ("schedule", Schedule))
}
"""Titles of the choices of a kind, by the path of the setting."""

REFUSED = {
    "seed": "The search would pick the luckiest seed, which says nothing about the settings.",
    "validation": "Trials are compared by their validation accuracy, so all need the same set.",
}
"""Settings that a search cannot vary, and why."""


class SearchSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One setting that varies: either from ``low`` to ``high``, or one of ``choices``.

    Attributes:
        setting: its path, such as ``optimizer.learning_rate`` or ``layers.2.units``.
        low: least value; None with choices.
        high: greatest value, included; None with choices.
        log: whether the logarithm is sampled evenly, as suits learning rates.
        step: between possible values; 0 for every value.
        choices: possible values, in place of a range.
        when: a choice of an earlier setting of the search, such as ``optimizer.kind=adam``. The
            setting exists only in trials with it, such as Adam's ``optimizer.beta1``. Empty if it
            always exists.
    """

    setting: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    step: float = 0.0
    choices: tuple[Value, ...] = ()
    when: str = ""


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A search over the settings of one recipe in one framework.

    Attributes:
        recipe: whose settings are varied; all others stay.
        settings: that vary.
        framework: that trains; None for that of the recipe.
        trials: number of trainings with different settings.
        sampler: ``tpe`` learns from earlier trials (Bayesian search by tree-structured Parzen
            estimators, Bergstra et al. 2011); ``random`` does not.
        pruner: ``median`` ends a trial early whose best validation accuracy so far is below the
            median of the earlier trials at the same epoch; ``none`` trains all to the end.
        seed: of the sampler. All trials have the training seed of the recipe.
        validation: number of training images that are held out to compare trials.
        winner_seeds: number of other seeds with which the best settings are trained again.
        own_recipe: the recipe itself if it is one of yours; see ``spec.experiment.complete``.
    """

    recipe: str
    settings: tuple[SearchSetting, ...]
    framework: FrameworkName | None = None
    trials: int = 20
    sampler: Sampler = "tpe"
    pruner: Pruner = "median"
    seed: int = 1
    validation: int = 5000
    winner_seeds: int = LEAST_WINNER_SEEDS
    own_recipe: OwnRecipe | None = None


def base_run(search: Search) -> RunSpec:
    """The run that all trials change.

    Raises:
        UnknownName: there is no such recipe.
    """
    own = search.own_recipe
    recipe = recipes.as_recipe(own) if own else recipes.recipe(search.recipe)
    run = recipes.run_spec(recipe)
    training = replace(run.training, validation=search.validation)
    return replace(run, training=training, framework=search.framework or run.framework)


def with_values(run: RunSpec, values: Mapping[str, Value]) -> RunSpec:
    """A run with other settings.

    Args:
        run: to change.
        values: by the path of their setting.

    Raises:
        SpecError: there is no such setting, or it cannot have that value.
    """
    return changes.changed(run, [changes.Change(path, value) for path, value in values.items()])


def values_of(search: Search, run: RunSpec) -> dict[str, Value]:
    """The values of the settings that vary, in a trial; without those that it does not have.

    Raises:
        SpecError: the run is not a trial of this search.
    """
    return {one.setting: _value_of(one, run) for one in search.settings if _exists(one, run)}


def holds(setting: SearchSetting, values: Mapping[str, Value]) -> bool:
    """Whether a trial with these values of earlier settings has a setting."""
    if not setting.when:
        return True
    path, value = _needed(setting)
    return values.get(path) == value


def in_which_it_exists(setting: SearchSetting, run: RunSpec) -> RunSpec:
    """The run, changed so that it has a setting.

    Raises:
        SpecError: it cannot have the choice that the setting needs.
    """
    if not setting.when:
        return run
    return _with_value(run, *_needed(setting))


def _needed(setting: SearchSetting) -> tuple[str, Value]:
    """The path and the choice that a setting depends on."""
    change = changes.parse(setting.when)
    return change.path, change_values.plain(str(change.value))


def _exists(setting: SearchSetting, run: RunSpec) -> bool:
    return in_which_it_exists(setting, run) == run


def winner_specs(search: Search, trial: RunSpec) -> tuple[RunSpec, ...]:
    """A trial with seeds that no trial had, in the order in which they are trained."""
    seed, count = trial.training.seed, search.winner_seeds
    up = 1 if seed + count <= LARGEST_SEED else -1
    return tuple(
        replace(trial, training=replace(trial.training, seed=seed + up * number))
        for number in range(1, count + 1)
    )


def setting_title(path: str) -> str:
    """A setting as text: ``learning rate``, ``layer 2 units``, ``optimizer``."""
    section, _, name = path.rpartition(".")
    if path in _KINDS:
        return section
    title = name.replace("_", " ")
    if section.startswith("layers."):
        return f"layer {section.removeprefix('layers.')} {title}"
    return title if section in ("", "optimizer") else f"{title} of {section.replace('.', ' ')}"


def choice_title(path: str, choice: str) -> str:
    """A choice of a setting as text: ``SGD`` for the optimizer ``sgd``."""
    return _KINDS.get(path, {}).get(choice, choice)


def is_whole(setting: SearchSetting, run: RunSpec) -> bool:
    """Whether a range has whole numbers only, as the setting of the run has."""
    value = value_at(in_which_it_exists(setting, run), setting.setting)
    return isinstance(value, int) and not isinstance(value, bool)


def value_at(run: RunSpec, setting: str) -> Any:
    """The value of a setting.

    Raises:
        SpecError: there is no such setting.
    """
    with _of_setting():
        return changes.value_at(run, setting)


def searchable(run: RunSpec) -> tuple[str, ...]:
    """The paths of the settings of a run that a search can vary: numbers, and yes or no."""
    leaves = sorted(changes.settings_of(run), key=lambda leaf: leaf[0].startswith(_OF_MODEL))
    return tuple(
        path for path, value in leaves if isinstance(value, int | float) and path not in REFUSED
    )


def check_search(search: Search) -> None:
    """Checks everything but the runs of the search; see ``search_samples`` for these.

    Raises:
        SpecError: what is wrong, where, and what to do.
    """
    check_within("trials", "Number of trials", search.trials, 1, MOST_TRIALS)
    check_within("seed", "Seed of the sampler", search.seed, 0, 2**32 - 1)
    check_within(
        "winner_seeds", "Number of seeds of the winner", search.winner_seeds,
        LEAST_WINNER_SEEDS, MOST_WINNER_SEEDS,
    )  # fmt: skip
    if search.validation < 1:
        raise SpecError(
            "A search needs a validation set because the test images must not decide anything.",
            "Set the number of validation images, such as 5,000.",
            ("validation",),
        )
    if not 1 <= len(search.settings) <= MOST_SETTINGS:
        raise SpecError(
            f"A search must vary 1 to {MOST_SETTINGS} settings, got {len(search.settings)}.",
            "Add a setting with a range or with choices.",
            ("settings",),
        )
    for number, setting in enumerate(search.settings):
        with error_path("settings", number):
            _check_setting(setting)
            if setting.setting in [one.setting for one in search.settings[:number]]:
                raise SpecError(
                    f"The setting {setting.setting} is in the search twice.",
                    "Remove one of them.",
                    ("setting",),
                )
            _check_condition(setting, search.settings[:number])


def _check_condition(setting: SearchSetting, earlier: Sequence[SearchSetting]) -> None:
    if not setting.when:
        return
    with error_path("when"):
        path, value = _needed(setting)
    others = {one.setting: one for one in earlier}
    if path not in others or value not in others[path].choices:
        raise SpecError(
            f"{setting.setting} exists only when {setting.when}, which no earlier setting of the "
            "search has as a choice.",
            f"Add {path} with this choice before it, or remove the condition.",
            ("when",),
        )


def search_samples(search: Search) -> Iterator[tuple[tuple[str | int, ...], RunSpec]]:
    """A run for both ends of every range and for every choice, with the path of that value.

    Raises:
        SpecError: a setting does not exist, or cannot have that value.
    """
    try:
        run = base_run(search)
    except UnknownName as error:
        raise SpecError(error.problem, error.remedy, ("recipe",)) from error
    for number, setting in enumerate(search.settings):
        with error_path("settings", number):
            with error_path("when"):
                having = in_which_it_exists(setting, run)
            whole = not setting.choices and is_whole(setting, having)
            for path, value in _ends(setting, whole):
                with error_path(*path):
                    changed = _with_value(having, setting.setting, value)
                yield ("settings", number, *path), changed


def _ends(setting: SearchSetting, whole: bool) -> Iterator[tuple[tuple[str | int, ...], Value]]:
    """Every choice, or both ends of the range, with their paths in the setting."""
    for number, choice in enumerate(setting.choices):
        yield ("choices", number), choice
    for name, end in (("low", setting.low), ("high", setting.high)):
        if end is None:
            continue
        if whole and end != int(end):
            raise SpecError(
                f"{setting.setting} is a whole number, got {end:g}.",
                "Enter a whole number.",
                (name,),
            )
        yield (name,), int(end) if whole else end


def _value_of(setting: SearchSetting, run: RunSpec) -> Value:
    for choice in setting.choices:
        if _with_value(run, setting.setting, choice) == run:
            return choice
    value = value_at(run, setting.setting)
    if setting.choices or not isinstance(value, int | float):
        raise SpecError(f"The run has no value of {setting.setting} from this search.")
    return value


def _check_setting(setting: SearchSetting) -> None:
    if setting.setting in REFUSED:
        raise SpecError(
            f"A search cannot vary {setting.setting}. {REFUSED[setting.setting]}",
            "Remove this setting.",
            ("setting",),
        )
    if not setting.choices:
        _check_range(setting)
    elif setting.low is not None or setting.high is not None or setting.log or setting.step:
        raise SpecError(
            f"{setting.setting} has both choices and a range.", "Remove one of them.", ("choices",)
        )
    elif not 2 <= len(set(setting.choices)) <= MOST_CHOICES:
        raise SpecError(
            f"{setting.setting} must have 2 to {MOST_CHOICES} different choices, got "
            f"{len(set(setting.choices))}.",
            "Add another value, or remove this setting.",
            ("choices",),
        )


def _check_range(setting: SearchSetting) -> None:
    low, high = setting.low, setting.high
    if low is None or high is None:
        raise SpecError(
            f"{setting.setting} has neither choices nor a range.",
            "Enter its least and greatest value, or choices.",
            ("setting",),
        )
    if not (isfinite(low) and isfinite(high) and low < high):
        raise SpecError(
            f"The range of {setting.setting} must ascend, got {low:g} to {high:g}.",
            "Correct its ends.",
            ("low",),
        )
    if setting.log and low <= 0:
        raise SpecError(
            f"A logarithmic range must be above 0, but {setting.setting} begins at {low:g}.",
            "Choose a positive least value, or turn off the logarithmic scale.",
            ("low",),
        )
    if not 0 <= setting.step <= high - low or (setting.step and setting.log):
        raise SpecError(
            f"The step of {setting.setting} must be 0 to {high - low:g}, and 0 on a logarithmic "
            f"scale, got {setting.step:g}.",
            "Choose another step, or 0.",
            ("step",),
        )


def _with_value(run: RunSpec, setting: str, value: Value) -> RunSpec:
    """A run in which one setting has another value.

    Raises:
        SpecError: there is no such setting, or it cannot have that value.
    """
    with _of_setting():
        return changes.changed(run, [changes.Change(setting, value)])


@contextmanager
def _of_setting() -> Iterator[None]:
    """Errors inside are about the setting, wherever it is in a run."""
    try:
        yield
    except SpecError as error:
        raise SpecError(error.problem, error.remedy, ("setting",)) from error
