"""Every field of the events of a training, with a clock that is moved by hand."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_studio.events import Epoch, Finished, Measures, PhaseName, Progress, Stopped
from mnist_studio.frameworks.base import OptimizerState, StepResults
from mnist_studio.spec.schedules import OneCycle
from mnist_studio.spec.steps import learning_rate
from mnist_studio.store import artifacts, step_curve
from mnist_studio.training import state as states
from mnist_studio.training.clock import PhaseClock
from mnist_studio.training.evaluation import Speed
from mnist_studio.training.state import PACE_CHUNKS, TrainingState
from tests.approximately import near
from tests.training.conftest import Bench, Benches


class Watch:
    """A clock that moves only by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.clock = PhaseClock("import", lambda: self.now)

    def spend(self, **phases: float) -> None:
        """Spends seconds in phases, one after the other."""
        name: PhaseName
        for name, seconds in phases.items():  # type: ignore[assignment]
            self.clock.enter(name)
            self.now += seconds
        self.clock.enter("other")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def one(bench: Benches, watch: Watch) -> Bench:
    """Three epochs of four batches: three of 64 images and one of 18."""
    found = bench(schedule=OneCycle())
    found.session = replace(found.session, clock=watch.clock)
    return found


@pytest.fixture(autouse=True)
def _memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "peak_memory_bytes", lambda: 12_345)


def steps(first: int, count: int = 1) -> StepResults:
    """The loss of a step is its number, and half of its batch is correct."""
    numbers = np.arange(first, first + count)
    return StepResults(numbers.astype(float), np.where(numbers % 4 == 0, 9, 32))


def logits(one: Bench, correct: int) -> np.ndarray:
    labels = one.data.test.labels.astype(int)
    labels[correct:] = (labels[correct:] + 1) % 10
    return np.asarray(np.eye(10)[labels])


def test_progress_has_every_figure_of_its_chunk(one: Bench, watch: Watch) -> None:
    watch.spend(build=1.0, compile=2.0, data=3.0)
    state = TrainingState(one.session)
    watch.spend(train=4.0, data=0.5)
    made = steps(1, 2)
    state.add(made)
    progress = state.progress(made, 64, 0.25)
    assert progress == Progress(
        run="run",
        framework="numpy",
        epoch=1,
        step=2,
        steps=12,
        losses=(1.0, 2.0),
        accuracies=(0.5, 0.5),
        train_seconds=4.0,
        images_per_second=128 / 0.25,
        # 4 s of training and half a second of waiting, but not the 3 s of reading the dataset.
        seconds_left=4.5 / 2 * 10,
        preparation_seconds=6.5,
    )


def test_progress_counts_the_epochs_that_are_still_to_be_evaluated(
    one: Bench, watch: Watch
) -> None:
    state = TrainingState(one.session)
    for _ in range(2):
        watch.spend(train=4.0, evaluate=3.0)
        state.add(steps(state.step + 1, 4))
        state.end_epoch(None, logits(one, 30))
    watch.spend(train=1.0)
    made = steps(9)
    state.add(made)
    progress = state.progress(made, 64, 1.0)
    assert (progress.epoch, progress.step) == (3, 9)
    # 9 s for 9 steps, and 3 s for each evaluation: three steps and one evaluation are left.
    assert progress.seconds_left == pytest.approx(3 + 3)


def test_the_first_and_last_step_of_an_epoch_belong_to_it(one: Bench) -> None:
    state, found = TrainingState(one.session), []
    for number in range(1, 13):
        made = steps(number)
        state.add(made)
        found.append(state.progress(made, 64, 1.0).epoch)
    assert found == [1] * 4 + [2] * 4 + [3] * 4


def test_the_pace_is_that_of_the_newest_chunks(one: Bench) -> None:
    state, paces = TrainingState(one.session), []
    for number in range(PACE_CHUNKS + 1):
        made = steps(number + 1)
        state.add(made)
        paces.append(state.progress(made, 64, 9.0 if number == 0 else 1.0).images_per_second)
    assert paces[0] == 64 / 9
    assert paces[-2] == pytest.approx(64 * PACE_CHUNKS / (9 + PACE_CHUNKS - 1))
    # The slow first chunk is too long ago.
    assert paces[-1] == 64
    assert PACE_CHUNKS == 10


def test_a_chunk_that_took_no_measurable_time_has_a_finite_pace(one: Bench) -> None:
    state, made = TrainingState(one.session), steps(1)
    state.add(made)
    assert state.progress(made, 64, 0.0).images_per_second == pytest.approx(64 / 1e-9)


def test_an_epoch_has_every_figure(one: Bench, watch: Watch) -> None:
    watch.spend(build=1.0, data=2.0)
    state = TrainingState(one.session)
    watch.spend(train=5.0)
    state.add(steps(1, 4))
    epoch = state.end_epoch((0.25, 0.75), logits(one, 45))
    training = one.spec.training
    assert epoch == Epoch(
        run="run",
        framework="numpy",
        epoch=1,
        step=4,
        train_loss=near((64 * (1 + 2 + 3) + 18 * 4) / 210),
        train_accuracy=(3 * 32 + 9) / 210,
        validation_loss=0.25,
        validation_accuracy=0.75,
        test_loss=epoch.test_loss,
        test_accuracy=0.75,
        learning_rate=learning_rate(training, 3, 210, ()),
        train_seconds=5.0,
        preparation_seconds=3.0,
    )
    assert learning_rate(training, 3, 210, ()) != learning_rate(training, 4, 210, ())
    # One-hot logits of 45 correct and 15 other digits.
    certain = -np.log(np.e / (np.e + 9))
    assert epoch.test_loss == pytest.approx(certain + 15 / 60)
    assert (state.epoch, state.validation, state.evaluated) == (epoch, [0.75], 1)


