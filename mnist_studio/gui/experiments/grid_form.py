"""A grid as the text of its fields, and the experiment that it describes. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mnist_studio.errors import SpecError
from mnist_studio.formatting import counted
from mnist_studio.spec.experiment import (
    MANY_RUNS,
    ExperimentSpec,
    Grid,
    check_experiment,
    expand_cells,
)
from mnist_studio.spec.run import DatasetName, FrameworkName

Number = TypeVar("Number", int, float)

FIRST_SEED = 42
"""The default seed of the recipes."""

_LONGEST_TITLE = 80


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
        ),
        seeds=tuple(range(FIRST_SEED, FIRST_SEED + form.seeds)),
        datasets=form.datasets,
        epochs=form.epochs,
        style="native" if form.native else "shared",
    )
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
