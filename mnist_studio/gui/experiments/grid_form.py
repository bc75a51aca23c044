"""A grid as fields of text, and the experiment that they describe. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mnist_studio.errors import SpecError
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
"""The recipes' own."""


@dataclass(frozen=True)
class GridForm:
    """What the fields hold.

    Attributes:
        title: of the experiment.
        question: that it shall answer.
        recipes: chosen names.
        frameworks: chosen ones.
        batch_sizes: numbers with commas between; empty for the recipes' own.
        learning_rates: likewise.
        seeds: how many, from the recipes' own on.
        datasets: chosen ones.
        epochs: of every run; 0 for the recipes' own.
        idiomatic: each framework's own loop instead of the studio's.
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
    idiomatic: bool = False


def experiment_of(form: GridForm) -> ExperimentSpec:
    """The experiment of a form, checked.

    Raises:
        SpecError: says what is wrong and what to do.
    """
    if not form.recipes:
        raise SpecError("The grid has no recipe.", "Choose at least one.")
    if not form.frameworks:
        raise SpecError("The grid has no framework.", "Choose at least one.")
    if not form.datasets:
        raise SpecError("The grid has no digits.", "Choose at least one kind.")
    experiment = ExperimentSpec(
        title=form.title.strip() or suggestion(form),
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
        style="native" if form.idiomatic else "shared",
    )
    check_experiment(experiment)
    return experiment


def suggestion(form: GridForm) -> str:
    """A title where the user gave none."""
    names = ", ".join(form.recipes[:2]) + (" and more" if len(form.recipes) > 2 else "")
    count = len(form.frameworks)
    return f"{names} in {count} framework{'' if count == 1 else 's'}"[:80]


def size(experiment: ExperimentSpec) -> str:
    """How many runs it is, and how they come about."""
    runs = len(expand_cells(experiment))
    words = f"{runs:,} run{'' if runs == 1 else 's'}"
    return f"{words}. That is many: it will be asked about." if runs > MANY_RUNS else f"{words}."


def _numbers(name: str, text: str, kind: Callable[[str], Number]) -> tuple[Number, ...]:
    """Numbers between commas, semicolons or spaces."""
    words: Sequence[str] = text.replace(",", " ").replace(";", " ").split()
    try:
        return tuple(kind(word) for word in words)
    except ValueError:
        what = "whole numbers" if kind is int else "numbers"
        example = "32, 64, 128" if kind is int else "0.01, 0.001"
        raise SpecError(
            f"{name}: “{text}” is not a list of {what}.", f"Write it as {example}."
        ) from None
