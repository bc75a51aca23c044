"""An experiment in words. No Qt."""

from mnist_studio.experiments.events import Ended
from mnist_studio.formatting import counted, duration
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common import texts
from mnist_studio.spec.experiment import ExperimentSpec, expand_cells


def facts(spec: ExperimentSpec) -> str:
    """What its runs are made of: ``30 runs: 2 recipes × 3 frameworks × 5 seeds``."""
    runs = expand_cells(spec)
    axes: dict[str, set[object]] = {
        "recipe": {run.recipe for run in runs},
        "framework": {run.framework for run in runs},
        "batch size": {run.training.batch_size for run in runs},
        "learning rate": {run.training.optimizer.learning_rate for run in runs},
    }
    if spec.pairs:
        axes = {"pair": {(run.recipe, run.framework, run.known_bugs) for run in runs}}
    axes["seed"] = {run.training.seed for run in runs}
    axes["data set"] = {run.dataset for run in runs}
    told = [counted(len(values), name) for name, values in axes.items() if len(values) > 1]
    made = f": {' × '.join(told)}" if told else ""
    return f"{counted(len(runs), 'run').capitalize()}{made}. {_settings(spec)}"


def members(spec: ExperimentSpec) -> str:
    """Who takes part: recipes and frameworks."""
    pairs = dict.fromkeys((run.recipe, run.framework) for run in expand_cells(spec))
    return ", ".join(f"{recipe} in {framework_title(name)}" for recipe, name in pairs)


def end(ended: Ended) -> str:
    """How a session ended."""
    done = f"{ended.finished} of {ended.total} runs are finished"
    return {
        "complete": f"The experiment is complete: all {ended.total} runs are finished.",
        "incomplete": f"{done}; the others failed or were taken out. Run it again to try them.",
        "stopped": f"Stopped: {done}. It goes on where it was whenever you run it again.",
        "cancelled": f"Cancelled: {done}. What was training is lost; the rest goes on when you "
        "run it again.",
    }[ended.outcome]


def time_left(seconds: float | None, left: int) -> str:
    """What is known of the time that it will take."""
    if not left:
        return "Nothing is left to train."
    if seconds is None:
        return f"{counted(left, 'run')} left; no earlier run tells for how long.".capitalize()
    return f"{counted(left, 'run')} left, about {duration(seconds)}.".capitalize()


def _settings(spec: ExperimentSpec) -> str:
    epochs = f"{counted(spec.epochs, 'epoch')} each" if spec.epochs else "each recipe's own epochs"
    style = " Each framework's own loop." if spec.style == "native" else ""
    return f"{epochs[:1].upper()}{epochs[1:]}; {_digits(spec)}.{style}"


def _digits(spec: ExperimentSpec) -> str:
    return ", ".join(texts.DATASETS[name] for name in spec.datasets or ("mnist",))
