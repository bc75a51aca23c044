"""Experiments and their cells: runs that are all checked before the first one is trained.

An experiment is a question and the runs that answer it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from itertools import chain, product, zip_longest
from math import prod

import msgspec
from msgspec.structs import replace

from mnist_studio.errors import SpecError, UnknownName
from mnist_studio.formatting import has_controls
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.changes import normalized
from mnist_studio.spec.error_paths import Path, error_path
from mnist_studio.spec.grid_settings import (
    ELSEWHERE,
    FixedSetting,
    GridSetting,
    check_settings,
    combinations,
    with_changes,
)
from mnist_studio.spec.recipes.own_recipe import OwnRecipe, checked, own_recipe_of
from mnist_studio.spec.run import (
    DatasetName,
    DeviceName,
    FrameworkName,
    KnownBugName,
    RunSpec,
    Style,
    possible_device,
    with_dataset,
)
from mnist_studio.spec.run_checks import check
from mnist_studio.spec.search import (
    Search,
    Value,
    base_run,
    check_search,
    search_samples,
    with_values,
)

LONGEST_TITLE = 80
LARGEST_THRESHOLD = 0.5
MANY_RUNS = 300
"""A larger experiment is probably a mistake, so the user must confirm it."""
MOST_RUNS = 10_000
"""The limit; with a few seconds per run, more would take a day."""


class Grid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All combinations; an axis without values has the value of the recipe.

    Attributes:
        recipes: names.
        frameworks: that train each of them.
        batch_sizes: images per step.
        learning_rates: of the optimizer.
        settings: any other settings with their values.
    """

    recipes: tuple[str, ...]
    frameworks: tuple[FrameworkName, ...] = ()
    batch_sizes: tuple[int, ...] = ()
    learning_rates: tuple[float, ...] = ()
    settings: tuple[GridSetting, ...] = ()


