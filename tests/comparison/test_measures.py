"""Metrics of runs and their means over groups."""

from dataclasses import replace

import msgspec

from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.view import AxisSpec
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import Measured
from mnist_studio.comparison.run_data import RunData
from tests.approximately import near
from tests.comparison.uncounted import running, stopped


def test_the_accuracy_is_that_of_the_last_epoch_not_of_the_best(run_data: RunData) -> None:
    run = run_data.runs[0]
    first, last = run_data.epochs(run)
    lucky = msgspec.structs.replace(first, test_accuracy=0.999)
    epochs = {**run_data.selection.epochs, run.id: (lucky, last)}
    known = RunData(replace(run_data.selection, epochs=epochs))
    assert run.finished
    assert measures.accuracy(known, run) == run.finished.test_accuracy != 0.999


def test_an_unfinished_run_has_an_accuracy_so_far(run_data: RunData) -> None:
    early = stopped(run_data, run_data.runs[0], 9)
    assert measures.accuracy_so_far(early, early.runs[-1]) == 0.01
    now = running(run_data, run_data.runs[0], 9)
    first = run_data.epochs(run_data.runs[0])[0].test_accuracy
    assert measures.accuracy_so_far(now, now.runs[-1]) == first
    none = RunData(replace(now.selection, epochs={}))
    assert measures.accuracy_so_far(none, none.runs[-1]) is None


def test_a_mean_of_accuracies_has_students_interval_within_0_and_1(run_data: RunData) -> None:
    group = run_data.groups[0]
    values = dict(zip(group.runs, (0.99, 1.0), strict=True))
    found = measures.estimate(group, values)
    assert found is not None
    assert found.interval is not None
    # Of two values the interval reaches 6 points to both sides.
    assert (found.interval.low, found.interval.high) == (near(0.931469, abs=1e-6), 1.0)
    alone = measures.estimate(group, {group.runs[0]: 0.99})
    assert alone is not None
    assert alone.interval is None
    assert measures.estimate(group, {}) is None


def cells(unit: str, group: Group, values: dict[str, float]) -> tuple[float | None, ...]:
    axis = AxisSpec("Value", "fraction" if unit == "fraction" else "seconds")
    return Measured(axis, values).cells(group)


def test_the_cells_of_times_are_the_extremes_and_those_of_accuracies_a_ci(
    run_data: RunData,
) -> None:
    group = run_data.groups[0]
    values = dict(zip(group.runs, (0.2, 0.4), strict=True))
    assert cells("seconds", group, values) == (near(0.3), 0.2, 0.4)
    value, low, high = cells("fraction", group, values)
    assert (value, low, high) == (near(0.3), 0.0, 1.0)
    assert cells("seconds", group, {group.runs[0]: 2.0}) == (2.0, None, None)
    assert cells("seconds", group, {}) == (None, None, None)
