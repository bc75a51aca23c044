import dataclasses

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.errors import TrainingFailed
from mnist_studio.events import Epoch
from mnist_studio.frameworks.base import OptimizerState, StepResults
from mnist_studio.store import artifacts, step_curve
from mnist_studio.training.evaluation import Speed
from mnist_studio.training.state import TrainingState
from tests.training.conftest import Bench, Benches


def _trained(one: Bench, steps: int) -> TrainingState:
    """The state after so many steps, each half right, of which the loss is its number."""
    state = TrainingState(one.session)
    for step in range(steps):
        batch = 18 if step % 4 == 3 else 64
        made = StepResults(np.array([step + 1.0]), np.array([batch // 2]))
        state.add(made)
        step_curve.append(one.folder, made.losses, made.correct / batch)
    return state


def _checkpoint(step: int) -> artifacts.SavedCheckpoint:
    return artifacts.SavedCheckpoint({}, OptimizerState(step, {}), step, train_seconds=7.5)


def _logits(one: Bench, right: int) -> np.ndarray:
    """Logits of the test digits, so many of them right."""
    labels = one.data.test.labels.astype(int)
    labels[right:] = (labels[right:] + 1) % 10
    return np.asarray(np.eye(10)[labels])


def test_an_epoch_is_the_mean_of_its_own_steps(bench: Benches) -> None:
    one = bench()
    state = _trained(one, 4)
    before = state.awaiting_evaluation
    epoch = state.end_epoch((0.5, 0.75), _logits(one, right=15))

    assert (epoch.epoch, epoch.step) == (1, 4)
    assert epoch.train_loss == pytest.approx(456 / 210)  # Three batches of 64, one of 18.
    assert epoch.train_accuracy == (3 * 32 + 9) / 210
    assert (epoch.validation_loss, epoch.validation_accuracy) == (0.5, 0.75)
    assert epoch.test_accuracy == 15 / 60
    assert (before, state.awaiting_evaluation) == (True, False)
    assert (state.losses, state.correct) == ([], 0)


def test_an_epoch_with_a_test_or_validation_loss_of_nan_fails(bench: Benches) -> None:
    one = bench()
    with pytest.raises(TrainingFailed):
        _trained(one, 4).end_epoch((np.nan, 0.1), _logits(one, 60))
    with pytest.raises(TrainingFailed), np.errstate(invalid="ignore"):
        _trained(one, 4).end_epoch(None, _logits(one, 60) * np.nan)


@pytest.mark.parametrize("step", [2, 4, 6, 8])
def test_a_restored_state_is_the_one_that_was_left(bench: Benches, step: int) -> None:
    one = bench()
    left, epochs = TrainingState(one.session), []
    for number in range(1, step + 1):
        batch = 18 if number % 4 == 0 else 64
        made = StepResults(np.array([1 / number]), np.array([number]))
        left.add(made)
        step_curve.append(one.folder, made.losses, made.correct / batch)
        if left.awaiting_evaluation:
            epochs.append(left.end_epoch(None, _logits(one, 30)))
    step_curve.append(one.folder, [9.0, 9.0], [0.0, 0.0])  # After the checkpoint.
    later = _epoch_of_step(epochs, 100)

    restored = TrainingState(one.session)
    restored.restore(_checkpoint(step), [*epochs, *later])

    assert (restored.step, restored.correct) == (left.step, left.correct)
    assert restored.epoch == left.epoch
    assert restored.earlier_seconds == 7.5
    assert np.concatenate(restored.losses).tolist() == np.concatenate([[], *left.losses]).tolist()
    assert len(step_curve.load(one.folder).losses) == step


def test_an_epoch_after_the_checkpoint_is_repeated(bench: Benches) -> None:
    one = bench()
    state = _trained(one, 4)
    reported = state.end_epoch(None, _logits(one, 30))
    restored = TrainingState(one.session)
    restored.restore(_checkpoint(2), [reported])
    assert restored.epoch is None
    assert restored.step == 2
    assert restored.correct == 64


def test_a_trained_epoch_is_still_to_be_evaluated(bench: Benches) -> None:
    one = bench()
    _trained(one, 4)
    restored = TrainingState(one.session)
    restored.restore(_checkpoint(4), [])
    assert restored.awaiting_evaluation
    assert restored.end_epoch(None, _logits(one, 60)).train_loss == pytest.approx(456 / 210)


def test_a_stop_is_reported_before_and_after_an_epoch(bench: Benches) -> None:
    one = bench()
    state = _trained(one, 4)
    assert (state.stopped().epochs, state.stopped().test_accuracy) == (0, None)
    epoch = state.end_epoch(None, _logits(one, 30))
    stopped, finished = state.stopped(), state.finished(Speed(0.25, 4000.0, 60))
    assert (stopped.epochs, stopped.test_accuracy, stopped.device) == (1, 0.5, "CPU")
    assert (finished.test_loss, finished.latency_ms) == (epoch.test_loss, 0.25)
    assert stopped.seconds["train"] == 0.0
    assert stopped.measures is not None
    assert finished.measures is not None
    assert stopped.measures.throughput_images_per_second is None
    throughput = finished.measures.throughput_images_per_second, finished.measures.throughput_batch
    assert throughput == (4000.0, 60)


def test_the_rate_of_training_is_that_of_this_process(bench: Benches) -> None:
    one = bench()
    _trained(one, 6)
    state = TrainingState(one.session)
    state.restore(_checkpoint(4), [])
    for step in (4, 5):
        state.add(StepResults(np.array([float(step)]), np.array([1])))
    one.session.clock.add("train", 2.0)
    stopped = state.stopped()
    measures = stopped.measures
    assert measures is not None
    # Two batches of 64 in 2 seconds; 7.5 seconds were trained before.
    assert measures.train_images_per_second == 64.0
    assert measures.earlier_seconds == 7.5
    assert stopped.seconds["train"] == 9.5
    assert measures.wall_seconds == pytest.approx(sum(stopped.seconds.values()) - 7.5)


def test_a_small_last_batch_does_not_make_the_training_look_slow(bench: Benches) -> None:
    state = TrainingState(bench().session)
    reported = []
    for batch, seconds in ((64, 0.1), (64, 0.1), (64, 0.1), (18, 0.08)):
        steps = StepResults(np.array([1.0]), np.array([1]))
        state.add(steps)
        reported.append(state.progress(steps, batch, seconds).images_per_second)
    assert reported[:3] == pytest.approx([640.0] * 3)
    assert reported[3] == pytest.approx(210 / 0.38)


def _epoch_of_step(epochs: list[Epoch], step: int) -> list[Epoch]:
    """The first epoch once more, as if reported at a later step."""
    return [replace(epoch, step=step) for epoch in epochs[:1]]


def test_an_epoch_reports_what_was_prepared_in_all_processes(bench: Benches) -> None:
    one = bench()
    _trained(one, 4)
    state = TrainingState(one.session)
    checkpoint = dataclasses.replace(_checkpoint(4), preparation_seconds=2.5)
    state.restore(checkpoint, [])
    before = state.preparation_seconds
    for phase, seconds in (("build", 1.0), ("compile", 2.0), ("data", 4.0), ("evaluate", 8.0)):
        one.session.clock.add(phase, seconds)  # type: ignore[arg-type]
    epoch = state.end_epoch(None, _logits(one, 30))
    assert before >= 2.5
    assert epoch.preparation_seconds == pytest.approx(before + 7.0, abs=0.1)
    measures = state.stopped().measures
    assert measures is not None
    assert measures.earlier_preparation_seconds == 2.5
