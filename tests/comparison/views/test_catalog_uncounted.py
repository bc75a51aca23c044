"""Runs that do not count change no mean, ratio or verdict of any view."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from mnist_studio.analysis.view import Bars, Lines, View
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import catalog
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS
from mnist_studio.store import robustness
from mnist_studio.store.robustness import Robustness, RobustnessCurve
from tests.comparison.uncounted import repeated, running, stopped

OF_SINGLE_RUNS = {
    "time-breakdown", "curves-accuracy", "curves-loss", "confusion", "per-class", "calibration",
    "confident-errors", "disagreements", "robustness",
}  # fmt: skip
"""Views that show a run, not its group: the title says how far the run came."""

NEEDS_MORE = {"shared-native", "parallel-coordinates", "importance"}
OF_GROUPS = [
    name for name in catalog.VIEWS if name not in OF_SINGLE_RUNS | NEEDS_MORE | {"settings"}
]


def view(run_data: RunData, name: str) -> View:
    return catalog.compute(name, run_data, ViewOptions(target=0.3))


@pytest.fixture
def more(run_data: RunData) -> RunData:
    """With a stopped run, a running run and a repeated one."""
    first, second, third = run_data.runs[:3]
    return repeated(running(stopped(run_data, first, 9), second, 8), third)


@pytest.mark.parametrize("name", OF_GROUPS)
def test_no_group_has_another_value(name: str, run_data: RunData, more: RunData) -> None:
    plain, made = view(run_data, name), view(more, name)
    rows = [row for row in made.table.rows if row.key not in _ids(more)]
    assert rows == list(plain.table.rows)
    assert made.charts == plain.charts
    assert made.sentence.replace(" Two unfinished runs and one repeated run are not counted.", "") \
        == plain.sentence  # fmt: skip


def _ids(more: RunData) -> set[str]:
    return {run.id for run in (*more.unfinished, *more.repeated)}


@pytest.mark.parametrize("name", [n for n in catalog.VIEWS if n not in NEEDS_MORE | {"robustness"}])
def test_every_view_names_what_does_not_count(name: str, more: RunData) -> None:
    notes = view(more, name).notes
    (unfinished,) = (note for note in notes if "did not finish." in note)
    stopped_title, running_title = (more.titles[run.id] for run in more.unfinished)
    assert stopped_title.endswith("seed 9, built-in digits, CPU, … (stopped after 1 of 2 epochs)")
    assert "seed 8" in running_title
    assert f"{stopped_title} and {running_title} did not finish." in unfinished
    assert unfinished.endswith("Means, intervals, and verdicts leave them out.")
    (again,) = (note for note in notes if "Each seed counts once." in note)
    assert "repeats the settings and the seed of another run" in again


def test_unfinished_runs_have_a_row_of_their_own(more: RunData) -> None:
    made = view(more, "final-accuracy")
    rows = [row.cells[:6] for row in made.table.rows[-2:]]
    stopped_title, running_title = (more.titles[run.id] for run in more.unfinished)
    assert rows[0] == (stopped_title, 0.01, None, None, "not finished", 0)
    assert rows[1][0] == running_title
    assert {row.cells[5] for row in made.table.rows[:-2]} == {2}
    assert "Two unfinished runs and one repeated run are not counted." in made.sentence
    assert "Two unfinished runs and one repeated run are not counted." in view(
        more, "over-seeds"
    ).sentence  # fmt: skip


def test_the_mean_curve_is_of_finished_runs_over_all_their_epochs(more: RunData) -> None:
    chart = view(more, "curves-accuracy").charts[0]
    assert isinstance(chart, Lines)
    first = more.all_groups[0]
    lines = [line for line in chart.lines if line.key in (*first.runs, first.key)]
    mean = lines[-1]
    assert mean.title == "MLP 10 with Adam · NumPy · batch 32 · mean of 2"
    assert list(mean.x) == [1, 2]
    assert [line.thin for line in lines] == [True, True, True, False]


def test_a_stopped_run_is_not_compared_image_by_image(run_data: RunData) -> None:
    more = stopped(run_data, run_data.runs[0], 9)
    pair = (run_data.runs[0], more.runs[-1])
    with pytest.raises(NotComparable, match="finished models have predictions"):
        view(RunData(replace(more.selection, runs=pair)), "significance")


def test_runs_that_all_were_stopped_have_no_mean(run_data: RunData) -> None:
    run = stopped(run_data, run_data.runs[0], 9).runs[-1]
    alone = RunData(replace(run_data.selection, runs=(run,)))
    made = view(alone, "final-accuracy")
    assert made.sentence == "None of these runs has finished. One unfinished run is not counted."
    assert not any(isinstance(chart, Bars) for chart in made.charts)
    for name in ("over-seeds", "networks-and-frameworks", "shared-native", "time-to-accuracy",
                 "batch-size"):  # fmt: skip
        with pytest.raises(NotComparable, match="has finished"):
            view(alone, name)


def test_a_seed_trained_twice_is_one_seed(run_data: RunData) -> None:
    run = run_data.runs[0]
    twice = repeated(RunData(replace(run_data.selection, runs=(run,))), run)
    ((_, value, low, high, basis, seeds, *_),) = (
        row.cells for row in view(twice, "final-accuracy").table.rows
    )
    assert run.finished
    assert (value, basis, seeds) == (run.finished.test_accuracy, "500 images (Wilson)", 1)
    assert low != high


def test_the_most_robust_model_is_of_runs_that_count(run_data: RunData, tmp_path: Path) -> None:
    first, second = run_data.runs[:2]
    run_data = RunData(replace(run_data.selection, runs=(first, second)))
    more = repeated(stopped(run_data, first, 9), second)
    measured = []
    for run in more.runs:
        counts = run in (first, second)
        own = replace(run, folder=tmp_path / run.id)
        own.folder.mkdir()
        assert own.ended
        accuracy = 0.6 if run is first else 0.5 if counts else 1.0
        curves = tuple(
            RobustnessCurve(kind, change.strengths, (accuracy,) * len(change.strengths))
            for kind, change in CORRUPTIONS.items()
        )
        robustness.save(own.folder, Robustness(own.ended.step, 500, "numpy", accuracy, curves))
        measured.append(own)
    made = view(RunData(replace(more.selection, runs=tuple(measured))), "robustness")
    assert "has the highest mean accuracy of 60.00 %" in made.sentence
    assert {row.key for row in made.table.rows} == {run.id for run in measured}


def test_means_and_superlatives_of_predictions_are_of_runs_that_count(run_data: RunData) -> None:
    """A stopped run with perfect predictions changes no sentence, but has rows of its own."""
    run_data = RunData(replace(run_data.selection, runs=run_data.runs[:2]))
    more = repeated(stopped(run_data, run_data.runs[0], 9), run_data.runs[1])
    early = more.unfinished[0]
    assert early.ended
    labels = next(iter(more.labels.values()))
    perfect = np.full((len(labels), 10), -50.0)
    perfect[np.arange(len(labels)), labels] = 50.0
    logits = {run.id: run_data.logits[run.id[:-2] if run.id.endswith("-r") else run.id]
              for run in more.runs if run is not early}  # fmt: skip
    ended = msgspec.structs.replace(early.ended, test_accuracy=1.0)
    runs = tuple(replace(run, terminal=ended) if run is early else run for run in more.runs)
    more = RunData(replace(more.selection, runs=runs))
    more.__dict__["logits"] = {**logits, early.id: perfect}
    for name, before in (("per-class", "The "), ("calibration", "calibration error is ")):
        plain, made = view(run_data, name), view(more, name)
        # The titles before have more labels next to other runs.
        assert made.sentence.partition(before)[2] == plain.sentence.partition(before)[2] != ""
        assert any(row.key == early.id for row in made.table.rows)
    alone = RunData(replace(more.selection, runs=(more.by_id[early.id],)))
    alone.__dict__["logits"] = {early.id: perfect}
    for name in ("per-class", "calibration"):
        assert view(alone, name).sentence == "None of these runs has finished."
