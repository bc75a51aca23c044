import numpy as np
import pytest

from mnist_studio.errors import StoreError
from mnist_studio.events import Checkpoint, Epoch, Event, Finished, Progress, Stopped
from mnist_studio.frameworks.base import Weights
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.run import TrainingSpec
from mnist_studio.store import artifacts, step_curve, tensors
from mnist_studio.store.artifacts import WeightAverage
from mnist_studio.training import averaging
from mnist_studio.training.clock import CheckpointClock
from mnist_studio.training.session import Control
from tests.training.conftest import Benches

FILES = (step_curve.STEPS, artifacts.WEIGHTS, artifacts.TEST_LOGITS)
STEPS = 4
"""In an epoch."""


class Killed(Exception):
    """The process is gone."""


def after_epochs(bench: Benches, epochs: int) -> list[Weights]:
    """The weights of the training after each epoch."""
    found: list[Weights] = []

    def keep(event: Event, _: Control) -> None:
        if isinstance(event, Checkpoint) and event.step % STEPS == 0:
            found.append(artifacts.load_checkpoint(one.folder, one.spec).weights)

    one = bench("plain", on_event=keep, epochs=epochs)
    one.train(2)
    return found[:epochs]


def test_the_final_weights_are_the_mean_of_the_last_epochs(bench: Benches) -> None:
    plain = after_epochs(bench, 4)
    one = bench("averaged", epochs=4, averaged_epochs=3)
    end = one.train(2)
    assert isinstance(end, Finished)
    stored = artifacts.load_weights(one.folder, one.spec)
    for name, array in stored.items():
        mean = np.mean([weights[name] for weights in plain[1:]], axis=0, dtype=np.float64)
        np.testing.assert_allclose(array, mean, rtol=1e-5, atol=1e-7)
    # The training itself does not see the mean.
    checkpoint = artifacts.load_checkpoint(one.folder, one.spec)
    for name, array in checkpoint.weights.items():
        np.testing.assert_array_equal(array, plain[3][name])
    logits = artifacts.load_test_logits(one.folder)
    one.learner.load_weights(stored)
    np.testing.assert_array_equal(one.learner.logits(one.data.test.images), logits)


def test_epochs_before_the_mean_are_those_of_the_training(bench: Benches) -> None:
    plain, averaged = bench("plain", epochs=4), bench("averaged", epochs=4, averaged_epochs=2)
    plain.train(2)
    averaged.train(2)
    first, second = plain.of(Epoch), averaged.of(Epoch)
    assert [e.train_loss for e in first] == [e.train_loss for e in second]
    same = [one.test_loss == other.test_loss for one, other in zip(first, second, strict=True)]
    # The mean of one epoch is that epoch.
    assert same == [True, True, True, False]


@pytest.mark.parametrize("step", [STEPS + 1, 3 * STEPS])
def test_a_killed_run_resumes_to_the_same_mean(
    bench: Benches, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(CheckpointClock, "due", True)
    changes = {"epochs": 4, "averaged_epochs": 3}

    def kill(event: Event, _: Control) -> None:
        if isinstance(event, Progress) and event.step > step:
            raise Killed

    whole = bench("whole", **changes)
    whole.train(1)
    killed = bench("killed", on_event=kill, **changes)
    with pytest.raises(Killed):
        killed.train(1)
    again = bench("again", folder=killed.folder, **changes)
    again.events.extend(killed.of(Epoch))
    again.train(1, resume=True)
    for name in FILES:
        assert (whole.folder / name).read_bytes() == (again.folder / name).read_bytes()


def test_a_stopped_run_has_the_weights_of_its_step_and_resumes_to_the_same_mean(
    bench: Benches,
) -> None:
    def stop(event: Event, control: Control) -> None:
        if isinstance(event, Epoch) and event.epoch == 3:
            control.stop()

    changes = {"epochs": 4, "averaged_epochs": 3}
    whole = bench("whole", **changes)
    whole.train(2)
    one = bench("stopped", on_event=stop, **changes)
    assert isinstance(one.train(2), Stopped)
    checkpoint = artifacts.load_checkpoint(one.folder, one.spec)
    assert checkpoint.average is not None
    assert checkpoint.average.count == 2
    for name, array in artifacts.load_weights(one.folder, one.spec).items():
        np.testing.assert_array_equal(array, checkpoint.weights[name])
    again = bench("again", folder=one.folder, **changes)
    assert isinstance(again.train(2, resume=True), Finished)
    for name in FILES:
        assert (whole.folder / name).read_bytes() == (again.folder / name).read_bytes()


def test_a_run_that_continues_to_more_epochs_begins_a_new_mean() -> None:
    training = TrainingSpec(Sgd(), epochs=10, averaged_epochs=4)
    average = WeightAverage(4, {})
    assert averaging.resumed(training, 10, average) is average
    assert averaging.resumed(training, 10, None) is None
    longer = TrainingSpec(Sgd(), epochs=12, averaged_epochs=4)
    assert averaging.resumed(longer, 10, average) is None
    # Fewer epochs than are to be averaged: all of them are.
    few = TrainingSpec(Sgd(), epochs=3, averaged_epochs=9)
    assert averaging.resumed(few, 2, WeightAverage(2, {})) is not None


def test_a_damaged_mean_is_refused(bench: Benches) -> None:
    one = bench(epochs=2, averaged_epochs=2)
    one.train(2)
    whole = tensors.load(one.folder / artifacts.CHECKPOINT)
    assert whole.notes["averaged_epochs"] == "2"
    for notes in ({"averaged_epochs": "x"}, {}):
        bad = {**whole.notes, **notes}
        arrays = dict(whole.arrays)
        if not notes:
            arrays.pop(next(name for name in arrays if name.startswith("average/")))
        tensors.save(one.folder / artifacts.CHECKPOINT, arrays, bad)
        with pytest.raises(StoreError, match="damaged"):
            artifacts.load_checkpoint(one.folder, one.spec)
