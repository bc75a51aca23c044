"""The views of times, with their values recomputed from the runs."""

from dataclasses import replace
from statistics import fmean

import msgspec
import pytest

from mnist_studio.analysis import time_breakdown
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.events import Finished, Machine
from mnist_studio.store.rows import Run
from tests.comparison.views.test_catalog import cells, number_in, view

TIMING_MARKS = time_breakdown.timing_marks
"""Other tests mark no time."""


def test_the_time_breakdown_adds_up_to_the_wall_time(run_data: RunData) -> None:
    made = view(run_data, "time-breakdown")
    for row, run in zip(made.table.rows, run_data.runs, strict=True):
        *parts, trained, wall, rate = row.cells[1:]
        assert sum(map(number_in, parts)) == pytest.approx(wall)
        assert run.ended
        assert run.ended.measures
        assert wall == pytest.approx(run.ended.measures.wall_seconds, abs=0.02)
        assert rate == pytest.approx(run.ended.measures.train_images_per_second, rel=1e-6)
        seconds = run.ended.seconds
        included = ("build", "compile", "data", "train")
        assert trained == pytest.approx(sum(seconds[phase] for phase in included))
    assert (
        "Startup, imports, evaluation, recording, saving, and pauses are excluded." in made.sentence
    )


def test_training_before_a_checkpoint_has_its_own_column(run_data: RunData) -> None:
    first = run_data.runs[0]
    assert first.ended
    assert first.ended.measures
    measures = msgspec.structs.replace(
        first.ended.measures, earlier_seconds=1.5, earlier_preparation_seconds=0.5
    )
    seconds = first.ended.seconds | {"train": first.ended.seconds["train"] + 1.5}
    again = replace(
        first, terminal=msgspec.structs.replace(first.ended, measures=measures, seconds=seconds)
    )
    plain = view(run_data, "time-breakdown")
    runs = (again, *run_data.runs[1:])
    made = view(RunData(replace(run_data.selection, runs=runs)), "time-breakdown")
    assert [column.title for column in made.table.columns][-1] == "Trained earlier"
    *parts, trained, wall, rate = plain.table.rows[0].cells
    expected = (*parts, number_in(trained) + 2.0, wall, rate)
    assert made.table.rows[0].cells[:-1] == pytest.approx(expected)
    assert [row.cells[-1] for row in made.table.rows][:2] == [2.0, 0.0]
    assert any("resumed from a checkpoint" in note for note in made.notes)


def test_time_to_accuracy_is_the_end_of_the_first_good_epoch(run_data: RunData) -> None:
    made = view(run_data, "time-to-accuracy", ViewOptions(target=0.8))
    for group, (seconds, told) in zip(
        run_data.groups, [(row.cells[1], row.cells[-1]) for row in made.table.rows], strict=True
    ):
        found = [
            next(
                (
                    e.train_seconds + (e.preparation_seconds or 0)
                    for e in run_data.epochs(run_data.by_id[run])
                    if e.test_accuracy >= 0.8
                ),
                None,
            )
            for run in group.runs
        ]
        known = [one for one in found if one is not None]
        assert told == f"{len(known)} of 2"
        assert seconds == (pytest.approx(fmean(known)) if known else None)
    assert not view(run_data, "time-to-accuracy", ViewOptions(target=1.0)).charts


def test_work_that_a_loop_moves_out_of_its_steps_counts(run_data: RunData) -> None:
    """Equal totals are equal, however much of them is in the steps."""
    first = run_data.runs[0]
    assert first.ended
    written = msgspec.structs.replace(first.spec, style="native")
    prepared = {"build": 1.0, "compile": 2.0, "data": 1.0, "train": 1.0}
    inside = {"build": 0.5, "compile": 0.0, "data": 0.5, "train": 8.0}
    runs = (
        replace(first, terminal=_clocked(first, prepared)),
        replace(first, id="native", spec=written, terminal=_clocked(first, inside)),
    )
    made = view(RunData(replace(run_data.selection, runs=runs)), "shared-native")
    assert (
        "the training time is 5.00 s in the shared loop and 9.00 s in the native script, 1.80 "
        in (made.sentence)
    )
    assert "The training steps alone take 1.00 s and 8.00 s." in made.sentence
    assert cells(made, "Training time", "Build and compile", "Data", "Training steps") == [
        (5.0, 3.0, 1.0, 1.0), (9.0, 0.5, 0.5, 8.0),
    ]  # fmt: skip


def _on(run: Run, machine: Machine) -> Run:
    assert isinstance(run.ended, Finished)
    assert run.ended.measures is not None
    measures = msgspec.structs.replace(run.ended.measures, machine=machine)
    return replace(run, terminal=msgspec.structs.replace(run.ended, measures=measures))


@pytest.mark.parametrize("name", ["time-breakdown", "latency"])
def test_times_from_a_busy_machine_are_marked(
    run_data: RunData, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_breakdown, "timing_marks", TIMING_MARKS)
    quiet, busy = Machine(processors=2), Machine(processors=2, others_processors=1.5)
    runs = tuple(_on(run, busy if place == 0 else quiet) for place, run in enumerate(run_data.runs))
    table = view(RunData(replace(run_data.selection, runs=runs)), name).table
    assert table.columns[1].title == "Timing"
    assert [row.cells[1] for row in table.rows].count("busy") == 1
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
    runs = tuple(_on(run, quiet) for run in run_data.runs)
    table = view(RunData(replace(run_data.selection, runs=runs)), name).table
    assert "Timing" not in [column.title for column in table.columns]


def test_a_warm_start_among_others_is_noted(run_data: RunData) -> None:
    def warm(run: Run) -> Run:
        assert isinstance(run.ended, Finished)
        assert run.ended.measures is not None
        measures = msgspec.structs.replace(run.ended.measures, warm_start=True)
        return replace(run, terminal=msgspec.structs.replace(run.ended, measures=measures))

    def noted(runs: tuple[Run, ...]) -> bool:
        made = view(RunData(replace(run_data.selection, runs=runs)), "time-breakdown")
        return any("had already loaded its framework" in note for note in made.notes)

    first, *others = run_data.runs
    assert not noted(run_data.runs)
    assert noted((warm(first), *others))
    assert not noted(tuple(map(warm, run_data.runs)))


def test_a_table_without_times_stays(run_data: RunData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_breakdown, "timing_marks", TIMING_MARKS)
    busy = Machine(processors=2, others_processors=1.5)
    runs = tuple(_on(run, busy) for run in run_data.runs)
    table = view(RunData(replace(run_data.selection, runs=runs)), "per-class").table
    assert "Timing" not in [column.title for column in table.columns]


def _clocked(run: Run, seconds: dict[str, float]) -> Finished:
    assert isinstance(run.ended, Finished)
    return msgspec.structs.replace(run.ended, seconds=run.ended.seconds | seconds)
