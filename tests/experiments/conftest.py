"""Small experiments of the built-in digits, trained for real."""

import pytest

from mnist_studio import paths
from mnist_studio.experiments.events import AnyExperimentEvent, ExperimentEnded
from mnist_studio.experiments.executors import Executor
from mnist_studio.experiments.runner import ExperimentRunner
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.store.experiments import Member
from mnist_studio.store.runs import RunStore

SMALL = ExperimentSpec(
    title="small",
    grid=Grid(recipes=("tiny-10",), frameworks=("numpy",)),
    seeds=(1, 2, 3),
    datasets=("builtin",),
    epochs=1,
    device="cpu",
    threads=1,
)


@pytest.fixture(autouse=True)
def _no_named_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder of digits that happens to be named where the tests run."""
    monkeypatch.delenv(paths.DATA_VARIABLE, raising=False)


def run_events(
    experiment: ExperimentSpec = SMALL, executor: Executor | None = None
) -> list[AnyExperimentEvent]:
    """The events of a session to its end."""
    return list(ExperimentRunner(experiment, executor).events())


def outcome(events: list[AnyExperimentEvent]) -> str:
    last = events[-1]
    assert isinstance(last, ExperimentEnded)
    return last.outcome


def members(experiment: ExperimentSpec = SMALL) -> tuple[Member, ...]:
    with RunStore() as store:
        return store.experiments.members(store.experiments.add(experiment).id)
