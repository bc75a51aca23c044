import numpy as np
import pytest

from mnist_studio.analysis.evaluation import accuracy, cross_entropy
from mnist_studio.data.pipeline.batches import epoch_order
from mnist_studio.errors import StoreError, TrainingFailed
from mnist_studio.events import Checkpoint, Epoch, Event, Finished, Phase, Progress, Stopped
from mnist_studio.frameworks.base import Chunk, StepResults
from mnist_studio.spec.layers import Dense, Dropout, Flatten, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.schedules import Exponential, OneCycle
from mnist_studio.spec.steps import learning_rate
from mnist_studio.store import artifacts, step_curve
from mnist_studio.training.session import Control
from tests.training.conftest import Bench, Benches, same_weights

DROPPED = ModelSpec((Flatten(), Dense(12), Relu(), Dropout(0.5), Dense(10)))


class Recorded:
    """A real learner that keeps the chunks it is given."""

    def __init__(self, bench: Bench) -> None:
        self.chunks: list[Chunk] = []
        self._train = bench.learner.train
        bench.learner.train = self.train  # type: ignore[method-assign]

    def train(self, chunk: Chunk) -> StepResults:
        if len(chunk.indices):
            self.chunks.append(chunk)
        return self._train(chunk)


def test_the_size_of_chunks_never_changes_a_result(bench: Benches) -> None:
    changes = {"model": DROPPED, "schedule": OneCycle(), "validation": 30}
    benches = [bench(f"run{i}", **changes) for i in range(4)]
    for one, sizes in zip(benches, [(1,), (2, 1), (3,), ()], strict=True):
        one.train(*sizes)

    first = benches[0]
    curve, logits = step_curve.load(first.folder), artifacts.load_test_logits(first.folder)
    for other in benches[1:]:
        assert same_weights(first.learner, other.learner)
        assert (first.folder / step_curve.STEPS).read_bytes() == (
            other.folder / step_curve.STEPS
        ).read_bytes()
        np.testing.assert_array_equal(artifacts.load_test_logits(other.folder), logits)
    assert len(curve.losses) == 9
    reported = [[_timeless(epoch) for epoch in one.of(Epoch)] for one in benches]
    assert reported[0] == reported[1] == reported[2] == reported[3]


def test_each_epoch_sees_every_digit_once_in_its_own_order(bench: Benches) -> None:
    one = bench()
    learner = Recorded(one)
    one.train(3)

    assert [chunk.indices.shape for chunk in learner.chunks] == [(3, 64), (1, 18)] * 3
    for epoch in range(3):
        seen = [chunk.indices.ravel() for chunk in learner.chunks[2 * epoch : 2 * epoch + 2]]
        order = epoch_order(one.spec.training.seed, epoch, 210)
        np.testing.assert_array_equal(np.concatenate(seen), order)


@pytest.mark.parametrize("schedule", [Exponential(0.5), OneCycle()])
def test_the_rates_follow_the_schedule_across_chunks(
    bench: Benches, schedule: Exponential | OneCycle
) -> None:
    one = bench(schedule=schedule)
    learner = Recorded(one)
    one.train(2)

    rates = np.concatenate([chunk.rates for chunk in learner.chunks])
    wanted = [learning_rate(one.spec.training, step, 210) for step in range(12)]
    assert rates.tolist() == wanted
    assert [epoch.learning_rate for epoch in one.of(Epoch)] == [wanted[3], wanted[7], wanted[11]]


def test_the_numbers_of_every_epoch_can_be_recomputed(bench: Benches) -> None:
    logits: list[np.ndarray] = []

    def judge(event: Event, _: Control) -> None:
        if isinstance(event, Epoch):
            logits.append(one.learner.logits(one.data.test.images))

    one = bench(validation=30, on_event=judge)
    finished = one.train(2)

    curve = step_curve.load(one.folder)
    sizes = np.array([64, 64, 52])
    labels = one.data.test.labels
    for number, (epoch, of_test) in enumerate(zip(one.of(Epoch), logits, strict=True), 1):
        part = slice(3 * number - 3, 3 * number)
        assert (epoch.epoch, epoch.step) == (number, 3 * number)
        assert epoch.train_loss == pytest.approx(curve.losses[part] @ sizes / 180)
        assert epoch.train_accuracy == pytest.approx(curve.accuracies[part] @ sizes / 180)
        assert epoch.test_loss == cross_entropy(of_test, labels)
        assert epoch.test_accuracy == accuracy(of_test, labels)
    validation = one.session.data.validation
    assert validation is not None
    assert len(validation) == 30
    last = one.learner.logits(validation.images)
    assert one.of(Epoch)[-1].validation_accuracy == accuracy(last, validation.labels)
    assert one.of(Epoch)[-1].validation_loss == cross_entropy(last, validation.labels)
    assert isinstance(finished, Finished)
    assert (finished.test_accuracy, finished.test_loss) == (epoch.test_accuracy, epoch.test_loss)