def test_without_a_validation_set_there_is_no_validation_accuracy(one: Bench) -> None:
    state = TrainingState(one.session)
    state.add(steps(1, 4))
    epoch = state.end_epoch(None, logits(one, 45))
    assert epoch.validation_loss is epoch.validation_accuracy is None
    assert state.validation == []


def test_the_accuracy_of_a_run_is_that_of_its_last_epoch_and_not_of_its_best(one: Bench) -> None:
    state = TrainingState(one.session)
    for correct in (59, 12):
        state.add(steps(state.step + 1, 4))
        last = state.end_epoch(None, logits(one, correct))
    finished = state.finished(Speed(0.5, 100.0, 60))
    for end in (finished, state.stopped()):
        assert (end.test_accuracy, end.test_loss) == (12 / 60, last.test_loss)
        assert end.epochs == 2


def measures(**changes: object) -> Measures:
    known = {
        "wall_seconds": 12.0, "earlier_seconds": 0.0, "earlier_preparation_seconds": 0.0,
        "train_images_per_second": 210 / 5.0, "peak_memory_bytes": 12_345,
        "throughput_images_per_second": None, "throughput_batch": 0,
    }  # fmt: skip
    return Measures(**(known | changes))  # type: ignore[arg-type]


def test_the_final_events_have_every_figure(one: Bench, watch: Watch) -> None:
    watch.spend(build=1.0, data=2.0)
    state = TrainingState(one.session)
    watch.spend(train=5.0, evaluate=4.0)
    state.add(steps(1, 4))
    epoch = state.end_epoch(None, logits(one, 30))
    stopped, finished = state.stopped(), state.finished(Speed(0.5, 100.0, 60))
    assert stopped.measures
    machine = stopped.measures.machine
    assert machine.processors >= 1
    seconds = {
        "import": 0.0, "build": 1.0, "data": 2.0, "train": 5.0, "evaluate": 4.0, "other": 0.0,
    }  # fmt: skip
    assert stopped == Stopped(
        run="run", framework="numpy", epochs=1, step=4, test_accuracy=0.5,
        test_loss=epoch.test_loss, seconds=seconds, device="CPU",
        measures=measures(machine=machine),
    )  # fmt: skip
    assert finished.measures
    speed = measures(
        machine=finished.measures.machine, throughput_images_per_second=100.0, throughput_batch=60
    )
    assert finished == Finished(
        run="run", framework="numpy", epochs=1, step=4, test_accuracy=0.5,
        test_loss=epoch.test_loss, seconds=seconds, device="CPU", latency_ms=0.5, measures=speed,
    )  # fmt: skip


def test_a_resumed_run_counts_its_earlier_processes(one: Bench, watch: Watch) -> None:
    before = TrainingState(one.session)
    before.add(steps(1, 4))
    epoch = before.end_epoch((0.5, 0.6), logits(one, 30))
    step_curve.append(one.folder, [1.0, 2.0, 3.0, 4.0, 5.0], [0.5] * 5)
    checkpoint = artifacts.SavedCheckpoint(
        {}, OptimizerState(5, {}), 5, train_seconds=7.0, preparation_seconds=3.0
    )
    state = TrainingState(one.session)
    state.restore(checkpoint, [epoch])
    assert (state.epoch, state.validation, state.first_step) == (epoch, [0.6], 5)
    assert state.correct == 32
    watch.spend(train=2.0, compile=1.0)
    made = steps(6)
    state.add(made)
    assert state.train_seconds == 9.0
    assert state.preparation_seconds == 4.0
    # Nothing was evaluated in this process, so the time of an evaluation is not known.
    assert state.progress(made, 64, 2.0).seconds_left == pytest.approx(9.0 / 6 * 6)
    stopped = state.stopped()
    assert (stopped.epochs, stopped.seconds["train"]) == (1, 9.0)
    assert stopped.measures
    assert stopped.measures == measures(
        machine=stopped.measures.machine, wall_seconds=3.0, earlier_seconds=7.0,
        earlier_preparation_seconds=3.0, train_images_per_second=64 / 2.0,
    )  # fmt: skip


def test_epochs_of_another_order_and_after_the_checkpoint_are_sorted_out(one: Bench) -> None:
    state, epochs = TrainingState(one.session), []
    for _ in range(3):
        made = steps(state.step + 1, 4)
        state.add(made)
        step_curve.append(one.folder, made.losses, made.correct / 64)
        epochs.append(state.end_epoch((0.5, 0.1 * state.step), logits(one, 30)))
    restored = TrainingState(one.session)
    checkpoint = artifacts.SavedCheckpoint({}, OptimizerState(9, {}), 9, train_seconds=1.0)
    restored.restore(checkpoint, [epochs[2], epochs[1], epochs[0]])
    assert restored.epochs == epochs[:2]
    assert restored.validation == [pytest.approx(0.4), pytest.approx(0.8)]


def test_a_run_without_a_step_has_no_speed(one: Bench) -> None:
    stopped = TrainingState(one.session).stopped()
    assert stopped.measures
    assert stopped.measures.train_images_per_second is None
    assert (stopped.epochs, stopped.step) == (0, 0)


def test_steps_without_a_measurable_time_have_no_speed(one: Bench) -> None:
    state = TrainingState(one.session)
    state.add(steps(1))
    stopped = state.stopped()
    assert stopped.measures
    assert stopped.measures.train_images_per_second is None


def test_losses_are_rounded_as_on_disk(one: Bench) -> None:
    state = TrainingState(one.session)
    state.add(StepResults(np.array([0.1]), np.array([1])))
    (losses,) = state.losses
    assert losses.dtype == np.float64
    assert losses[0] == float(np.float32(0.1)) != 0.1
