from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.events import Failed, Log, Started
from mnist_studio.running import memory
from mnist_studio.running.job import TrainingJob
from mnist_studio.running.memory import check_memory, memory_warning, needed_bytes
from mnist_studio.spec.layers import Conv, Dense, Flatten
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.spec.run_checks import check
from mnist_studio.training import machine
from tests.trained_runs import small, trained

_LARGE = ModelSpec((Conv(1000), Conv(1000), Flatten(), Dense(10)))
"""At a batch size of 60,000: more than 700 GB."""


def _huge(framework: FrameworkName = "numpy") -> RunSpec:
    run = replace(small(framework, batch_size=60_000), model=_LARGE, dataset="mnist")
    check(run)
    return run


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer with 8 GB, of which 1 GB is free, and without a GPU."""
    monkeypatch.setattr(machine, "total_memory_bytes", lambda: 8_000_000_000)
    monkeypatch.setattr(machine, "available_memory_bytes", lambda: 1_000_000_000)
    monkeypatch.setattr(memory, "_DRIVER", Path("/nowhere"))
    monkeypatch.setenv("PATH", "")


@pytest.mark.parametrize("framework", ["numpy", "pytorch", "keras"])
@pytest.mark.usefixtures("computer")
def test_a_training_that_cannot_fit_is_refused_with_the_estimate(framework: FrameworkName) -> None:
    with pytest.raises(
        SpecError, match=r"about [\d,.]+ GB of memory, but this computer has 8\.0 GB"
    ):
        check_memory(_huge(framework))
    check_memory(replace(_huge(framework), training=replace(_huge().training, batch_size=8)))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.usefixtures("computer")
def test_every_recipe_fits_into_8_gigabytes(name: str) -> None:
    check_memory(run_spec(RECIPES[name]))
    assert needed_bytes(run_spec(RECIPES[name])) < machine.total_memory_bytes()


@pytest.mark.usefixtures("computer")
def test_a_gpu_has_memory_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_DRIVER", Path("/"))
    check_memory(replace(_huge("pytorch"), device="auto"))
    assert not memory_warning(replace(_huge("pytorch"), device="auto"))
    for run in (replace(_huge("numpy"), device="auto"), _huge("pytorch")):
        with pytest.raises(SpecError):
            check_memory(run)


@pytest.mark.usefixtures("computer")
def test_a_training_that_may_not_fit_is_warned_of() -> None:
    assert needed_bytes(small("keras")) < 1_000_000_000
    assert not memory_warning(small("keras"))
    warning = memory_warning(replace(small("keras"), dataset="mnist"))
    assert "needs about 1.1 GB of memory, and 1.0 GB are free." in warning


@pytest.mark.usefixtures("computer")
def test_a_job_fails_before_its_process_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    started, failed = trained(_huge())
    assert isinstance(started, Started)
    assert isinstance(failed, Failed)
    assert "but this computer has 8.0 GB" in failed.reason
    monkeypatch.setattr(machine, "available_memory_bytes", lambda: 1)
    events = TrainingJob(small("numpy")).events()
    assert isinstance(next(events), Started)
    warning = next(events)
    events.close()
    assert isinstance(warning, Log)
    assert "Close other programs" in warning.text