def test_saved_results_are_those_of_the_final_weights_and_every_step(bench: Benches) -> None:
    one = bench()
    finished = one.train()

    weights = artifacts.load_weights(one.folder, one.spec)
    assert all(np.array_equal(weights[name], w) for name, w in one.learner.weights().items())
    np.testing.assert_array_equal(
        artifacts.load_test_logits(one.folder), one.learner.logits(one.data.test.images)
    )
    curve = step_curve.load(one.folder)
    reported = one.of(Progress)
    np.testing.assert_array_equal(
        curve.losses, np.array([loss for event in reported for loss in event.losses], np.float32)
    )
    np.testing.assert_array_equal(
        curve.accuracies,
        np.array([right for event in reported for right in event.accuracies], np.float32),
    )
    assert artifacts.load_checkpoint(one.folder, one.spec).step == finished.step == 12
    assert finished.epochs == 3


def test_progress_counts_steps_images_and_the_time_that_is_left(bench: Benches) -> None:
    one = bench()
    one.train(2)

    reported = one.of(Progress)
    assert [event.step for event in reported] == [2, 3, 4, 6, 7, 8, 10, 11, 12]
    assert [event.epoch for event in reported] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert {event.steps for event in reported} == {12}
    assert all(event.images_per_second > 0 for event in reported)
    seconds = [event.train_seconds for event in reported]
    assert seconds == sorted(seconds)
    first, last = reported[0].seconds_left, reported[-1].seconds_left
    assert first is not None
    assert last is not None
    # Nothing is left to train, but the last epoch is still to be judged.
    assert 0 < last <= one.session.clock.seconds("evaluate")
    # Waiting for the digits of a chunk is no training, but takes its time too.
    waited = one.session.clock.seconds("data")
    assert 5 * reported[0].train_seconds < first
    assert first < 5 * (reported[0].train_seconds + waited) + 1e-9


def test_the_phases_come_in_order_with_their_seconds(bench: Benches) -> None:
    one = bench(epochs=1)
    finished = one.train()

    assert [event.phase for event in one.of(Phase)] == [
        "compile", "train", "evaluate", "evaluate", "save",
    ]  # fmt: skip
    assert finished.seconds.keys() == {
        "import", "compile", "data", "train", "evaluate", "save",
    }  # fmt: skip
    assert finished.seconds["train"] == pytest.approx(one.of(Epoch)[-1].train_seconds)


def test_preparing_changes_no_weight(bench: Benches) -> None:
    trained, fresh = bench("trained"), bench("fresh")
    trained.train(1)
    fresh.learner.bind(fresh.data.train.images, fresh.data.train.labels)
    order = epoch_order(42, 0, 210)[:64].reshape(1, 64)
    before = fresh.learner.train(Chunk(order, np.array([1e-3]))).losses[0]
    assert trained.of(Progress)[0].losses[0] == before


def test_a_rate_that_overflows_fails_with_its_cause(bench: Benches) -> None:
    one = bench(optimizer=Sgd(learning_rate=1000.0))
    one.learner.load_weights({n: w * 1e30 for n, w in one.learner.weights().items()})
    with np.errstate(all="ignore"), pytest.raises(TrainingFailed, match="learning rate 1000 is"):
        one.train()
    assert not (one.folder / artifacts.WEIGHTS).exists()


def _stopper(kind: type, count: int) -> object:
    """Stops at the n-th event of a kind."""
    left = [count]

    def stop(event: Event, control: Control) -> None:
        if isinstance(event, kind):
            left[0] -= 1
            if not left[0]:
                control.stop()

    return stop


STOPS = {
    "in the middle of an epoch": (Progress, 6),
    "after the last batch of an epoch": (Progress, 8),
    "in the evaluation of an epoch": (Phase, 5),
    "between two epochs": (Checkpoint, 1),
    "after the very last batch": (Progress, 12),
}


