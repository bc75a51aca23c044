"""What a metric of a run is, where another figure lies next to it."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from mnist_studio.analysis.groups import groups
from mnist_studio.analysis.time_breakdown import TRAINING_TIME
from mnist_studio.analysis.view import AxisSpec, Column
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import Measured
from mnist_studio.comparison.run_data import RunData
from mnist_studio.data.datasets import builtin
from mnist_studio.store.rows import Run
from tests.comparison.uncounted import running, stopped

PEAK = 0.9876
"""The best test accuracy of a run, in its first epoch. Choosing it would select on the test set."""


def with_epochs(run_data: RunData, run: Run, **changes: Any) -> RunData:
    """The same runs, where the first epoch of ``run`` is changed."""
    first, *rest = run_data.epochs(run)
    epochs = {
        **run_data.selection.epochs,
        run.id: (msgspec.structs.replace(first, **changes), *rest),
    }
    return RunData(replace(run_data.selection, epochs=epochs))


def test_the_accuracy_is_that_of_the_last_epoch_and_not_of_the_best(run_data: RunData) -> None:
    run = run_data.runs[0]
    peaked = with_epochs(run_data, run, test_accuracy=PEAK)
    last = peaked.epochs(run)[-1].test_accuracy
    assert last < PEAK
    assert measures.accuracy(peaked, run) == last
    assert measures.accuracy_so_far(peaked, run) == last
    assert measures.of_all(peaked, measures.accuracy)[run.id] == last
    assert PEAK not in measures.training(peaked)[1].values.values()


def test_the_accuracy_so_far_of_a_running_run_is_that_of_its_last_epoch(run_data: RunData) -> None:
    more = running(run_data, run_data.runs[0], 9)
    (now,) = more.unfinished
    first, last = run_data.epochs(run_data.runs[0])
    best = msgspec.structs.replace(first, test_accuracy=PEAK)
    epochs = {**more.selection.epochs, now.id: (best, last)}
    assert measures.accuracy_so_far(more, now) == first.test_accuracy
    later = RunData(replace(more.selection, epochs=epochs))
    assert measures.accuracy_so_far(later, now) == last.test_accuracy
    none = RunData(replace(more.selection, epochs={}))
    assert measures.accuracy_so_far(none, now) is None
    ended = stopped(run_data, run_data.runs[0], 9)
    assert measures.accuracy_so_far(ended, ended.unfinished[0]) == 0.01


@pytest.mark.parametrize(
    ("accuracies", "best"), [((0.5, 0.7), 1), ((0.7, 0.5), 0), ((0.7, 0.7), 0), ((None, 0.1), 1)]
)
def test_the_best_epoch_is_chosen_on_the_validation_set(
    run_data: RunData, accuracies: tuple[float | None, float | None], best: int
) -> None:
    run = run_data.runs[0]
    epochs = tuple(
        msgspec.structs.replace(epoch, validation_accuracy=known)
        for epoch, known in zip(run_data.epochs(run), accuracies, strict=True)
    )
    changed = RunData(replace(run_data.selection, epochs={run.id: epochs}))
    assert measures.best_validation_epoch(changed, run) == epochs[best]


def test_without_a_validation_set_no_epoch_is_best(run_data: RunData) -> None:
    assert measures.best_validation_epoch(run_data, run_data.runs[0]) is None


def of(run_data: RunData, name: str) -> float | None:
    found: float | None = getattr(measures, name)(run_data, run_data.runs[0])
    return found


def test_metrics_of_time_and_memory_are_those_of_the_final_event(run_data: RunData) -> None:
    run = run_data.runs[0]
    end = run.finished
    assert end
    assert end.measures
    time = of(run_data, "training_time")
    assert time is not None
    assert time >= end.seconds["train"]
    assert of(run_data, "latency_ms") == end.latency_ms
    assert of(run_data, "throughput") == end.measures.throughput_images_per_second
    memory = of(run_data, "peak_memory")
    assert memory == end.measures.peak_memory_bytes
    assert isinstance(memory, float)
    speed = of(run_data, "images_per_second")
    assert speed is not None
    images = builtin.TRAIN - run.spec.training.validation
    assert speed == pytest.approx(2 * images / end.seconds["train"], rel=0.01)


def test_a_run_of_an_earlier_version_has_no_measures(run_data: RunData) -> None:
    run = run_data.runs[0]
    assert run.finished
    old = replace(run, terminal=msgspec.structs.replace(run.finished, measures=None))
    runs = RunData(replace(run_data.selection, runs=(old, *run_data.runs[1:])))
    assert of(runs, "peak_memory") is of(runs, "throughput") is None
    assert old.id not in measures.of_all(runs, measures.peak_memory)
    assert len(measures.of_all(runs, measures.peak_memory)) == len(run_data.runs) - 1


def test_the_speed_is_that_of_the_images_that_were_trained_on(run_data: RunData) -> None:
    """Without measures, the images are counted: those of all epochs, without a validation set."""
    run = run_data.runs[0]
    assert run.finished
    assert run.spec.training.batch_size == 32
    training = msgspec.structs.replace(run.spec.training, validation=150)
    # 1,297 images less 150 are 36 batches of 32 at most.
    end = msgspec.structs.replace(run.finished, measures=None, step=2 * 36, seconds={"train": 2.0})
    old = replace(run, spec=msgspec.structs.replace(run.spec, training=training), terminal=end)
    breakdown = measures.breakdown_of(old)
    assert breakdown
    assert breakdown.images_per_second == 1147


VALUES = {"a": 0.96, "b": 0.98, "c": 0.97}
FRACTION = AxisSpec("Test accuracy", "fraction")
SECONDS = AxisSpec("Training time", "seconds")


def group_of(run_data: RunData, *ids: str) -> Any:
    """A group with the settings of the first run, whose runs are called as here."""
    (group,) = groups(dict.fromkeys(ids, run_data.runs[0].spec))
    return group


def test_an_accuracy_has_a_confidence_interval_and_a_time_its_range(run_data: RunData) -> None:
    group = group_of(run_data, *VALUES)
    # t of 2 degrees of freedom at 97.5 % is 4.303; the standard error is 0.01 / √3.
    half = 4.303 * 0.01 / 3**0.5
    mean, low, high = Measured(FRACTION, VALUES).cells(group)
    assert mean == pytest.approx(0.97)
    assert low == pytest.approx(0.97 - half, abs=1e-4)
    assert high == pytest.approx(0.97 + half, abs=1e-4)
    mean, *ends = Measured(SECONDS, VALUES).cells(group)
    assert mean == pytest.approx(0.97)
    assert ends == [0.96, 0.98]


def test_an_interval_of_accuracies_ends_at_0_and_1(run_data: RunData) -> None:
    group = group_of(run_data, "a", "b")
    assert Measured(FRACTION, {"a": 0.9, "b": 1.0}).cells(group)[2] == 1.0
    assert Measured(FRACTION, {"a": 0.0, "b": 0.1}).cells(group)[1] == 0.0


def test_one_run_has_no_interval_and_none_has_no_value(run_data: RunData) -> None:
    group = group_of(run_data, "a", "b")
    for axis in (FRACTION, SECONDS):
        assert Measured(axis, {"b": 0.5}).cells(group) == (0.5, None, None)
        assert Measured(axis, {"z": 0.5}).cells(group) == (None, None, None)
    assert measures.estimate(group, {}) is None


def test_a_bar_has_the_cells_of_its_group(run_data: RunData) -> None:
    group = group_of(run_data, *VALUES)
    measured = Measured(SECONDS, VALUES)
    bar = measured.bar(group)
    assert (bar.key, bar.title, bar.value, bar.low, bar.high, bar.group) == (
        group.key, group.title, *measured.cells(group), "",
    )  # fmt: skip
    other = measured.bar(group, "heading", "title")
    assert (other.title, other.group) == ("title", "heading")
    assert measured.chart([group]).bars == (bar,)
    assert measured.chart([group]).value == SECONDS


def test_columns_are_named_by_what_the_ends_are() -> None:
    assert Measured(FRACTION, {}).columns() == (
        Column("Test accuracy", "fraction"),
        Column("Test accuracy, 95 % CI low", "fraction"),
        Column("Test accuracy, 95 % CI high", "fraction"),
    )
    assert Measured(SECONDS, {}).columns() == (
        Column("Training time", "seconds"),
        Column("Training time, min", "seconds"),
        Column("Training time, max", "seconds"),
    )


def test_the_three_metrics_of_a_training(run_data: RunData) -> None:
    time, accuracy, speed = measures.training(run_data)
    assert [(each.axis.title, each.axis.unit) for each in (time, accuracy, speed)] == [
        (TRAINING_TIME, "seconds"),
        ("Test accuracy", "fraction"),
        ("Training speed", "per second"),
    ]
    ids = {run.id for run in run_data.runs}
    assert time.values.keys() == accuracy.values.keys() == speed.values.keys() == ids
    assert time.values == measures.of_all(run_data, measures.training_time)
    assert accuracy.values == measures.of_all(run_data, measures.accuracy)
    assert speed.values == measures.of_all(run_data, measures.images_per_second)
