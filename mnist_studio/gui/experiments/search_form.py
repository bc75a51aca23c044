"""A search as the text of its fields, and the experiment that it describes. No Qt."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.experiments.search_result import check_validation
from mnist_studio.formatting import counted
from mnist_studio.spec import recipes
from mnist_studio.spec.datasets import training_images
from mnist_studio.spec.experiment import ExperimentSpec, check_experiment, complete
from mnist_studio.spec.optimizers import Optimizer
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import DatasetName, FrameworkName, RunSpec
from mnist_studio.spec.schedules import Schedule
from mnist_studio.spec.search import (
    Pruner,
    Sampler,
    Search,
    SearchSetting,
    Value,
    searchable,
    setting_title,
    value_at,
    with_values,
)

_RANGE = re.compile(
    r"(?P<low>\S+) to (?P<high>[^\s,]+)(?:,? (?P<log>log)|,? step (?P<step>\S+))?", re.IGNORECASE
)
_LONGEST_TITLE = 80
KIND = "optimizer.kind"
KINDS: Mapping[str, tuple[str, ...]] = {
    path: tuple(str(kind.__struct_config__.tag) for kind in get_args(union))
    for path, union in ((KIND, Optimizer), ("schedule.kind", Schedule))
}
"""The choices of settings on which others depend, such as the constants of an optimizer."""


@dataclass(frozen=True)
class SearchForm:
    """The values of all fields.

    Attributes:
        title: of the experiment.
        recipe: its id.
        framework: that trains.
        dataset: to train on.
        settings: path and values of every setting, such as ``("batch_size", "32, 64")``.
        trials: number of them.
        sampler: how trials are chosen.
        pruner: whether bad trials end early.
        epochs: of every run; 0 for those of the recipe.
        validation: number of images that compare trials.
        winner_seeds: other seeds of the best settings.
    """

    title: str = ""
    recipe: str = ""
    framework: FrameworkName = "pytorch"
    dataset: DatasetName = "mnist"
    settings: tuple[tuple[str, str], ...] = ()
    trials: int = 20
    sampler: Sampler = "tpe"
    pruner: Pruner = "median"
    epochs: int = 0
    validation: int = 5000
    winner_seeds: int = 3


def search_experiment(form: SearchForm) -> ExperimentSpec:
    """The valid experiment of a form.

    Raises:
        SpecError: which field is invalid, and what to do.
    """
    search = Search(
        form.recipe,
        tuple(setting(path, text) for path, text in form.settings),
        form.framework,
        form.trials,
        form.sampler,
        form.pruner,
        validation=form.validation,
        winner_seeds=form.winner_seeds,
    )
    title = form.title.strip() or f"Search: {recipe_title(form.recipe)}"[:_LONGEST_TITLE]
    experiment = ExperimentSpec(title, datasets=(form.dataset,), epochs=form.epochs, search=search)
    experiment = complete(experiment)
    check_experiment(experiment)
    check_validation(experiment)
    return experiment


def default_validation(dataset: DatasetName) -> int:
    """The number of validation images that suits the size of a dataset."""
    count = training_images(dataset)
    return 300 if dataset == "builtin" else 5000 if count >= 50_000 else max(1, count // 5)


def setting(path: str, text: str) -> SearchSetting:
    """A setting with a range, such as ``0.001 to 0.1 log``, or with choices: ``32, 64``.

    A condition may follow: ``0.8 to 0.99 when optimizer.kind=adam``.

    Raises:
        SpecError: the text is neither.
    """
    before, _, when = text.partition(" when ")
    if when:
        return replace(setting(path, before), when=when.strip())
    if found := _RANGE.fullmatch(text.strip()):
        low, high = (_number(path, text, found[end]) for end in ("low", "high"))
        step = _number(path, text, found["step"]) if found["step"] else 0.0
        return SearchSetting(path, low, high, bool(found["log"]), step)
    words = [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]
    if not words or " to " in text:
        raise _no_values(path, text)
    return SearchSetting(path, choices=tuple(map(_value, words)))


def suggestion(run: RunSpec, path: str) -> str:
    """Values to begin with, around that of the recipe."""
    if path in KINDS:
        own = str(value_at(run, path))
        return ", ".join([own, *(kind for kind in KINDS[path] if kind != own)][:2])
    if path not in searchable(run):
        choice, kind, other = next(one for one in _others(run) if path in searchable(one[2]))
        return f"{suggestion(other, path)} when {choice}={kind}"
    value = value_at(run, path)
    if isinstance(value, bool):
        return "true, false"
    if path.rpartition(".")[2] == "learning_rate" and isinstance(value, float):
        return f"{value / 10:g} to {value * 10:g} log"
    if path == "training_fraction":
        return "0.1 to 1"
    if path == "batch_size":
        return "32, 64, 128"
    if isinstance(value, int):
        return f"{max(1, value // 4)} to {max(4, value * 4)}"
    if isinstance(value, float):
        return f"0 to {min(0.9, 2 * value) if 0 < value < 1 else max(0.5, 2 * value):g}"
    return str(value)


def offered(run: RunSpec) -> tuple[str, ...]:
    """The paths that can vary: those of the run, the choices, and what other choices have."""
    others = (path for _, _, other in _others(run) for path in searchable(other))
    return tuple(dict.fromkeys((*searchable(run), *KINDS, *others)))


def _others(run: RunSpec) -> Iterator[tuple[str, str, RunSpec]]:
    """Path, choice, and the run with it, for every choice in place of that of the run."""
    for path, kinds in KINDS.items():
        for kind in kinds:
            yield path, kind, with_values(run, {path: kind})


def first_settings(run: RunSpec) -> tuple[tuple[str, str], ...]:
    """The settings that a new search begins with."""
    wanted = ("optimizer.learning_rate", "batch_size")
    return tuple((path, suggestion(run, path)) for path in wanted if path in searchable(run))


def run_of(recipe: str) -> RunSpec:
    """The run of a recipe."""
    return recipes.run_spec(recipes.recipe(recipe))


def size(experiment: ExperimentSpec) -> str:
    """The number of runs in a sentence."""
    search = experiment.search
    assert search is not None
    trials = counted(search.trials, "trial").capitalize()
    return f"{trials}, then the best settings with {counted(search.winner_seeds, 'other seed')}."


def _value(word: str) -> Value:
    """A choice: true or false, a number, or text."""
    if word.lower() in ("true", "false"):
        return word.lower() == "true"
    kinds: Sequence[type[int] | type[float]] = (int, float)
    for kind in kinds:
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _number(path: str, text: str, word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise _no_values(path, text) from None


def _no_values(path: str, text: str) -> SpecError:
    return SpecError(
        f"The values of {setting_title(path)} must be a range or a list, got “{text}”.",
        "Enter values such as 0.001 to 0.1 log, 16 to 128 step 16, or 32, 64.",
    )
