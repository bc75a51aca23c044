import os
import signal
import sys
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.data.datasets import builtin
from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.frameworks import registry
from mnist_studio.prediction import evaluation
from mnist_studio.prediction.evaluation import SLICE, Evaluator
from mnist_studio.spec.run import FrameworkName
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.trained_runs import copy_of, small, trained


def logits(run: Run, *rest: Any, **more: Any) -> Any:
    with Evaluator(run.spec.framework) as evaluator:
        return evaluator.predict(run, *rest, **more).logits


IMAGES = builtin.load().test.images


def test_the_logits_of_the_test_digits_are_those_that_the_run_left(run: Run) -> None:
    told: list[float] = []
    got = logits(run, IMAGES, told.append)
    # Trained in slices of another size, which products of matrices round differently.
    np.testing.assert_allclose(got, artifacts.load_test_logits(run.folder), rtol=1e-4, atol=1e-4)
    assert got.dtype == np.float64
    assert told[-1] == 1.0


def test_many_images_are_predicted_slice_by_slice(run: Run) -> None:
    told: list[float] = []
    many = np.concatenate([IMAGES] * 3)[: 2 * SLICE + 1]
    got = logits(run, many, told.append)
    assert got.shape == (2 * SLICE + 1, 10)
    np.testing.assert_allclose(got[-1], got[0], rtol=1e-4, atol=1e-4)
    assert told == sorted(told)
    assert len(told) == 3


def test_one_process_predicts_with_many_models_even_if_one_is_damaged(
    run: Run, store: RunStore
) -> None:
    damaged, missing, good = (copy_of(run, store) for _ in range(3))
    path = damaged.folder / artifacts.WEIGHTS
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    (missing.folder / artifacts.WEIGHTS).unlink()
    with Evaluator("numpy", threads=1) as evaluator:
        first = evaluator.predict(run, IMAGES[:3])
        for bad in (damaged, missing, damaged):
            with pytest.raises(JobError, match=bad.id):
                evaluator.predict(bad, IMAGES[:3])
        second = evaluator.predict(good, IMAGES[:3])
    np.testing.assert_array_equal(first.logits, second.logits)
    assert second.milliseconds > 0


def test_numpy_predicts_for_a_framework_that_is_not_installed(
    run: Run, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: versions(n) if n == "numpy" else None)
    twin = copy_of(run, store, "keras")
    with Evaluator("keras") as evaluator:
        assert evaluator.engine == "numpy"
        judged = evaluator.predict(twin, IMAGES[:3])
    assert judged.logits.shape == (3, 10)


def test_it_can_be_cancelled(run: Run) -> None:
    with pytest.raises(CancelledByUser):
        logits(run, IMAGES, is_cancelled=lambda: True)


@pytest.mark.skipif(sys.platform != "linux", reason="sends signals")
def test_a_process_that_dies_or_takes_too_long_is_reported(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Evaluator("numpy") as evaluator:
        evaluator.predict(run, IMAGES[:1])
        assert evaluator.pid
        os.kill(evaluator.pid, signal.SIGKILL)
        with pytest.raises(JobError, match="ended unexpectedly"):
            evaluator.predict(run, IMAGES[:1])
        evaluator.predict(run, IMAGES[:1])  # Another process answers.
    monkeypatch.setattr(evaluation, "TIMEOUT_SECONDS", 0.0)
    with pytest.raises(JobError, match="did not answer in time"):
        logits(run, IMAGES[:1])


@pytest.mark.parametrize("engine", ["numpy", "pytorch"])
def test_a_run_with_its_own_scaling_predicts_with_it(
    engine: str, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = replace(small(), known_bugs=("own-scaling",))
    trained(spec)
    (run,) = store.runs()
    # NumPy stands in for PyTorch, whose own scaling is another one.
    expected: dict[FrameworkName, bool] = {"numpy": True, "pytorch": False}
    for name, same in expected.items():
        kept = copy_of(run, store, name)
        monkeypatch.setattr(evaluation, "engine_for", lambda _: engine)
        got, wanted = logits(kept, IMAGES), artifacts.load_test_logits(run.folder)
        assert np.allclose(got, wanted, rtol=1e-3, atol=1e-3) == same
