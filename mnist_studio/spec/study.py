"""A study: a question, and the runs that shall answer it.

The runs are a grid, every recipe in every framework with every batch size and learning rate, or a
list of explicit pairs; either once for every seed and data set. A run of a study is a *cell*;
``spec.cells`` makes them.
"""

from collections.abc import Sized
from math import prod

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.spec.run import DatasetName, DeviceName, FaultName, FrameworkName, Style

LONGEST_TITLE = 80
LARGEST_THRESHOLD = 0.5
MANY_RUNS = 300
"""A study of more is probably a slip: whoever starts it is asked first."""
MOST_RUNS = 10_000
"""A study of more is refused; at a few seconds a run it would take a day."""


class Grid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every combination; an axis without values is the recipe's own value.

    Attributes:
        recipes: names.
        frameworks: that train each of them.
        batch_sizes: digits a step.
        learning_rates: of the optimiser.
    """

    recipes: tuple[str, ...]
    frameworks: tuple[FrameworkName, ...] = ()
    batch_sizes: tuple[int, ...] = ()
    learning_rates: tuple[float, ...] = ()


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One recipe in one framework, perhaps with faults of its source."""

    recipe: str
    framework: FrameworkName
    faults: tuple[FaultName, ...] = ()


class StudySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A study, completely described.

    Attributes:
        title: of 1 to 80 characters.
        question: that it shall answer, in the user's words.
        grid: of runs; None with pairs.
        pairs: in place of a grid.
        seeds: each run once for every one; empty for the recipe's own.
        datasets: likewise; empty for MNIST.
        epochs: of every run; 0 for the recipe's own.
        device: where; a framework that has no such device uses the CPU.
        threads: of the CPU; 0 leaves it to the framework.
        threshold: the smallest difference in accuracy, as a fraction, that matters in practice.
        style: of all runs.
    """

    title: str
    question: str = ""
    grid: Grid | None = None
    pairs: tuple[Pair, ...] = ()
    seeds: tuple[int, ...] = ()
    datasets: tuple[DatasetName, ...] = ()
    epochs: int = 0
    device: DeviceName = "auto"
    threads: int = 0
    threshold: float = 0.001
    style: Style = "neutral"


class StudyError(SpecError):
    """A study that cannot work; its path is such as ``("grid", "recipes", 1)``."""


def largest(study: StudySpec) -> int:
    """How many cells a study has at most: repeated values count."""
    grid = study.grid
    axes: list[Sized] = [study.seeds, study.datasets]
    if grid:
        axes += [grid.frameworks, grid.batch_sizes, grid.learning_rates]
    return len(grid.recipes if grid else study.pairs) * prod(max(1, len(axis)) for axis in axes)
