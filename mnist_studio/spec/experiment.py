"""The cells of an experiment: its runs, each checked before any is trained.

An experiment: a question, and the runs that shall answer it.
"""

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import chain, product, zip_longest
from math import prod

import msgspec
from msgspec.structs import replace

from mnist_studio.errors import SpecError, UnknownName
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.error_paths import Path
from mnist_studio.spec.run import (
    DatasetName,
    DeviceName,
    FrameworkName,
    KnownBugName,
    RunSpec,
    Style,
    check,
    possible_device,
)

LONGEST_TITLE = 80
LARGEST_THRESHOLD = 0.5
MANY_RUNS = 300
"""An experiment of more is probably a slip: whoever starts it is asked first."""
MOST_RUNS = 10_000
"""An experiment of more is refused; at a few seconds a run it would take a day."""


class Grid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every combination; an axis without values is the recipe's own value.

    Attributes:
        recipes: names.
        frameworks: that train each of them.
        batch_sizes: digits a step.
        learning_rates: of the optimizer.
    """

    recipes: tuple[str, ...]
    frameworks: tuple[FrameworkName, ...] = ()
    batch_sizes: tuple[int, ...] = ()
    learning_rates: tuple[float, ...] = ()


class RecipePair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One recipe in one framework, perhaps with faults of its source."""

    recipe: str
    framework: FrameworkName
    known_bugs: tuple[KnownBugName, ...] = ()


class ExperimentSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An experiment, completely described.

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
    pairs: tuple[RecipePair, ...] = ()
    seeds: tuple[int, ...] = ()
    datasets: tuple[DatasetName, ...] = ()
    epochs: int = 0
    device: DeviceName = "auto"
    threads: int = 0
    threshold: float = 0.001
    style: Style = "shared"


class ExperimentError(SpecError):
    """An experiment that cannot work; its path is such as ``("grid", "recipes", 1)``."""


def largest(experiment: ExperimentSpec) -> int:
    """How many cells an experiment has at most: repeated values count."""
    grid = experiment.grid
    axes: list[Sized] = [experiment.seeds, experiment.datasets]
    if grid:
        axes += [grid.frameworks, grid.batch_sizes, grid.learning_rates]
    return len(grid.recipes if grid else experiment.pairs) * prod(
        max(1, len(axis)) for axis in axes
    )


def expand_cells(experiment: ExperimentSpec) -> tuple[RunSpec, ...]:
    """The cells of an experiment in the order in which they are trained, each once.

    Seeds are outermost, so that an unfinished experiment has all runs of its first seeds. In one,
    frameworks take turns: what slows the machine down for a while then slows all of them.

    Raises:
        ExperimentError: the experiment cannot work; says where.
    """
    check_experiment(experiment)
    seeds: Sequence[int | None] = experiment.seeds or (None,)
    turns = (_in_turns(_runs(experiment, seed)) for seed in seeds)
    return tuple(dict.fromkeys(chain.from_iterable(turns)))


def check_experiment(experiment: ExperimentSpec) -> None:
    """Refuses an experiment that cannot work.

    Raises:
        ExperimentError: says what is wrong, what to do, and where it is.
    """
    if not 1 <= len(experiment.title.strip()) <= LONGEST_TITLE:
        raise ExperimentError(
            f"The title has {len(experiment.title.strip())} characters.",
            f"Choose one of 1 to {LONGEST_TITLE}.",
            ("title",),
        )
    if not 0 < experiment.threshold <= LARGEST_THRESHOLD:
        raise ExperimentError(
            f"The threshold for practical relevance is {experiment.threshold:g}.",
            f"Choose a fraction above 0 and at most {LARGEST_THRESHOLD:g}; 0.001 is a tenth of a "
            "percentage point.",
            ("threshold",),
        )
    _check_size(experiment)
    for path, run in _samples(experiment):
        _check_run(path, run)


def _runs(experiment: ExperimentSpec, seed: int | None) -> Iterator[RunSpec]:
    """All runs of one seed, frameworks innermost."""
    datasets: Sequence[DatasetName] = experiment.datasets or ("mnist",)
    for dataset in datasets:
        for run in (
            _of_grid(experiment.grid) if experiment.grid else map(_of_pair, experiment.pairs)
        ):
            yield _common(experiment, run, dataset, seed)