@pytest.mark.parametrize(("kind", "count"), STOPS.values(), ids=STOPS)
def test_a_stopped_run_goes_on_to_the_same_bits(bench: Benches, kind: type, count: int) -> None:
    changes = {"model": DROPPED, "schedule": OneCycle(), "validation": 10}
    whole = bench("whole", **changes)
    finished = whole.train(1)
    stopped = bench("stopped", on_event=_stopper(kind, count), **changes)
    ended = stopped.train(1)
    again = bench("again", folder=stopped.folder, **changes)
    again.events = list(stopped.of(Epoch))
    resumed = again.train(3, resume=True)

    assert isinstance(ended, Stopped)
    assert isinstance(finished, Finished)
    assert isinstance(resumed, Finished)
    assert same_weights(whole.learner, again.learner)
    for name in (step_curve.STEPS, artifacts.WEIGHTS, artifacts.TEST_LOGITS):
        assert (whole.folder / name).read_bytes() == (again.folder / name).read_bytes()
    assert [_timeless(e) for e in whole.of(Epoch)] == [_timeless(e) for e in again.of(Epoch)]
    assert (resumed.step, resumed.test_loss) == (finished.step, finished.test_loss)
    assert resumed.seconds["train"] >= ended.seconds["train"]


def test_a_stopped_run_keeps_the_weights_of_its_last_step(bench: Benches) -> None:
    one = bench(on_event=_stopper(Progress, 6))
    ended = one.train(1)

    assert isinstance(ended, Stopped)
    assert (ended.step, ended.epochs) == (6, 1)
    assert ended.test_accuracy == one.of(Epoch)[0].test_accuracy
    checkpoint = artifacts.load_checkpoint(one.folder, one.spec)
    weights = artifacts.load_weights(one.folder, one.spec)
    assert checkpoint.step == checkpoint.optimizer.step == 6
    assert all(np.array_equal(weights[n], w) for n, w in checkpoint.weights.items())
    assert len(step_curve.load(one.folder).losses) == 6


def test_a_run_stopped_before_its_first_epoch_ends_has_no_accuracy(bench: Benches) -> None:
    ended = bench(on_event=_stopper(Progress, 1)).train(1)
    assert isinstance(ended, Stopped)
    assert (ended.step, ended.epochs, ended.test_accuracy, ended.test_loss) == (1, 0, None, None)


def _pauser(wish: str) -> object:
    """Pauses after the second chunk and in the evaluation; ends each pause when it is reported."""

    def act(event: Event, control: Control) -> None:
        if isinstance(event, Progress) and event.step in (2, 4):
            control.pause()
        elif isinstance(event, Phase) and event.phase == "paused":
            getattr(control, wish)()

    return act


def test_a_paused_run_goes_on_as_if_nothing_had_been(bench: Benches) -> None:
    whole, paused = bench("whole"), bench("paused", on_event=_pauser("resume"))
    whole.train(1)
    paused.train(1)

    assert same_weights(whole.learner, paused.learner)
    phases = [event.phase for event in paused.of(Phase)]
    assert phases[1:6] == ["train", "paused", "train", "paused", "train"]
    assert paused.of(Checkpoint)[0].step == 2


def test_a_paused_run_can_be_stopped(bench: Benches) -> None:
    one = bench(on_event=_pauser("stop"))
    ended = one.train(1)
    assert isinstance(ended, Stopped)
    assert ended.step == 2


def test_a_pause_in_the_evaluation_is_reported(bench: Benches) -> None:
    def act(event: Event, control: Control) -> None:
        if isinstance(event, Phase) and event.phase == "evaluate":
            control.pause()
        elif isinstance(event, Phase) and event.phase == "paused":
            control.resume()

    one = bench(epochs=1, on_event=act)
    assert isinstance(one.train(), Finished)
    assert [event.phase for event in one.of(Phase)][2:5] == ["evaluate", "paused", "evaluate"]


def test_a_run_goes_on_only_with_the_steps_of_its_checkpoint(bench: Benches) -> None:
    one = bench(on_event=_stopper(Progress, 6))
    one.train(1)
    (one.folder / step_curve.STEPS).write_bytes(b"")
    with pytest.raises(StoreError, match="fewer than 6 steps"):
        bench("again", folder=one.folder).train(resume=True)


def _timeless(epoch: Epoch) -> tuple[float | None, ...]:
    return (
        epoch.epoch, epoch.step, epoch.train_loss, epoch.train_accuracy, epoch.validation_loss,
        epoch.validation_accuracy, epoch.test_loss, epoch.test_accuracy, epoch.learning_rate,
    )  # fmt: skip
