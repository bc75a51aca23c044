"""Every view, with its values recomputed from the artifacts of the runs."""

from collections.abc import Iterator
from dataclasses import replace
from math import isclose
from statistics import fmean

import msgspec
import numpy as np
import pytest

from mnist_studio.analysis.view import Bars, Lines, Matrix, Parallel, Points, View, decode, encode
from mnist_studio.comparison.messages import ViewOptions, XAxis
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.selection import select_runs
from mnist_studio.comparison.views import catalog
from mnist_studio.comparison.views.predictions import confusion_sentence
from mnist_studio.data.datasets import builtin
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS
from mnist_studio.store import artifacts, robustness
from mnist_studio.store.robustness import Robustness, RobustnessCurve
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests import small_experiment

LABELS = builtin.load().test.labels


def view(run_data: RunData, name: str, options: ViewOptions | None = None) -> View:
    return catalog.compute(name, run_data, options or ViewOptions(target=0.3))


def answers(run: Run) -> np.ndarray:
    return np.asarray(artifacts.load_test_logits(run.folder).argmax(axis=1))


def cells(made: View, *titles: str) -> list[tuple[object, ...]]:
    places = [[column.title for column in made.table.columns].index(title) for title in titles]
    return [tuple(row.cells[place] for place in places) for row in made.table.rows]


def number_in(cell: object) -> float:
    """A cell that has a number."""
    assert isinstance(cell, int | float)
    return cell


def drawn_numbers(made: View) -> Iterator[float]:
    """Every figure of every chart."""
    for chart in made.charts:
        match chart:
            case Lines():
                for line in chart.lines:
                    yield from (*line.y, *line.low, *line.high) if line.key else ()
            case Bars():
                for bar in chart.bars:
                    yield from (v for v in (bar.value, bar.low, bar.high) if v is not None)
            case Points():
                yield from (v for point in chart.points for v in (point.x, point.y))
            case Matrix():
                yield from (v for row in chart.values for v in row if v is not None)
            case Parallel():
                yield from (line.values[-1] for line in chart.lines)


@pytest.mark.parametrize("name", [n for n in catalog.VIEWS if n not in (
    "shared-native", "robustness", "parallel-coordinates", "importance")])  # fmt: skip
def test_the_table_has_every_value_of_the_charts(name: str, run_data: RunData) -> None:
    made = view(run_data, name)
    known = [cell for row in made.table.rows for cell in row.cells if isinstance(cell, int | float)]
    for number in drawn_numbers(made):
        assert any(isclose(number, cell, rel_tol=1e-12) for cell in known), (name, number)
    assert made.table.rows
    assert all(len(row.cells) == len(made.table.columns) for row in made.table.rows)
    assert encode(decode(encode(made))) == encode(made)


def test_final_accuracy_is_that_of_the_predictions(run_data: RunData) -> None:
    made = view(run_data, "final-accuracy")
    for group, (value, least, most) in zip(
        run_data.groups, cells(made, "Accuracy", "Min", "Max"), strict=True
    ):
        scores = [float(np.mean(answers(run_data.by_id[run]) == LABELS)) for run in group.runs]
        assert value == pytest.approx(fmean(scores), abs=1e-12)
        assert (least, most) == (min(scores), max(scores))


def test_a_single_run_has_an_interval_over_images(run_data: RunData) -> None:
    with RunStore() as store:
        alone = RunData(select_runs(store, [run_data.runs[0].id]))
    ((how, low, value, high),) = cells(
        view(alone, "final-accuracy"), "CI over", "95 % CI low", "Accuracy", "95 % CI high"
    )
    assert how == "500 images (Wilson)"
    assert number_in(low) < number_in(value) < number_in(high)


def test_confusion_counts_the_predictions(run_data: RunData) -> None:
    run = run_data.runs[3]
    made = view(run_data, "confusion", ViewOptions(model=run.id))
    (matrix,) = made.charts
    assert isinstance(matrix, Matrix)
    assert matrix.key == run.id
    given = answers(run)
    for label in range(10):
        for answer in range(10):
            count = np.sum((label == LABELS) & (given == answer))
            assert matrix.values[label][answer] == count
    wrong = int(np.sum(given != LABELS))
    assert f"makes {wrong} errors on 500 images" in made.sentence


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({}, "m predicts all 10 images correctly."),
        ({(9, 4): 1}, "m makes one error on 10 images: a 9 predicted as a 4."),
        (
            {(9, 4): 1, (2, 7): 1},
            "m makes two errors on 10 images. They are of two kinds, one time each.",
        ),
        (
            {(9, 4): 2, (2, 7): 2, (1, 7): 1},
            "m makes five errors on 10 images. Two kinds of errors are the most frequent "
            "(two times).",
        ),
        (
            {(9, 4): 3},
            "m makes three errors on 10 images. "
            "The most frequent is a 9 predicted as a 4 (three times).",
        ),
    ],
)
def test_errors_are_counted(wrong: dict[tuple[int, int], int], sentence: str) -> None:
    table = np.zeros((10, 10), np.int64)
    table[0, 0] = 10 - sum(wrong.values())
    for cell, times in wrong.items():
        table[cell] = times
    assert confusion_sentence("m", table) == sentence