def _of_grid(grid: Grid) -> Iterator[RunSpec]:
    sizes: Sequence[int | None] = grid.batch_sizes or (None,)
    rates: Sequence[float | None] = grid.learning_rates or (None,)
    frameworks: Sequence[FrameworkName | None] = grid.frameworks or (None,)
    for name, size, rate, framework in product(grid.recipes, sizes, rates, frameworks):
        run = _with(recipes.run_spec(recipes.recipe(name)), size, rate)
        yield replace(run, framework=framework or run.framework)


def _of_pair(pair: RecipePair) -> RunSpec:
    run = recipes.run_spec(recipes.recipe(pair.recipe))
    return replace(run, framework=pair.framework, known_bugs=pair.known_bugs)


def _with(run: RunSpec, size: int | None = None, rate: float | None = None) -> RunSpec:
    """The run with another batch size or learning rate, where one is given."""
    training = run.training
    if size is not None:
        training = replace(training, batch_size=size)
    if rate is not None:
        training = replace(training, optimizer=replace(training.optimizer, learning_rate=rate))
    return replace(run, training=training)


def _common(
    experiment: ExperimentSpec, run: RunSpec, dataset: DatasetName, seed: int | None
) -> RunSpec:
    """The run with what all runs of the experiment share."""
    training = replace(
        run.training,
        epochs=experiment.epochs or run.training.epochs,
        seed=run.training.seed if seed is None else seed,
    )
    return replace(
        run,
        training=training,
        dataset=dataset,
        device=possible_device(run.framework, experiment.device),
        threads=experiment.threads,
        style=experiment.style,
    )


def _in_turns(runs: Iterable[RunSpec]) -> Iterator[RunSpec]:
    """One run of every framework after the other, each framework's in their order."""
    of_each: dict[FrameworkName, list[RunSpec]] = {}
    for run in runs:
        of_each.setdefault(run.framework, []).append(run)
    rounds = zip_longest(*of_each.values())
    return (run for one_round in rounds for run in one_round if run is not None)


def _check_size(experiment: ExperimentSpec) -> None:
    if experiment.grid and experiment.pairs:
        raise ExperimentError(
            "The experiment has a grid and pairs.", "Choose one of them.", ("pairs", 0)
        )
    count = largest(experiment)
    if count == 0:
        raise ExperimentError(
            "The experiment has no runs.",
            "Name at least one recipe in its grid, or give it pairs of a recipe and a framework.",
            ("grid", "recipes"),
        )
    if count > MOST_RUNS:
        raise ExperimentError(
            f"The experiment has {count:,} runs.",
            f"Make several experiments of at most {MOST_RUNS:,} of it.",
            ("grid",) if experiment.grid else ("seeds",),
        )


def _samples(experiment: ExperimentSpec) -> Iterator[tuple[Path, RunSpec]]:
    """A run for every value of every axis, and where in the experiment that value stands.

    Axes do not depend on each other: what works with one value of the others works with all.
    """
    for number, pair in enumerate(experiment.pairs):
        yield ("pairs", number), _known(("pairs", number, "recipe"), pair.recipe, pair)
    grid = experiment.grid or Grid(())
    for number, name in enumerate(grid.recipes):
        path = ("grid", "recipes", number)
        yield path, _known(path, name)
    first = _known((), grid.recipes[0] if experiment.grid else experiment.pairs[0].recipe)
    yield ("threads",), replace(first, threads=experiment.threads)
    training = replace(first.training, epochs=experiment.epochs or 1)
    yield ("epochs",), replace(first, training=training)
    for number, size in enumerate(grid.batch_sizes):
        yield ("grid", "batch_sizes", number), _with(first, size=size)
    for number, rate in enumerate(grid.learning_rates):
        yield ("grid", "learning_rates", number), _with(first, rate=rate)
    for number, seed in enumerate(experiment.seeds):
        yield ("seeds", number), _common(experiment, first, "mnist", seed)


def _known(path: Path, name: str, pair: RecipePair | None = None) -> RunSpec:
    """The run of a recipe or a pair."""
    try:
        return _of_pair(pair) if pair else recipes.run_spec(recipes.recipe(name))
    except UnknownName as error:
        raise ExperimentError(error.problem, error.remedy, path) from error


def _check_run(path: Path, run: RunSpec) -> None:
    try:
        check(run)
        known_bugs.check(run)
    except SpecError as error:
        raise ExperimentError(error.problem, error.remedy, path) from error
