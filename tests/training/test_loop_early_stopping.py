"""Trainings that end early, and trainings that end with the weights of their best epoch."""

import numpy as np
import pytest

from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.events import Checkpoint, Epoch, Event, Finished, Stopped, ending
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.run import EarlyStopping
from mnist_studio.store import artifacts, step_curve
from mnist_studio.training.clock import CheckpointClock
from mnist_studio.training.session import Control
from tests.training.conftest import Benches, same_weights

EARLY = {
    "optimizer": Adam(0.05),
    "validation": 40,
    "epochs": 20,
    "early_stopping": EarlyStopping(patience=2),
    "best_epoch": True,
}
FILES = (step_curve.STEPS, artifacts.WEIGHTS, artifacts.TEST_LOGITS)


class Killed(Exception):
    """The process is gone."""


@pytest.fixture(autouse=True)
def _always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CheckpointClock, "due", True)


def test_a_run_that_stops_early_is_finished_with_the_weights_of_its_best_epoch(
    bench: Benches,
) -> None:
    early = bench("early", **EARLY)
    ended = early.train(2)
    assert isinstance(ended, Finished)
    assert ended.stopped_early
    best, last = ended.weights_epoch, ended.epochs
    assert best is not None
    assert best + 2 == last < 20
    assert ending(ended) == f"Stopped early after epoch {last}; weights of epoch {best}"
    chosen = early.of(Epoch)[best - 1]
    assert (ended.test_accuracy, ended.test_loss) == (chosen.test_accuracy, chosen.test_loss)
    assert ended.step == early.of(Epoch)[-1].step

    short = bench("short", **EARLY | {"early_stopping": None, "epochs": best})
    short.train(2)
    assert same_weights(early.learner, short.learner)
    for name in FILES[1:]:
        assert (early.folder / name).read_bytes() == (short.folder / name).read_bytes()
    logits = artifacts.load_test_logits(early.folder)
    assert accuracy(logits, early.data.test.labels) == ended.test_accuracy


def test_without_the_best_epoch_the_weights_are_the_last(bench: Benches) -> None:
    early = bench("early", **EARLY | {"best_epoch": False})
    ended = early.train(2)
    assert isinstance(ended, Finished)
    assert ended.weights_epoch is None
    assert ended.test_accuracy == early.of(Epoch)[-1].test_accuracy
    assert ending(ended) == f"Stopped early after epoch {ended.epochs}"
    short = bench("short", **EARLY | {"early_stopping": None, "epochs": ended.epochs})
    short.train(2)
    checkpoint = artifacts.load_checkpoint(short.folder, short.spec)
    for name, array in early.learner.weights().items():
        np.testing.assert_array_equal(array, checkpoint.weights[name])


def test_the_best_epoch_needs_no_early_end(bench: Benches) -> None:
    one = bench(**EARLY | {"early_stopping": None, "epochs": 4})
    ended = one.train(4)
    assert isinstance(ended, Finished)
    assert not ended.stopped_early
    assert ended.epochs == 4
    assert ending(ended) == f"Weights of epoch {ended.weights_epoch}"


@pytest.mark.parametrize("back", [0, 1, 6])
def test_a_killed_run_ends_early_at_the_same_epoch_with_the_same_bits(
    bench: Benches, back: int
) -> None:
    whole = bench("whole", **EARLY)
    ended = whole.train(2)
    step = ended.step - back

    def kill(event: Event, _: Control) -> None:
        if isinstance(event, Checkpoint) and event.step == step:
            raise Killed

    killed = bench("killed", on_event=kill, **EARLY)
    with pytest.raises(Killed):
        killed.train(2)
    again = bench("again", folder=killed.folder, **EARLY)
    resumed = again.train(2, resume=True)
    assert isinstance(ended, Finished)
    assert isinstance(resumed, Finished)
    for name in ("epochs", "step", "test_accuracy", "stopped_early", "weights_epoch"):
        assert getattr(resumed, name) == getattr(ended, name)
    for file in FILES:
        assert (whole.folder / file).read_bytes() == (again.folder / file).read_bytes()


def test_a_stopped_run_has_the_weights_of_its_step_and_resumes(bench: Benches) -> None:
    whole = bench("whole", **EARLY)
    ended = whole.train(2)

    def stop(event: Event, control: Control) -> None:
        if isinstance(event, Epoch) and event.epoch == ended.epochs - 1:
            control.stop()

    stopped = bench("stopped", on_event=stop, **EARLY)
    assert isinstance(stopped.train(2), Stopped)
    checkpoint = artifacts.load_checkpoint(stopped.folder, stopped.spec)
    assert checkpoint.best is not None
    for name, array in artifacts.load_weights(stopped.folder, stopped.spec).items():
        np.testing.assert_array_equal(array, checkpoint.weights[name])
    again = bench("again", folder=stopped.folder, **EARLY)
    assert isinstance(again.train(2, resume=True), Finished)
    for file in FILES:
        assert (whole.folder / file).read_bytes() == (again.folder / file).read_bytes()