def test_significance_is_that_of_the_predictions(run_data: RunData) -> None:
    runs = [run_data.runs[0].id, run_data.runs[2].id]
    with RunStore() as store:
        made = view(RunData(select_runs(store, runs)), "significance")
    a, b = (answers(run_data.by_id[run]) == LABELS for run in runs)
    (row,) = cells(made, "Difference (pp)", "Only first correct", "Only second correct")
    difference, only_a, only_b = row
    assert difference == pytest.approx(100 * (a.mean() - b.mean()))
    assert (only_a, only_b) == (np.sum(a & ~b), np.sum(b & ~a))
    assert "Cochran" not in made.sentence


def test_more_than_two_models_are_tested_together(run_data: RunData) -> None:
    made = view(run_data, "significance")
    assert "Cochran's Q" in made.sentence
    assert len(made.table.rows) == 6  # Pairs of four models.
    assert any("one per model" in note for note in made.notes)


def test_no_verdict_on_recipes_below_five_seeds(run_data: RunData) -> None:
    made = view(run_data, "over-seeds")
    assert {verdict for (verdict,) in cells(made, "Verdict")} == {"no verdict"}
    assert made.sentence == "No verdict on six pairs: fewer than five seeds in common."


def test_curves_have_every_seed_thin_and_the_mean_on_top(run_data: RunData) -> None:
    made = view(run_data, "curves-accuracy")
    test, training = made.charts
    assert isinstance(test, Lines)
    assert isinstance(training, Lines)
    assert test.y.title == "Test accuracy"
    assert [line.thin for line in test.lines] == [True, True, False] * 4
    first, second, mean = test.lines[:3]
    assert list(mean.y) == pytest.approx([fmean(y) for y in zip(first.y, second.y, strict=True)])
    assert list(first.y) == [epoch.test_accuracy for epoch in run_data.epochs(run_data.runs[0])]


@pytest.mark.parametrize("axis", ["epochs", "steps", "seconds"])
def test_curves_over_every_axis_end_where_the_run_did(axis: XAxis, run_data: RunData) -> None:
    options = ViewOptions(axis=axis, smoothing=0.5)
    made = view(run_data, "curves-loss", options)
    run = run_data.runs[0]
    last = run_data.epochs(run)[-1]
    assert last.preparation_seconds
    seconds = last.train_seconds + last.preparation_seconds
    ends = {"epochs": 2, "steps": last.step, "seconds": seconds}
    for chart in made.charts:
        assert isinstance(chart, Lines)
        (line,) = (one for one in chart.lines if one.key == run.id and one.thin)
        assert line.x[-1] == ends[axis]


def test_parameters_have_their_calculation(run_data: RunData) -> None:
    made = view(run_data, "parameters")
    assert ("MLP 128", "784·128 + 128", 100_480) in cells(
        made, "Network", "Calculation", "Parameters"
    )
    assert "MLP 128 has 101,770 parameters" in made.sentence


def test_settings_have_only_what_differs(run_data: RunData) -> None:
    made = view(run_data, "settings")
    places = [place for (place,) in cells(made, "Setting")]
    assert "training.batch_size" in places
    # All groups have the same seeds.
    assert "seeds" not in places
    assert "training.epochs" not in places
    assert "training.seed" not in places


def test_errors_are_ordered_by_confidence(run_data: RunData) -> None:
    run = run_data.runs[0]
    given = answers(run)
    rows = cells(
        view(run_data, "confident-errors"), "Test image", "True label", "Prediction", "Confidence"
    )
    for index, label, answer, _ in rows:
        assert isinstance(index, int)
        assert (str(LABELS[index]), str(given[index])) == (label, answer)
        assert label != answer
    confidences = [number_in(row[-1]) for row in rows]
    assert confidences == sorted(confidences, reverse=True)


