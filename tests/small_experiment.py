"""A small experiment of the built-in digits, trained for real, for tests of views and reports."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import Selection, select_experiment
from mnist_studio.events import Finished
from mnist_studio.experiments.events import ExperimentEnded
from mnist_studio.experiments.runner import ExperimentRunner
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.run import FrameworkName
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

STUDY = ExperimentSpec(
    title="small",
    question="Does the batch size matter?",
    grid=Grid(recipes=("tiny-10", "mlp-128"), frameworks=("numpy",), batch_sizes=(32, 64)),
    seeds=(1, 2),
    datasets=("builtin",),
    epochs=2,
    device="cpu",
    threads=1,
)
RUNS = 8


def trained_home(folder: Path) -> Path:
    """A home in which the experiment is complete."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.HOME_VARIABLE, str(folder))
        patch.delenv(paths.DATA_VARIABLE, raising=False)
        *_, ended = ExperimentRunner(STUDY).events()
        assert isinstance(ended, ExperimentEnded), ended
        assert ended.finished == RUNS, ended
    return folder


@pytest.fixture(scope="session")
def experiment_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be copied, not changed."""
    return trained_home(tmp_path_factory.mktemp("studied"))


@pytest.fixture
def run_data(experiment_home: Path, home: Path) -> RunData:
    """The experiment in this test's home."""
    shutil.copytree(experiment_home, home, dirs_exist_ok=True)
    return RunData(chosen())


def chosen() -> Selection:
    with RunStore() as store:
        (experiment,) = store.experiments.all()
        return select_experiment(store, experiment.id)


def copied(run: Run, store: RunStore, framework: FrameworkName, seconds: float) -> Run:
    """A run as another framework could have left it: the same artifacts, other clocks.

    Args:
        run: to copy.
        store: with the run.
        framework: of the copy.
        seconds: its training time, of which one second is not spent in training steps.
    """
    made = store.create(replace(run.spec, framework=framework))
    shutil.copytree(run.folder, made.folder, dirs_exist_ok=True)
    for epoch in store.epochs(run.id):
        store.record(replace(epoch, run=made.id, framework=framework))
    ended = run.terminal
    assert isinstance(ended, Finished)
    preparation = {"build": 0.25, "compile": 0.5, "data": 0.25}
    clocks = ended.seconds | preparation | {"train": seconds - 1, "import": 3.0}
    store.record(replace(ended, run=made.id, framework=framework, seconds=clocks))
    store.release(made.id)
    return store.run(made.id)
