"""The pairs that view and report compare over seeds, with intervals that hold together."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from mnist_studio.analysis import intervals
from mnist_studio.analysis.intervals import simultaneous
from mnist_studio.comparison import seed_pairs
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.report.discussion import discussion
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.selection import Selection
from mnist_studio.comparison.views import catalog
from mnist_studio.spec.run import FrameworkName
from mnist_studio.store.rows import Run
from tests.approximately import near
from tests.comparison.uncounted import stopped

FRAMEWORKS: tuple[FrameworkName, ...] = ("numpy", "pytorch", "keras")
SEEDS = range(1, 6)


def several(run_data: RunData, batches: tuple[int, ...], spread: float = 0.004) -> RunData:
    """Runs of three frameworks and some batch sizes with five seeds, which differ by chance."""
    source = np.random.default_rng(3)
    first = run_data.runs[0]
    runs = tuple(
        _run(first, framework, batch, seed, float(source.normal(0.9, spread)))
        for batch in batches
        for framework in FRAMEWORKS
        for seed in SEEDS
    )
    return RunData(Selection(runs, {run.id: run_data.epochs(first) for run in runs}))


def _run(run: Run, framework: FrameworkName, batch: int, seed: int, accuracy: float) -> Run:
    assert run.finished
    training = msgspec.structs.replace(run.spec.training, batch_size=batch, seed=seed)
    spec = msgspec.structs.replace(run.spec, framework=framework, training=training)
    end = msgspec.structs.replace(run.finished, framework=framework, test_accuracy=accuracy)
    return replace(run, id=f"{framework}-{batch}-{seed}", spec=spec, terminal=end)


def test_all_pairs_of_few_groups_have_the_corrected_level(run_data: RunData) -> None:
    found = seed_pairs.compared(several(run_data, (32, 64)), 0.001)
    assert (len(found.pairs), found.decided, found.possible) == (15, 15, 15)
    for pair in found.pairs:
        expected = intervals.mean(pair.comparison.differences, simultaneous(15)).interval
        assert expected is not None
        assert pair.comparison.difference is not None
        interval = pair.comparison.difference.interval
        assert interval is not None
        assert (interval.low, interval.high) == (near(expected.low), near(expected.high))


def test_of_many_groups_only_pairs_that_differ_in_one_respect_count(run_data: RunData) -> None:
    found = seed_pairs.compared(several(run_data, (16, 32, 64)), 0.001)
    # Three batch sizes in each of three frameworks, and three frameworks with each batch size.
    assert (len(found.pairs), found.decided, found.possible) == (18, 18, 36)


def with_rates(run_data: RunData, number: int) -> RunData:
    """Runs of one recipe, framework, and batch size that differ in their learning rate."""
    source = np.random.default_rng(4)
    runs = []
    for at in range(number):
        for seed in SEEDS:
            run = _run(run_data.runs[0], "numpy", 32, seed, float(source.normal(0.9, 0.004)))
            rate = msgspec.structs.replace(
                run.spec.training.optimizer, learning_rate=0.001 + at / 1e4
            )
            training = msgspec.structs.replace(run.spec.training, optimizer=rate)
            spec = msgspec.structs.replace(run.spec, training=training)
            runs.append(replace(run, id=f"{run.id}-{at}", spec=spec))
    return RunData(Selection(tuple(runs), {run.id: () for run in runs}))


def test_many_models_that_differ_in_another_setting_are_compared(run_data: RunData) -> None:
    ten = with_rates(run_data, 10)
    found = seed_pairs.compared(ten, 0.001)
    assert (len(found.pairs), found.decided, found.possible) == (45, 45, 45)
    made = catalog.compute("over-seeds", ten, ViewOptions())
    assert "Intervals: simultaneous 95 % CI of 45 pairs (99.89 % each)." in made.sentence
    assert all("(99.89 % each) over five seeds" in str(row.cells[-1]) for row in made.table.rows)


def test_models_that_differ_in_two_settings_are_not_called_equal(run_data: RunData) -> None:
    runs = []
    for at, run in enumerate(with_rates(run_data, 8).runs):
        training = msgspec.structs.replace(run.spec.training, batch_size=2 ** (at // len(SEEDS)))
        runs.append(replace(run, spec=msgspec.structs.replace(run.spec, training=training)))
    data = RunData(Selection(tuple(runs), {run.id: () for run in runs}))
    with pytest.raises(NotComparable, match="differ in only one respect"):
        catalog.compute("over-seeds", data, ViewOptions())


def test_pairs_with_too_few_seeds_do_not_widen_the_others(run_data: RunData) -> None:
    every = several(run_data, (32,))
    runs = tuple(r for r in every.runs if r.spec.framework != "keras" or r.spec.training.seed < 3)
    found = seed_pairs.compared(RunData(replace(every.selection, runs=runs)), 0.001)
    assert (len(found.pairs), found.decided) == (3, 1)


def test_a_stopped_run_decides_nothing(run_data: RunData) -> None:
    every = several(run_data, (32,))
    without = tuple(run for run in every.runs if run.id != "keras-32-5")
    last = every.by_id["keras-32-5"]
    more = stopped(RunData(replace(every.selection, runs=without)), last, 5)
    assert seed_pairs.compared(more, 0.001).decided == 1


def test_the_view_states_the_level(run_data: RunData) -> None:
    made = catalog.compute("over-seeds", several(run_data, (32, 64)), ViewOptions())
    level = "simultaneous 95 % CI of 15 pairs (99.67 % each)"
    assert f"Intervals: {level}." in made.sentence
    assert f"Intervals: Student's t, {level}." in made.notes
    titles = [column.title for column in made.table.columns]
    assert "Simultaneous 95 % CI low (pp)" in titles
    assert not any(title.startswith("P(") for title in titles)
    two = RunData(replace(run_data.selection, runs=several(run_data, (32,)).runs[:10]))
    alone = catalog.compute("over-seeds", two, ViewOptions())
    assert "95 % CI over five seeds" in alone.sentence
    assert "simultaneous" not in alone.sentence


def test_the_report_has_the_verdict_of_the_view(run_data: RunData) -> None:
    every = several(run_data, (32, 64))
    (accuracy,) = (one for one in discussion(every, ViewOptions()) if one.title == "Accuracy")
    (sentence,) = accuracy.sentences
    assert sentence.startswith(
        "The largest of six differences between frameworks with the same settings: "
    )
    explanations = [
        row.cells[-1] for row in catalog.compute("over-seeds", every, ViewOptions()).table.rows
    ]
    assert sentence.partition("settings: ")[2] in explanations
    assert "simultaneous 95 % CI of 15 pairs (99.67 % each) over five seeds" in sentence


@pytest.mark.parametrize(("spread", "start"), [
    (0.0, "All six differences between frameworks with the same settings are equally large."),
])  # fmt: skip
def test_equal_differences_have_no_largest(spread: float, start: str, run_data: RunData) -> None:
    every = several(run_data, (32, 64), spread)
    (accuracy,) = (one for one in discussion(every, ViewOptions()) if one.title == "Accuracy")
    (sentence,) = accuracy.sentences
    assert sentence.startswith(start)
    assert "are equal in practice" in sentence