def test_disagreements_are_counted(run_data: RunData) -> None:
    runs = [run_data.runs[0].id, run_data.runs[2].id]
    with RunStore() as store:
        made = view(RunData(select_runs(store, runs)), "disagreements")
    a, b = (answers(run_data.by_id[run]) for run in runs)
    assert f"disagree on {np.sum(a != b)} of 500 images" in made.sentence


def test_effects_of_networks_and_frameworks_are_separated(run_data: RunData) -> None:
    with RunStore() as store:
        slow = [
            small_experiment.copied(store.run(run.id), store, "keras", 5.0) for run in run_data.runs
        ]
        both = RunData(select_runs(store, [*(r.id for r in run_data.runs), *(r.id for r in slow)]))
    made = view(both, "networks-and-frameworks")
    assert "The framework alone changes the accuracy by up to 0.00 pp" in made.sentence
    titles = ("Recipe", "Framework", "Training time", "Build and compile", "Data", "Training steps")
    seconds = {row[:2]: row[2:] for row in cells(made, *titles)}
    assert seconds["MLP 128", "Keras"] == pytest.approx((5.0, 0.75, 0.25, 4.0))
    assert "evaluation, recording, saving, and pauses are excluded." in made.sentence
    (note,) = (one for one in made.notes if one.startswith("Keras in the shared loop"))
    assert "differ from those of Keras' fit" in note


def test_what_changes_more_than_network_or_framework_is_left_out(run_data: RunData) -> None:
    def other(run: Run, **changes: object) -> Run:
        assert run.ended
        spec = msgspec.structs.replace(run.spec, **changes)
        ended = msgspec.structs.replace(run.ended, test_accuracy=0.1)
        return replace(run, id=f"{run.id} {sorted(changes)}", spec=spec, terminal=ended)

    first = run_data.runs[0]
    others = (
        other(first, dataset="mnist"), other(first, style="native"),
        other(first, framework="keras", known_bugs=("unshuffled",)),
    )  # fmt: skip
    more = RunData(replace(run_data.selection, runs=(*run_data.runs, *others)))
    made = view(more, "networks-and-frameworks")
    assert made.sentence == view(run_data, "networks-and-frameworks").sentence
    assert made.table.rows == view(run_data, "networks-and-frameworks").table.rows
    (note,) = (
        note for note in made.notes if note.startswith("Left out because of a different dataset")
    )
    assert note.count("MLP 10 with Adam") == 3


def test_shared_and_native_runs_are_paired(run_data: RunData) -> None:
    with pytest.raises(NotComparable, match="native script"):
        view(run_data, "shared-native")
    written = tuple(
        replace(run, id=f"{run.id}-w", spec=msgspec.structs.replace(run.spec, style="native"))
        for run in run_data.runs
    )
    both = RunData(replace(run_data.selection, runs=(*run_data.runs, *written)))
    made = view(both, "shared-native")
    assert len(made.table.rows) == 8
    assert "1.00 times as long" in made.sentence


def test_robustness_shows_what_is_stored(run_data: RunData) -> None:
    with pytest.raises(NotComparable, match="mnist-studio robustness"):
        view(run_data, "robustness")
    run = run_data.runs[0]
    assert run.ended
    curves = tuple(
        RobustnessCurve(kind, change.strengths, (0.9, 0.8, 0.7, 0.6, 0.5))
        for kind, change in CORRUPTIONS.items()
    )
    robustness.save(run.folder, Robustness(run.ended.step, 500, "numpy", 0.95, curves))
    made = view(run_data, "robustness")
    assert len(made.charts) == len(CORRUPTIONS)
    assert "Measured on the first 500 test images." in made.notes
    assert "50.00 %, compared with 95.00 % on the original images" in made.sentence


def test_views_report_what_the_runs_lack(run_data: RunData) -> None:
    for run in run_data.runs:
        (run.folder / artifacts.TEST_LOGITS).unlink()
    for name in (
        "confusion",
        "per-class",
        "calibration",
        "confident-errors",
        "disagreements",
        "significance",
    ):
        with pytest.raises(NotComparable, match="predictions"):
            view(run_data, name)


def test_unfinished_and_shared_runs_are_noted(run_data: RunData) -> None:
    first = replace(run_data.runs[0], status="running", terminal=None)
    memberships = dict(run_data.selection.memberships)
    memberships[first.id] = replace(memberships[first.id], concurrency=2)
    made = view(
        RunData(
            replace(run_data.selection, runs=(first, *run_data.runs[1:]), memberships=memberships)
        ),
        "latency",
    )
    assert any(
        note.endswith("did not finish. Means, intervals, and verdicts leave it out.")
        for note in made.notes
    )
    assert any("the times are not comparable" in note for note in made.notes)
