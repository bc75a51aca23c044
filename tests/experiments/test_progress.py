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
    """Seconds as a test has them."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def board(
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


def test_what_is_not_finished_waits_in_order() -> None:
    cells = (replace(CELLS[0], state="finished", fraction=1.0), replace(CELLS[1], state="failed"),
             replace(CELLS[2], state="stopped", run="r", fraction=0.5), CELLS[3])  # fmt: skip
    of_all = board(*cells)
    assert of_all.queue.order == (1, 2, 3)
    assert {of_all.cells[number].state for number in (1, 2, 3)} == {"waiting"}
    overall = of_all.overall(ALONE)
    assert (overall.total, overall.finished, overall.failed) == (4, 1, 0)
    assert overall.fraction == (1.0 + 0.5) / 4


def test_waiting_cells_move_and_others_do_not() -> None:
    of_all = board()
    assert of_all.start_next() == 0
    assert of_all.move(3, 0)
    assert of_all.queue.order == (3, 1, 2)
    assert of_all.move(3, 99)
    assert of_all.move(1, -5)
    assert of_all.queue.order == (1, 2, 3)
    assert not of_all.move(0, 0)
    assert not of_all.move(17, 0)


def test_a_dropped_cell_is_given_up_for_now() -> None:
    of_all = board()
    assert of_all.remove(2)
    assert not of_all.remove(2)
    assert of_all.queue.order == (0, 1, 3)
    assert of_all.cells[2].state == "cancelled"
    assert of_all.overall(ALONE).fraction == 0.25


def test_a_failed_cell_is_tried_once_more_and_then_given_up() -> None:
    of_all = board()
    for left in ((0, 1, 2, 3), (1, 2, 3)):
        assert of_all.start_next() == 0
        of_all.end(0, "failed", "why", 0.0)
        assert of_all.queue.order == left
    assert (of_all.cells[0].state, of_all.cells[0].reason) == ("failed", "why")
    assert of_all.overall(ALONE).failed == 1


def test_progress_is_heard() -> None:
    of_all = board()
    of_all.start_next()
    assert of_all.update(0, progress(50))
    assert not of_all.update(0, progress(60))
    assert of_all.cells[0].run == "r"
    assert of_all.overall(ALONE).fraction == pytest.approx(0.6 / 4)


def test_without_a_like_run_nobody_knows_how_long_it_takes() -> None:
    of_all = board()
    assert of_all.overall(ALONE).seconds_left is None
    # NumPy is known, Keras is not.
    assert board(estimates=known(10.0)).overall(ALONE).seconds_left is None


def test_the_time_left_is_the_median_of_like_runs_less_what_is_trained() -> None:
    estimates = known(10.0, 12.0, 90.0)
    estimates.add(finished_run(1, 20.0), ALONE)
    clock = Clock()
    of_all = board(estimates=estimates, clock=clock)
    assert of_all.overall(ALONE).seconds_left == 2 * 12.0 + 2 * 20.0
    of_all.start_next()
    clock.seconds += 4.0
    assert of_all.overall(ALONE).seconds_left == 8.0 + 12.0 + 40.0
    # A run that is slower than its like knows better.
    of_all.update(0, progress(25, left=30.0))
    assert of_all.overall(ALONE).seconds_left == 30.0 + 12.0 + 40.0
    assert together(SPECS, estimates, ALONE) == 64.0


def test_the_time_left_is_right_after_a_session_was_interrupted() -> None:
    estimates = known(10.0)
    estimates.add(finished_run(1, 20.0), ALONE)
    cells = (replace(CELLS[0], state="finished", run="r", fraction=1.0),
             replace(CELLS[1], state="failed", run="s", fraction=0.75), *CELLS[2:])  # fmt: skip
    of_all = board(*cells, estimates=estimates)
    assert of_all.overall(ALONE).seconds_left == 0.25 * 20.0 + 10.0 + 20.0
    assert of_all.overall(ALONE).fraction == 1.75 / 4


def test_a_pause_does_not_shorten_the_time_that_is_left() -> None:
    estimates = known(10.0)
    clock = Clock()
    of_one = board(CELLS[0], estimates=estimates, clock=clock)
    of_one.start_next()
    clock.seconds += 3.0
    for _ in range(2):
        of_one.stopwatch.pause()
        clock.seconds += 100.0
    assert of_one.overall(ALONE).seconds_left == 7.0
    for _ in range(2):
        of_one.stopwatch.resume()
        clock.seconds += 1.0
    assert of_one.overall(ALONE).seconds_left == 5.0


def test_a_cell_that_goes_on_takes_what_is_left_of_it() -> None:
    clock = Clock()
    half = replace(CELLS[0], state="stopped", run="r", fraction=0.5)
    of_one = board(half, estimates=known(10.0), clock=clock)
    of_one.start_next()
    clock.seconds += 2.0
    of_one.update(0, progress(60))
    assert of_one.overall(ALONE).seconds_left == 3.0


def test_several_at_a_time_take_less_but_never_less_than_the_longest() -> None:
    pair = Membership("experiment", 2)
    estimates = known(10.0, membership=pair)
    estimates.add(finished_run(1, 50.0), pair)
    assert board(*CELLS[:2], estimates=estimates).overall(pair).seconds_left == 50.0
    assert board(estimates=estimates).overall(pair).seconds_left == 60.0
    # Runs that were trained alone say nothing of runs with company.
    assert board(estimates=estimates).overall(ALONE).seconds_left is None


def test_a_running_cell_without_a_like_tells_itself() -> None:
    of_all = board(CELLS[0])
    of_all.start_next()
    of_all.update(0, progress(50, left=7.0))
    assert of_all.overall(ALONE).seconds_left == 7.0


def test_epochs_count_if_no_steps_are_reported() -> None:
    of_all = board()
    of_all.start_next()
    epoch = Epoch(
        run="r", framework="numpy", epoch=1, step=25, train_loss=1.0, train_accuracy=0.5,
        validation_loss=None, validation_accuracy=None, test_loss=1.0, test_accuracy=0.5,
        learning_rate=0.1, train_seconds=1.0,
    )  # fmt: skip
    of_all.update(0, epoch)
    assert of_all.cells[0].fraction == 0.25


def test_other_seeds_and_rates_are_alike_other_batches_are_not() -> None:
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