class RecipePair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One recipe in one framework, optionally with known bugs."""

    recipe: str
    framework: FrameworkName
    known_bugs: tuple[KnownBugName, ...] = ()


class ExperimentSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An experiment, completely described.

    Attributes:
        title: of 1 to 80 characters.
        question: that it answers, in the user's words.
        grid: of runs; None with pairs.
        pairs: in place of a grid.
        seeds: each run is trained once per seed; empty for the seed of the recipe.
        datasets: likewise; empty for MNIST.
        epochs: of every run; 0 for the epochs of the recipe.
        device: where; a framework that has no such device uses the CPU.
        threads: of the CPU; 0 leaves it to the framework.
        threshold: the smallest relevant difference in accuracy, as a fraction.
        style: of all runs.
        search: in place of a grid: runs that are chosen one after the other.
        changes: settings that all runs have.
        own_recipes: the recipes of yours that it names, so that it means the same after you
            changed or deleted them, and on another computer. See ``complete``.
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
    search: Search | None = None
    changes: tuple[FixedSetting, ...] = ()
    own_recipes: tuple[OwnRecipe, ...] = ()


class ExperimentError(SpecError):
    """An experiment that is not valid; its path is such as ``("grid", "recipes", 1)``."""


def complete(experiment: ExperimentSpec) -> ExperimentSpec:
    """The experiment with the recipes of yours that it names and does not contain yet."""
    search = experiment.search
    if search and search.own_recipe is None and recipes.is_own(search.recipe):
        own = own_recipe_of(recipes.recipe(search.recipe))
        return replace(experiment, search=replace(search, own_recipe=own))
    contained = {own.name for own in experiment.own_recipes}
    names = dict.fromkeys(recipes_of(experiment))
    missing = [name for name in names if name not in contained and recipes.is_own(name)]
    added = (own_recipe_of(recipes.recipe(name)) for name in missing)
    if not missing or search:
        return experiment
    return replace(experiment, own_recipes=(*experiment.own_recipes, *added))


def recipes_of(experiment: ExperimentSpec) -> tuple[str, ...]:
    """The names of the recipes of an experiment, in its order."""
    if experiment.search:
        return (experiment.search.recipe,)
    grid = experiment.grid.recipes if experiment.grid else ()
    return (*grid, *(pair.recipe for pair in experiment.pairs))


def largest(experiment: ExperimentSpec) -> int:
    """The highest possible number of cells: repeated values count."""
    if experiment.search:
        return experiment.search.trials + experiment.search.winner_seeds
    grid = experiment.grid
    axes: list[Sized] = [experiment.seeds, experiment.datasets]
    if grid:
        axes += [grid.frameworks, grid.batch_sizes, grid.learning_rates]
        axes += [setting.values or (None,) for setting in grid.settings]
    return len(grid.recipes if grid else experiment.pairs) * prod(
        max(1, len(axis)) for axis in axes
    )


def expand_cells(experiment: ExperimentSpec) -> tuple[RunSpec, ...]:
    """The cells of an experiment in the order in which they are trained, each once.

    A search has none before it runs: ``trial_spec`` makes them.

    Seeds are outermost, so that an unfinished experiment has all runs of its first seeds. Within a
    seed the frameworks alternate, so that a temporarily slow computer slows down all of them.

    Raises:
        ExperimentError: the experiment is not valid.
    """
    check_experiment(experiment)
    if experiment.search:
        return ()
    seeds: Sequence[int | None] = experiment.seeds or (None,)
    turns = (_round_robin(_runs(experiment, seed)) for seed in seeds)
    return tuple(dict.fromkeys(chain.from_iterable(turns)))


def run_count(experiment: ExperimentSpec) -> int:
    """The number of cells that an experiment is going to have.

    Raises:
        ExperimentError: the experiment is not valid.
    """
    return len(expand_cells(experiment)) or largest(experiment)


def trial_spec(experiment: ExperimentSpec, values: Mapping[str, Value]) -> RunSpec:
    """The run of a trial of a search.

    Args:
        experiment: that is a search.
        values: of the settings that vary.

    Raises:
        SpecError: a setting cannot have that value, or not together with the others.
    """
    assert experiment.search is not None
    run = with_values(base_run(experiment.search), values)
    run = _common(experiment, run, (experiment.datasets or ("mnist",))[0], None)
    check(run)
    return run


def check_experiment(experiment: ExperimentSpec) -> None:
    """Checks an experiment.

    Raises:
        ExperimentError: the experiment is not valid.
    """
    if not 1 <= len(experiment.title.strip()) <= LONGEST_TITLE:
        raise ExperimentError(
            f"The title must have 1 to {LONGEST_TITLE} characters, got "
            f"{len(experiment.title.strip())}.",
            "Change the title.",
            ("title",),
        )
    if has_controls(experiment.title):
        raise ExperimentError(
            "The title contains control characters or line breaks.", "Remove them.", ("title",)
        )
    if not 0 < experiment.threshold <= LARGEST_THRESHOLD:
        raise ExperimentError(
            f"The smallest relevant difference must be above 0 and at most "
            f"{LARGEST_THRESHOLD:g}, got {experiment.threshold:g}.",
            "Enter a fraction, such as 0.001 for 0.1 pp.",
            ("threshold",),
        )
    _check_size(experiment)
    _check_own(experiment)
    _check_changes(experiment)
    if experiment.search:
        _check_search(experiment, experiment.search)
    for path, run in _samples(experiment):
        _check_run(path, run)


def _runs(experiment: ExperimentSpec, seed: int | None) -> Iterator[RunSpec]:
    """All runs of one seed, frameworks innermost."""
    datasets: Sequence[DatasetName] = experiment.datasets or ("mnist",)
    for dataset in datasets:
        for run in (
            _of_grid(experiment, experiment.grid)
            if experiment.grid
            else (_of_pair(experiment, pair) for pair in experiment.pairs)
        ):
            yield _common(experiment, run, dataset, seed)


def _of_grid(experiment: ExperimentSpec, grid: Grid) -> Iterator[RunSpec]:
    sizes: Sequence[int | None] = grid.batch_sizes or (None,)
    rates: Sequence[float | None] = grid.learning_rates or (None,)
    frameworks: Sequence[FrameworkName | None] = grid.frameworks or (None,)
    changes = tuple(combinations(grid.settings))
    axes = product(grid.recipes, changes, sizes, rates, frameworks)
    for name, change, size, rate, framework in axes:
        run = _changed(with_changes(_of_recipe(experiment, name), change), size, rate)
        yield replace(run, framework=framework or run.framework)


def _of_recipe(experiment: ExperimentSpec, name: str) -> RunSpec:
    """The run of a recipe, which the experiment may contain, with the changes of all runs."""
    contained = next((own for own in experiment.own_recipes if own.name == name), None)
    recipe = recipes.as_recipe(contained) if contained else recipes.recipe(name)
    fixed = tuple(setting.change for setting in experiment.changes)
    return with_changes(recipes.run_spec(recipe), fixed)


def _of_pair(experiment: ExperimentSpec, pair: RecipePair) -> RunSpec:
    run = _of_recipe(experiment, pair.recipe)
    return replace(run, framework=pair.framework, known_bugs=pair.known_bugs)


def _changed(run: RunSpec, size: int | None = None, rate: float | None = None) -> RunSpec:
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
    """The run with the settings that all runs of the experiment share."""
    training = replace(
        run.training,
        epochs=experiment.epochs or run.training.epochs,
        seed=run.training.seed if seed is None else seed,
    )
    return replace(
        with_dataset(run, dataset),
        training=training,
        device=possible_device(run.framework, experiment.device),
        threads=experiment.threads,
        style=experiment.style,
    )


def _round_robin(runs: Iterable[RunSpec]) -> Iterator[RunSpec]:
    """Alternates between frameworks; the runs of each framework keep their order."""
    of_each: dict[FrameworkName, list[RunSpec]] = {}
    for run in runs:
        of_each.setdefault(run.framework, []).append(run)
    rounds = zip_longest(*of_each.values())
    return (run for one_round in rounds for run in one_round if run is not None)


def _check_size(experiment: ExperimentSpec) -> None:
    if experiment.grid and experiment.pairs:
        raise ExperimentError(
            "The experiment has both a grid and pairs.", "Remove one of them.", ("pairs", 0)
        )
    if experiment.search and (experiment.grid or experiment.pairs):
        raise ExperimentError(
            "The experiment has both a search and other runs.", "Remove one of them.", ("search",)
        )
    count = largest(experiment)
    if count == 0:
        raise ExperimentError(
            "The experiment has no runs.",
            "Add at least one recipe to the grid, or pairs of a recipe and a framework.",
            ("grid", "recipes"),
        )
    if count > MOST_RUNS:
        raise ExperimentError(
            f"An experiment can have at most {MOST_RUNS:,} runs, got {count:,}.",
            "Split it into several experiments.",
            ("grid",) if experiment.grid else ("seeds",),
        )


def _check_search(experiment: ExperimentSpec, search: Search) -> None:
    """Checks what a search can have."""
    if experiment.seeds:
        raise ExperimentError(
            "A search cannot have seeds: all trials have the seed of the recipe, and the winner "
            "gets others.",
            "Remove them, and set winner_seeds of the search.",
            ("seeds",),
        )
    if experiment.epochs and "epochs" in [one.setting for one in search.settings]:
        raise ExperimentError(
            "The number of epochs varies in the search, but the experiment sets it too.",
            "Set the epochs of the experiment to 0, or remove the setting.",
            ("epochs",),
        )
    if len(experiment.datasets) > 1:
        raise ExperimentError(
            "A search can have only one dataset.", "Remove the others.", ("datasets",)
        )
    try:
        with error_path("search"):
            check_search(search)
    except SpecError as error:
        raise ExperimentError(error.problem, error.remedy, error.path) from error


def _search_samples(experiment: ExperimentSpec, search: Search) -> Iterator[tuple[Path, RunSpec]]:
    try:
        with error_path("search"):
            for path, run in search_samples(search):
                yield (
                    ("search", *path),
                    _common(experiment, run, (experiment.datasets or ("mnist",))[0], None),
                )
    except SpecError as error:
        raise ExperimentError(error.problem, error.remedy, error.path) from error


def _samples(experiment: ExperimentSpec) -> Iterator[tuple[Path, RunSpec]]:
    """A run for every value of every axis, and the path of that value in the experiment.

    Axes are independent: a value that is valid with one value of the others is valid with all.
    """
    if experiment.search:
        yield from _search_samples(experiment, experiment.search)
        return
    for number, pair in enumerate(experiment.pairs):
        yield ("pairs", number), _known(experiment, ("pairs", number, "recipe"), pair.recipe, pair)
    grid = experiment.grid or Grid(())
    for number, name in enumerate(grid.recipes):
        path = ("grid", "recipes", number)
        yield path, _known(experiment, path, name)
    first = _known(
        experiment, (), grid.recipes[0] if experiment.grid else experiment.pairs[0].recipe
    )
    if grid.settings:
        yield from _setting_samples(experiment, grid)
    yield ("threads",), replace(first, threads=experiment.threads)
    training = replace(first.training, epochs=experiment.epochs or 1)
    yield ("epochs",), replace(first, training=training)
    for number, size in enumerate(grid.batch_sizes):
        yield ("grid", "batch_sizes", number), _changed(first, size=size)
    for number, rate in enumerate(grid.learning_rates):
        yield ("grid", "learning_rates", number), _changed(first, rate=rate)
    for number, dataset in enumerate(experiment.datasets):
        yield ("datasets", number), with_dataset(first, dataset)
    for number, seed in enumerate(experiment.seeds):
        yield ("seeds", number), _common(experiment, first, "mnist", seed)


def _setting_samples(experiment: ExperimentSpec, grid: Grid) -> Iterator[tuple[Path, RunSpec]]:
    """Every recipe with every combination of settings: not all of them may fit together."""
    runs = [_of_recipe(experiment, name) for name in grid.recipes]
    try:
        with error_path("grid", "settings"):
            check_settings(grid.settings, runs)
            for run, changes in product(runs, combinations(grid.settings)):
                yield ("grid", "settings"), with_changes(run, changes)
    except SpecError as error:
        raise ExperimentError(error.problem, error.remedy, error.path) from error


def _check_own(experiment: ExperimentSpec) -> None:
    """Checks the recipes that an experiment contains."""
    for number, own in enumerate(experiment.own_recipes):
        path: Path = ("own_recipes", number)
        try:
            checked(own)
        except SpecError as error:
            raise ExperimentError(error.problem, error.remedy, (*path, *error.path)) from error
        if own.name in recipes.BUILT_IN:
            raise ExperimentError(
                f"“{own.name}” is a recipe that comes with MNIST Studio.",
                "Give this one another name.",
                (*path, "name"),
            )


def _check_changes(experiment: ExperimentSpec) -> None:
    """Checks that all runs can have the settings that they share."""
    for number, fixed in enumerate(experiment.changes):
        path: Path = ("changes", number, "setting")
        if experiment.search:
            raise ExperimentError(
                "A search has no settings of all runs.", "Save them as a recipe first.", path
            )
        if normalized(fixed.setting) == "seed" and experiment.seeds:
            raise ExperimentError(ELSEWHERE["seed"], "Remove this setting.", path)
    for name in recipes_of(experiment) if experiment.changes else ():
        try:
            _of_recipe(experiment, name)
        except UnknownName:
            continue  # Reported where it is named.
        except SpecError as error:
            problem = f"{name}: {error.problem}"
            raise ExperimentError(problem, error.remedy, ("changes",)) from error


def _known(
    experiment: ExperimentSpec, path: Path, name: str, pair: RecipePair | None = None
) -> RunSpec:
    """The run of a recipe or a pair."""
    try:
        return _of_pair(experiment, pair) if pair else _of_recipe(experiment, name)
    except UnknownName as error:
        raise ExperimentError(error.problem, error.remedy, path) from error


def _check_run(path: Path, run: RunSpec) -> None:
    try:
        check(run)
        known_bugs.check(run)
    except SpecError as error:
        raise ExperimentError(error.problem, error.remedy, path) from error
