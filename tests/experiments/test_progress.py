from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.events import AnyEvent, Epoch, Failed, Finished, Progress
from mnist_studio.experiments.estimates import Estimates, together
from mnist_studio.experiments.events import ExperimentCell
from mnist_studio.experiments.progress import ExperimentProgress, Stopwatch
from mnist_studio.spec.experiment import ExperimentSpec, Grid, expand_cells
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run

SPECS = expand_cells(
    ExperimentSpec(
        title="four", grid=Grid(("tiny-10",), ("numpy", "keras")), seeds=(1, 2), epochs=4
    )
)
CELLS = tuple(ExperimentCell(number, spec) for number, spec in enumerate(SPECS))
ALONE = Membership("experiment")


class Clock:
    """A clock that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def new_progress(
    *cells: ExperimentCell, estimates: Estimates | None = None, clock: Clock | None = None
) -> ExperimentProgress:
    return ExperimentProgress(cells or CELLS, estimates or Estimates(), Stopwatch(clock or Clock()))


def progress(step: int, left: float | None = None) -> AnyEvent:
    return Progress(
        run="r", framework="numpy", epoch=1, step=step, steps=100, losses=(1.0,),
        accuracies=(0.5,), train_seconds=1.0, images_per_second=1.0, seconds_left=left,
    )  # fmt: skip


def finished_run(number: int, seconds: float) -> Run:
    end = Finished(
        run="r", framework="numpy", epochs=4, step=100, test_accuracy=0.9, test_loss=0.3,
        seconds={"start": 1.0, "train": seconds - 1.0, "paused": 1000.0}, device="cpu",
        latency_ms=0.1,
    )  # fmt: skip
    return Run("r", "t", SPECS[number], "finished", 0.0, Path(), end)


def known(*seconds: float, number: int = 0, membership: Membership = ALONE) -> Estimates:
    estimates = Estimates()
    for one in seconds:
        estimates.add(finished_run(number, one), membership)
    return estimates


def test_unfinished_cells_wait_in_order() -> None:
    cells = (replace(CELLS[0], state="finished", fraction=1.0), replace(CELLS[1], state="failed"),
             replace(CELLS[2], state="stopped", run="r", fraction=0.5), CELLS[3])  # fmt: skip
    progress_of_four = new_progress(*cells)
    assert progress_of_four.queue.order == (1, 2, 3)
    assert {progress_of_four.cells[number].state for number in (1, 2, 3)} == {"waiting"}
    overall = progress_of_four.overall(ALONE)
    assert (overall.total, overall.finished, overall.failed) == (4, 1, 0)
    assert overall.fraction == (1.0 + 0.5) / 4


def test_waiting_cells_move_and_others_do_not() -> None:
    progress_of_four = new_progress()
    assert progress_of_four.start_next() == 0
    assert progress_of_four.move(3, 0)
    assert progress_of_four.queue.order == (3, 1, 2)
    assert progress_of_four.move(3, 99)
    assert progress_of_four.move(1, -5)
    assert progress_of_four.queue.order == (1, 2, 3)
    assert not progress_of_four.move(0, 0)
    assert not progress_of_four.move(17, 0)


def test_a_removed_cell_counts_as_settled() -> None:
    progress_of_four = new_progress()
    assert progress_of_four.remove(2)
    assert not progress_of_four.remove(2)
    assert progress_of_four.queue.order == (0, 1, 3)
    assert progress_of_four.cells[2].state == "cancelled"
    assert progress_of_four.overall(ALONE).fraction == 0.25


def test_a_removed_cell_is_put_back_once() -> None:
    state = new_progress()
    before = state.queue
    state.remove(2)
    assert state.put_back(2, 2)
    assert state.queue == before
    assert state.cells[2].state == "waiting"
    assert not state.put_back(2, 0)


def test_a_failed_cell_is_tried_once_more_and_then_given_up() -> None:
    progress_of_four = new_progress()
    for left in ((0, 1, 2, 3), (1, 2, 3)):
        assert progress_of_four.start_next() == 0
        progress_of_four.end(0, "failed", "why", 0.0)
        assert progress_of_four.queue.order == left
    assert (progress_of_four.cells[0].state, progress_of_four.cells[0].reason) == ("failed", "why")
    assert progress_of_four.overall(ALONE).failed == 1


def test_events_update_the_progress() -> None:
    progress_of_four = new_progress()
    progress_of_four.start_next()
    assert progress_of_four.update(0, progress(50))
    assert not progress_of_four.update(0, progress(60))
    assert progress_of_four.cells[0].run == "r"
    assert progress_of_four.overall(ALONE).fraction == pytest.approx(0.6 / 4)


def test_without_a_similar_run_there_is_no_estimate() -> None:
    progress_of_four = new_progress()
    assert progress_of_four.overall(ALONE).seconds_left is None
    # NumPy is known, Keras is not.
    assert new_progress(estimates=known(10.0)).overall(ALONE).seconds_left is None


def test_the_time_left_is_the_median_of_similar_runs_minus_what_is_trained() -> None:
    estimates = known(10.0, 12.0, 90.0)
    estimates.add(finished_run(1, 20.0), ALONE)
    clock = Clock()
    progress_of_four = new_progress(estimates=estimates, clock=clock)
    assert progress_of_four.overall(ALONE).seconds_left == 2 * 12.0 + 2 * 20.0
    progress_of_four.start_next()
    clock.seconds += 4.0
    assert progress_of_four.overall(ALONE).seconds_left == 8.0 + 12.0 + 40.0
    # A run that is slower than its like knows better.
    progress_of_four.update(0, progress(25, left=30.0))
    assert progress_of_four.overall(ALONE).seconds_left == 30.0 + 12.0 + 40.0
    assert together(SPECS, estimates, ALONE) == 64.0


def test_the_time_left_is_right_after_a_session_was_interrupted() -> None:
    estimates = known(10.0)
    estimates.add(finished_run(1, 20.0), ALONE)
    cells = (replace(CELLS[0], state="finished", run="r", fraction=1.0),
             replace(CELLS[1], state="failed", run="s", fraction=0.75), *CELLS[2:])  # fmt: skip
    progress_of_four = new_progress(*cells, estimates=estimates)
    assert progress_of_four.overall(ALONE).seconds_left == 0.25 * 20.0 + 10.0 + 20.0
    assert progress_of_four.overall(ALONE).fraction == 1.75 / 4


def test_a_pause_does_not_shorten_the_time_that_is_left() -> None:
    estimates = known(10.0)
    clock = Clock()
    progress_of_one = new_progress(CELLS[0], estimates=estimates, clock=clock)
    progress_of_one.start_next()
    clock.seconds += 3.0
    for _ in range(2):
        progress_of_one.stopwatch.pause()
        clock.seconds += 100.0
    assert progress_of_one.overall(ALONE).seconds_left == 7.0
    for _ in range(2):
        progress_of_one.stopwatch.resume()
        clock.seconds += 1.0
    assert progress_of_one.overall(ALONE).seconds_left == 5.0


def test_a_resumed_cell_takes_the_rest_of_its_time() -> None:
    clock = Clock()
    half = replace(CELLS[0], state="stopped", run="r", fraction=0.5)
    progress_of_one = new_progress(half, estimates=known(10.0), clock=clock)
    progress_of_one.start_next()
    clock.seconds += 2.0
    progress_of_one.update(0, progress(60))
    assert progress_of_one.overall(ALONE).seconds_left == 3.0


def test_parallel_runs_take_less_but_never_less_than_the_longest() -> None:
    pair = Membership("experiment", 2)
    estimates = known(10.0, membership=pair)
    estimates.add(finished_run(1, 50.0), pair)
    assert new_progress(*CELLS[:2], estimates=estimates).overall(pair).seconds_left == 50.0
    assert new_progress(estimates=estimates).overall(pair).seconds_left == 60.0
    # Runs that were trained alone say nothing of runs with company.
    assert new_progress(estimates=estimates).overall(ALONE).seconds_left is None


def test_a_running_cell_without_an_estimate_reports_its_own() -> None:
    progress_of_four = new_progress(CELLS[0])
    progress_of_four.start_next()
    progress_of_four.update(0, progress(50, left=7.0))
    assert progress_of_four.overall(ALONE).seconds_left == 7.0


def test_epochs_count_if_no_steps_are_reported() -> None:
    progress_of_four = new_progress()
    progress_of_four.start_next()
    epoch = Epoch(
        run="r", framework="numpy", epoch=1, step=25, train_loss=1.0, train_accuracy=0.5,
        validation_loss=None, validation_accuracy=None, test_loss=1.0, test_accuracy=0.5,
        learning_rate=0.1, train_seconds=1.0,
    )  # fmt: skip
    progress_of_four.update(0, epoch)
    assert progress_of_four.cells[0].fraction == 0.25


def test_runs_with_other_seeds_and_rates_are_similar_other_batches_are_not() -> None:
    spec = SPECS[0]
    training = spec.training
    estimates = known(10.0)
    rate = replace(training.optimizer, learning_rate=0.5)
    like = replace(spec, training=replace(training, seed=99, optimizer=rate))
    assert estimates.of(like, ALONE) == 10.0
    unlike = replace(spec, training=replace(training, batch_size=65))
    assert estimates.of(unlike, ALONE) is None


def test_only_finished_runs_count() -> None:
    run = finished_run(0, 10.0)
    estimates = Estimates()
    failed = Failed(run="r", framework="numpy", reason="x")
    estimates.add(Run("r", "t", run.spec, "failed", 0.0, Path(), failed))
    assert estimates.of(run.spec) is None
