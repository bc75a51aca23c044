"""MNIST Studio: one network, described once, trained in three frameworks and compared fairly.

``import mnist_studio as studio`` gives the Python API; see ``docs/python.md``. Its names are
imported when they are used: every command and child process imports this module first, even before
the folder of a script is off the path, so that it imports nothing itself.
"""

__version__ = "0.1.0"

# Type checkers take this name as true, and ``typing`` need not be imported.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from mnist_studio.api.comparisons import Comparison, compare
    from mnist_studio.api.datasets import dataset
    from mnist_studio.api.experiments import ExperimentTraining as Experiment
    from mnist_studio.api.experiments import experiment
    from mnist_studio.api.home import close, recipes, use_home
    from mnist_studio.api.parity_checks import parity
    from mnist_studio.api.runs import StoredRun as Run
    from mnist_studio.api.runs import run, runs
    from mnist_studio.api.trainings import RunTraining as Training
    from mnist_studio.api.trainings import describe, resume, train
    from mnist_studio.errors import MnistStudioError
    from mnist_studio.spec.experiment import ExperimentSpec, Grid

__all__ = [
    "Comparison", "Experiment", "ExperimentSpec", "Grid", "MnistStudioError", "Run", "Training",
    "close", "compare", "dataset", "describe", "experiment", "parity", "recipes", "resume", "run",
    "runs", "train", "use_home",
]  # fmt: skip

_PLACES = {
    "Comparison": "api.comparisons.Comparison",
    "Experiment": "api.experiments.ExperimentTraining",
    "ExperimentSpec": "spec.experiment.ExperimentSpec",
    "Grid": "spec.experiment.Grid",
    "MnistStudioError": "errors.MnistStudioError",
    "Run": "api.runs.StoredRun",
    "Training": "api.trainings.RunTraining",
    "close": "api.home.close",
    "compare": "api.comparisons.compare",
    "dataset": "api.datasets.dataset",
    "describe": "api.trainings.describe",
    "experiment": "api.experiments.experiment",
    "recipes": "api.home.recipes",
    "resume": "api.trainings.resume",
    "run": "api.runs.run",
    "runs": "api.runs.runs",
    "train": "api.trainings.train",
    "use_home": "api.home.use_home",
}
"""Where the names are defined. ``parity`` is the package of that name, which can be called."""


if not TYPE_CHECKING:  # Checkers would take every name for one of the API.

    def __getattr__(name: str) -> object:
        """Imports a name of the Python API when it is used."""
        from importlib import import_module

        if name == "parity":
            return import_module("mnist_studio.parity")
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, _, attribute = _PLACES[name].rpartition(".")
        found = getattr(import_module(f"{__name__}.{module}"), attribute)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """The names of the Python API, for completion."""
    return sorted({*globals(), *__all__})
