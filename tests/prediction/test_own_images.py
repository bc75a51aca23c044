"""Runs that were really trained, scored on digits that a user might have written."""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import OwnImage, of_ink
from mnist_studio.errors import CancelledByUser, DataError
from mnist_studio.events import Failed, Finished
from mnist_studio.prediction import own_images as experiment
from mnist_studio.prediction.evaluation import Evaluation, Evaluator
from mnist_studio.prediction.own_images import OwnImagePredictor, scores
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store import own_images
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


def written(lean: int, label: int = 1) -> OwnImage:
    """A one, or what is labeled otherwise on purpose."""
    points = (InkPoint(0.5 + lean / 500, 0.1), InkPoint(0.5 - lean / 500, 0.9))
    return of_ink((points,), label, float(lean))


ONES = tuple(written(lean) for lean in range(12))


def train(own: str = "", seed: int = 42) -> Run:
    spec = run_spec(RECIPES["mlp-128"])
    spec = replace(
        spec, training=replace(spec.training, epochs=2, seed=seed), dataset="builtin",
        framework="numpy", device="cpu", threads=1, own_images=own,
    )  # fmt: skip
    (*_, end) = TrainingJob(spec).events()
    if isinstance(end, Failed):
        raise DataError(end.reason)
    with RunStore() as store:
        return store.run(end.run)


def test_a_run_is_scored_with_interval_and_confusion_and_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, wrong = train(), written(3, 8)
    digits = own_images.of((*ONES[:3], *ONES[4:], wrong))
    (score,) = scores([run], digits)
    assert score.problem == ""
    assert score.accuracy is not None
    assert score.accuracy.count == 12
    assert score.accuracy.interval is not None
    assert score.accuracy.interval.low < score.accuracy.value < score.accuracy.interval.high
    assert score.confusion.sum() == 12
    assert score.confusion[1, 1] >= 8
    assert wrong.key in score.wrong

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr(experiment, "Evaluator", refuse)
    (again,) = scores([run], digits)
    assert again.accuracy == score.accuracy
    # Another label needs no other answer.
    (relabeled,) = scores([run], own_images.of((*ONES[:3], written(3), *ONES[4:])))
    assert relabeled.accuracy is not None
    assert relabeled.accuracy.value >= score.accuracy.value


def test_digits_that_a_run_learnt_from_are_not_counted_for_it() -> None:
    kept = own_images.freeze(ONES[:8])
    run = train(kept.fingerprint)
    assert isinstance(run.terminal, Finished)
    whole, own = own_images.of(ONES), own_images.of(ONES[:8])
    (score,) = scores([run], whole)
    assert (score.trained_on, score.accuracy and score.accuracy.count) == (8, 4)
    (nothing,) = scores([run], own)
    assert (nothing.trained_on, nothing.accuracy, nothing.problem) == (8, None, "")


def test_own_digits_change_what_is_learnt_and_leave_the_test_as_it_is() -> None:
    eights = own_images.freeze([written(lean, 8) for lean in range(40)])
    plain, taught = train(), train(eights.fingerprint)
    assert isinstance(plain.terminal, Finished)
    assert isinstance(taught.terminal, Finished)
    # 1,297 digits in batches of 64 are 21 steps a pass, 1,337 likewise: the same count by chance.
    assert plain.terminal.step == taught.terminal.step == 42
    images = own_images.of([written(50)]).digits.images
    with OwnImagePredictor() as answering:
        eight = [answering.logits(run, images)[0, 8] for run in (plain, taught)]
    assert eight[1] > eight[0]
    assert abs(plain.terminal.test_accuracy - taught.terminal.test_accuracy) < 0.1


def test_a_set_that_is_not_here_fails_the_run_in_words() -> None:
    with pytest.raises(DataError, match="not on this computer"):
        train("0" * 32)


def test_a_run_that_cannot_predict_is_reported_and_does_not_block_others() -> None:
    good, bad = train(), train(seed=7)
    (bad.folder / "weights.safetensors").write_bytes(b"none")
    told: list[float] = []
    first, second = scores([bad, good], own_images.of(ONES), told.append)
    assert first.problem
    assert first.accuracy is None
    assert second.accuracy is not None
    assert told == [0.5, 1.0]


def test_it_can_be_cancelled() -> None:
    with pytest.raises(CancelledByUser):
        list(scores([train()], own_images.of(ONES), is_cancelled=lambda: True))


def test_equal_images_share_a_prediction(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    run = train()
    images = own_images.of(ONES).digits.images
    judge = Evaluator.predict

    def counted(self: Evaluator, run: Run, images: NDArray[np.uint8], **rest: Any) -> Evaluation:
        asked.append(len(images))
        return judge(self, run, images, **rest)

    monkeypatch.setattr(Evaluator, "predict", counted)
    with OwnImagePredictor() as answering:
        found = answering.logits(run, np.concatenate([images[:2], images[:2]]))
        answering.logits(run, images[:3])
    assert asked == [2, 1]
    assert np.array_equal(found[:2], found[2:])
