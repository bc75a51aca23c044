"""An experiment in words and numbers: its size, its progress, the time that is left. No Qt."""

from dataclasses import dataclass

from mnist_studio.experiments import estimates
from mnist_studio.experiments.events import ExperimentCell, ExperimentEnded
from mnist_studio.experiments.search_result import stored_sentences
from mnist_studio.experiments.stored_cells import stored_cells
from mnist_studio.formatting import counted, listed, rough_duration
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.services import texts
from mnist_studio.spec.experiment import ExperimentSpec, expand_cells
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.search import Search, base_run, setting_title
from mnist_studio.store.experiments import Membership
from mnist_studio.store.runs import RunStore

CONCURRENT = "The runs trained concurrently, so their times are not comparable."
"""The doubt about the times of an experiment with several parallel runs."""


@dataclass(frozen=True)
class StoredProgress:
    """The progress of an experiment, as the store has it.

    Attributes:
        spec: the experiment.
        id: in the store; empty before its first run.
        cells: all cells.
        seconds: estimate of the remaining time from earlier runs; None without an estimate.
        found: what a search has found, a sentence each.
    """

    spec: ExperimentSpec
    id: str
    cells: tuple[ExperimentCell, ...]
    seconds: float | None
    found: tuple[str, ...] = ()


def read_progress(spec: ExperimentSpec, concurrency: int) -> StoredProgress:
    """Reads the progress of an experiment, and estimates its remaining time.

    Args:
        spec: the experiment.
        concurrency: number of parallel runs.

    Raises:
        MnistStudioError: the experiment is invalid, or the store cannot be read.
    """
    with RunStore() as store:
        stored = next((one for one in store.experiments.all() if one.spec == spec), None)
        known = estimates.of_runs(store.runs(), store.experiments.memberships())
        found = stored_cells(store, stored) if stored else _new_cells(spec)
        sentences = stored_sentences(store, spec, found)
    left = [cell.spec for cell in found if cell.state != "finished"]
    seconds = estimates.together(left, known, Membership("", concurrency))
    if spec.search:
        seconds = None  # Nobody knows the settings of the trials to come.
    return StoredProgress(spec, stored.id if stored else "", found, seconds, sentences)


def _new_cells(spec: ExperimentSpec) -> tuple[ExperimentCell, ...]:
    return tuple(ExperimentCell(number, run) for number, run in enumerate(expand_cells(spec)))


def facts(spec: ExperimentSpec) -> str:
    """The size of an experiment: ``30 runs: two recipes × three frameworks × five seeds``."""
    if spec.search:
        return _search_facts(spec, spec.search)
    runs = expand_cells(spec)
    axes: dict[str, set[object]] = {
        "recipe": {run.recipe for run in runs},
        "framework": {run.framework for run in runs},
        "batch size": {run.training.batch_size for run in runs},
        "learning rate": {run.training.optimizer.learning_rate for run in runs},
    }
    for setting in spec.grid.settings if spec.grid else ():
        axes[f"value of {_axis_title(setting.setting)}"] = set(setting.changes)
    if spec.pairs:
        axes = {"pair": {(run.recipe, run.framework, run.known_bugs) for run in runs}}
    axes["seed"] = {run.training.seed for run in runs}
    axes["dataset"] = {run.dataset for run in runs}
    factors = [
        counted(len(values), name, name.replace("value of", "values of") if " of " in name else "")
        for name, values in axes.items()
        if len(values) > 1
    ]
    product = f": {' × '.join(factors)}" if factors else ""
    return f"{counted(len(runs), 'run').capitalize()}{product}. {_settings(spec)}"


def _search_facts(spec: ExperimentSpec, search: Search) -> str:
    """The size of a search and how it chooses."""
    trials = counted(search.trials, "trial")
    varied = counted(len(search.settings), "setting")
    seeds = counted(search.winner_seeds, "other seed")
    method = "Bayesian search" if search.sampler == "tpe" else "Random search"
    pruned = " Bad trials end early." if search.pruner == "median" else ""
    return (
        f"{method}: {trials} of {varied}, then the best settings with {seeds}. Trials are compared "
        f"on {counted(search.validation, 'validation image')}.{pruned} {_settings(spec)}"
    )


def members(spec: ExperimentSpec) -> str:
    """Recipes and frameworks that the experiment compares."""
    if spec.search:
        run = base_run(spec.search)
        varied = listed([setting_title(one.setting) for one in spec.search.settings])
        return f"{_title(run.recipe)} in {framework_title(run.framework)}: {varied}"
    pairs = dict.fromkeys((run.recipe, run.framework) for run in expand_cells(spec))
    return ", ".join(f"{_title(recipe)} in {framework_title(name)}" for recipe, name in pairs)


def _axis_title(path: str) -> str:
    """A setting of a grid: ``units of layer 2``, ``optimizer`` for the kind of optimizer."""
    whole, _, name = path.rpartition(".")
    if name != "kind":
        return setting_title(path)
    return whole.replace("layers.", "layer ")


def _title(recipe: str) -> str:
    """The title of a recipe; its id if a file has defined it."""
    return recipe_title(recipe)


def end(ended: ExperimentEnded) -> str:
    """How a session of an experiment ended."""
    done = f"{ended.finished} of {ended.total} runs are finished"
    return {
        "complete": f"The experiment is complete. All {ended.total} runs are finished.",
        "incomplete": f"{done}. The others failed or were removed. Resume the experiment to "
        "train them.",
        "stopped": f"The experiment is stopped. {done}. You can resume it at any time.",
        "cancelled": f"The runs in progress were discarded. {done}. You can resume the experiment "
        "at any time.",
    }[ended.outcome]


def time_left(seconds: float | None, left: int) -> str:
    """The number of remaining runs with an estimate of their time."""
    if not left:
        return "All runs are trained."
    if seconds is None:
        return f"{counted(left, 'run').capitalize()} left. The time is not known yet."
    return f"{counted(left, 'run').capitalize()} left, about {rough_duration(seconds)}."


def _settings(spec: ExperimentSpec) -> str:
    epochs = f"{counted(spec.epochs, 'epoch')} each" if spec.epochs else "default epochs"
    style = " Native scripts." if spec.style == "native" else ""
    datasets = ", ".join(texts.DATASETS[name] for name in spec.datasets or ("mnist",))
    return f"{epochs.capitalize()}. {datasets}.{style}"
