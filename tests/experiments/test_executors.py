from pathlib import Path

import pytest

from mnist_studio.errors import SpecError
from mnist_studio.events import Started
from mnist_studio.experiments.executors import CellJob, Local
from mnist_studio.store import epoch_records
from mnist_studio.store.experiments import Membership
from mnist_studio.store.runs import RunStore
from mnist_studio.training import machine
from tests.experiments.conftest import SMALL
from tests.trained_runs import small


def test_an_experiment_that_cannot_fit_into_memory_does_not_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    executor = Local()
    executor.check((small(),))
    monkeypatch.setattr(machine, "total_memory_bytes", lambda: 100_000_000)
    with pytest.raises(SpecError, match=r"this computer has 0\.1 GB"):
        executor.check((small(),))


def test_runs_of_an_experiment_are_recorded_on_request(home: Path) -> None:
    with RunStore() as store:
        experiment = store.experiments.add(SMALL)
    for observe, epochs in ((True, [1]), (False, [])):
        job = Local(observe=observe).job(CellJob(small(), Membership(experiment.id)))
        started = next(event for event in list(job.events()) if isinstance(event, Started))
        with RunStore() as store:
            folder = store.run(started.run).folder
        assert list(epoch_records.FILES.epochs(folder)) == epochs
