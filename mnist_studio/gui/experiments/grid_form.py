"""A grid as the text of its fields, and the experiment that it describes. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mnist_studio.errors import SpecError
from mnist_studio.formatting import counted
from mnist_studio.spec import change_values, changes
from mnist_studio.spec.experiment import (
    MANY_RUNS,
    ExperimentSpec,
    Grid,
    check_experiment,
    complete,
    expand_cells,
)
from mnist_studio.spec.grid_settings import ELSEWHERE, GridSetting
from mnist_studio.spec.run import DatasetName, FrameworkName, RunSpec

Number = TypeVar("Number", int, float)

FIRST_SEED = 42
"""The default seed of the recipes."""

_LONGEST_TITLE = 80
_ELSEWHERE = (*ELSEWHERE, "batch_size", "optimizer.learning_rate", "epochs")
"""Settings that have a field of their own."""


@dataclass(frozen=True)
class GridForm:
    """The values of all fields.

    Attributes:
        title: of the experiment.
        question: that the experiment answers.
        recipes: ids of the selected recipes.
        frameworks: selected frameworks.
        batch_sizes: numbers separated by commas; empty for those of the recipes.
        learning_rates: likewise.
        seeds: number of seeds; the first is ``FIRST_SEED``.
        datasets: selected datasets.
        epochs: of every run; 0 for those of the recipes.
        native: native scripts instead of the shared loop.
        settings: paths of other settings, each with its values separated by commas.
    """

    title: str = ""
    question: str = ""
    recipes: tuple[str, ...] = ()
    frameworks: tuple[FrameworkName, ...] = ()
    batch_sizes: str = ""
    learning_rates: str = ""
    seeds: int = 5
    datasets: tuple[DatasetName, ...] = ("mnist",)
    epochs: int = 0
    native: bool = False
    settings: tuple[tuple[str, str], ...] = ()


def grid_experiment(form: GridForm) -> ExperimentSpec:
    """The valid experiment of a form.

    Raises:
        SpecError: which field is invalid, and what to do.
    """
    for values, name in (
        (form.recipes, "recipe"), (form.frameworks, "framework"), (form.datasets, "dataset")
    ):  # fmt: skip
        if not values:
            raise SpecError(f"The experiment has no {name}.", f"Select at least one {name}.")
    experiment = ExperimentSpec(
        title=form.title.strip() or default_title(form),
        question=form.question.strip(),
        grid=Grid(
            recipes=form.recipes,
            frameworks=form.frameworks,
            batch_sizes=_numbers("Batch sizes", form.batch_sizes, int),
            learning_rates=_numbers("Learning rates", form.learning_rates, float),
            settings=tuple(_setting(path, text) for path, text in form.settings),
        ),
        seeds=tuple(range(FIRST_SEED, FIRST_SEED + form.seeds)),
        datasets=form.datasets,
        epochs=form.epochs,
        style="native" if form.native else "shared",
    )
    experiment = complete(experiment)
    check_experiment(experiment)
    return experiment


def default_title(form: GridForm) -> str:
    """The title of a grid to which the user gives none."""
    names = ", ".join(form.recipes[:2]) + (" and more" if len(form.recipes) > 2 else "")
    return f"{names} in {counted(len(form.frameworks), 'framework')}"[:_LONGEST_TITLE]


def size(experiment: ExperimentSpec) -> str:
    """The number of runs in a sentence."""
    runs = len(expand_cells(experiment))
    sentence = f"{counted(runs, 'run').capitalize()}."
    if runs > MANY_RUNS:
        return f"{sentence} MNIST Studio asks before it starts this many runs."
    return sentence


def suggestion(run: RunSpec, path: str) -> str:
    """Values to begin with: that of the recipe, and for a number the half and the double of it."""
    value = changes.value_at(run, path)
    match value:
        case bool():
            return "true, false"
        case int() | float() if value:
            half = max(1, value // 2) if isinstance(value, int) else value / 2
            return ", ".join(
                change_values.text_of(one) for one in dict.fromkeys((half, value, value * 2))
            )
        case _:
            return change_values.text_of(value)


def offered_settings(run: RunSpec) -> tuple[str, ...]:
    """The paths of the settings of a run that a grid can vary."""
    return tuple(path for path, _ in changes.settings_of(run) if path not in _ELSEWHERE)


def _setting(path: str, text: str) -> GridSetting:
    """A setting with its values.

    Raises:
        SpecError: it has no path, or no values.
    """
    if not path.strip():
        raise SpecError("A setting has no name.", "Select one, such as layers.2.units.")
    # Semicolons separate values that have commas, such as milestones.
    words = [word.strip() for word in text.split(";" if ";" in text else ",")]
    values = tuple(change_values.plain(word) for word in words if word)
    if not values:
        raise SpecError(f"{path} has no values.", "Enter a list such as 32, 64, 128.")
    return GridSetting(changes.normalized(path), values)


def _numbers(name: str, text: str, kind: Callable[[str], Number]) -> tuple[Number, ...]:
    """Numbers that are separated by commas, semicolons or spaces."""
    words: Sequence[str] = text.replace(",", " ").replace(";", " ").split()
    try:
        return tuple(kind(word) for word in words)
    except ValueError:
        numbers = "whole numbers" if kind is int else "numbers"
        example = "32, 64, 128" if kind is int else "0.01, 0.001"
        raise SpecError(
            f"{name} must be a list of {numbers}, got “{text}”.", f"Enter a list such as {example}."
        ) from None
