"""Robustness of runs that were really trained, on the built-in digits."""

import dataclasses

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.data.datasets import builtin
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS, corrupted
from mnist_studio.errors import CancelledByUser
from mnist_studio.events import Finished
from mnist_studio.prediction import robustness as experiment
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.prediction.robustness import EVALUATIONS, cached_robustness, robustness
from mnist_studio.store import artifacts
from mnist_studio.store.artifacts import ROBUSTNESS
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.trained_runs import copy_of, small, trained

TEST = builtin.load().test


def _trained_for_three_epochs() -> Run:
    (*_, end) = trained(small(epochs=3))
    with RunStore() as store:
        return store.run(end.run)


def test_corruptions_reduce_the_accuracy_of_a_trained_run() -> None:
    fractions: list[float] = []
    run = _trained_for_three_epochs()
    (result,) = robustness([run], on_progress=fractions.append)
    found = result.robustness
    assert (result.problem, result.cached) == ("", False)
    assert found is not None
    assert isinstance(run.terminal, Finished)
    assert (found.digits, found.engine, found.step) == (500, "numpy", run.terminal.step)
    assert found.accuracy == pytest.approx(run.terminal.test_accuracy, abs=0.004)
    assert [curve.kind for curve in found.curves] == list(CORRUPTIONS)
    for curve in found.curves:
        assert curve.strengths == CORRUPTIONS[curve.kind].strengths
        assert len(curve.accuracies) == 5
    shift = found.curves[0].accuracies
    assert found.accuracy > 0.88
    assert shift[4] < shift[2] < shift[0] < found.accuracy
    assert shift[4] < 0.5

    images = corrupted(TEST.images, "shift", 3)
    with Evaluator("numpy") as evaluator:
        again = accuracy(evaluator.predict(run, images).logits, TEST.labels)
    assert again == pytest.approx(shift[2], abs=0.002)
    np.testing.assert_allclose(fractions, np.arange(1, EVALUATIONS + 1) / EVALUATIONS)


def test_cached_curves_are_not_computed_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = robustness([run], limit=20)
    assert cached_robustness(run, 20) == first.robustness
    assert cached_robustness(run, 500) is None

    def refuse(*_: object) -> None:
        raise AssertionError("a child was started")

    with monkeypatch.context() as patch:
        patch.setattr(experiment, "Evaluator", refuse)
        (again,) = robustness([run], limit=20)
    assert again.cached
    assert again.robustness == first.robustness
    (whole,) = robustness([run], limit=None)
    assert whole.robustness is not None
    assert (whole.robustness.digits, whole.cached) == (500, False)


def test_other_weights_of_the_same_run_are_evaluated_again(run: Run) -> None:
    list(robustness([run], limit=20))
    assert isinstance(run.terminal, Finished)
    went_on = replace(run.terminal, step=run.terminal.step + 1)
    assert cached_robustness(run, 20) is not None
    assert cached_robustness(dataclasses.replace(run, terminal=went_on), 20) is None


@pytest.mark.needs("pytorch")
def test_each_run_is_evaluated_in_its_own_framework(run: Run, store: RunStore) -> None:
    good, damaged, torch = run, copy_of(run, store), copy_of(run, store, "pytorch")
    path = damaged.folder / artifacts.WEIGHTS
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    untrained = _untrained(good)
    fractions: list[float] = []
    results = list(robustness([untrained, damaged, torch, good], 50, on_progress=fractions.append))
    found = {result.run.id: result for result in results}
    assert results[0].run == untrained
    assert "has no weights" in found[untrained.id].problem
    assert "is damaged" in found[damaged.id].problem
    assert found[damaged.id].robustness is None
    assert not (damaged.folder / ROBUSTNESS).exists()
    for one in (good, torch):
        judged = found[one.id].robustness
        assert judged is not None
        assert judged.engine == one.spec.framework
    assert fractions[-1] == 1.0
    assert fractions == sorted(fractions)


def test_a_cancel_leaves_no_partial_result(run: Run) -> None:
    judgments: list[float] = []
    with pytest.raises(CancelledByUser):
        list(
            robustness(
                [run], 50, on_progress=judgments.append, is_cancelled=lambda: len(judgments) > 4
            )
        )
    assert len(judgments) == 5
    assert cached_robustness(run, 50) is None


def _untrained(like: Run) -> Run:
    with RunStore() as store:
        run = store.create(like.spec)
        store.release(run.id)
        return store.run(run.id)


def test_missing_weights_are_reported(run: Run) -> None:
    (run.folder / artifacts.WEIGHTS).unlink()
    (result,) = robustness([run], 10)
    assert result.robustness is None
    assert result.problem
