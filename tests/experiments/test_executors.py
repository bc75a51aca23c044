import pytest

from mnist_studio.errors import SpecError
from mnist_studio.experiments.executors import Local
from mnist_studio.training import machine
from tests.trained_runs import small


def test_an_experiment_that_cannot_fit_into_memory_does_not_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    executor = Local()
    executor.check((small(),))
    monkeypatch.setattr(machine, "total_memory_bytes", lambda: 100_000_000)
    with pytest.raises(SpecError, match=r"this computer has 0\.1 GB"):
        executor.check((small(),))
