"""What a report says about frameworks, from measurements only."""

import dataclasses

from msgspec.structs import replace

from mnist_studio.comparison import measures
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.report.discussion import _overhead, discussion
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import select_runs
from mnist_studio.formatting import duration
from mnist_studio.store.runs import RunStore
from tests import small_experiment


def sentences(run_data: RunData) -> dict[str, tuple[str, ...]]:
    return {one.title: one.sentences for one in discussion(run_data, ViewOptions())}


def test_one_framework_gives_no_comparison(run_data: RunData) -> None:
    assert list(sentences(run_data)) == ["Frameworks"]
    assert "they cannot be compared" in sentences(run_data)["Frameworks"][0]


def test_two_frameworks_are_compared_on_the_same_settings(run_data: RunData) -> None:
    with RunStore() as store:
        slow = [
            small_experiment.copied(store.run(run.id), store, "keras", 7.0) for run in run_data.runs
        ]
        both = RunData(select_runs(store, [*(r.id for r in run_data.runs), *(r.id for r in slow)]))
    found = sentences(both)
    assert "NumPy in the shared loop trains fastest in all four settings" in found["Strengths"][0]
    assert "compared with 7.00 s for Keras" in found["Strengths"][0]
    assert "(mean of eight runs)" in found["Framework overhead"][1]
    assert "0.00 pp over two seeds. These are too few seeds for a verdict" in found["Accuracy"][0]
    (worst,) = (one for one in found["Weaknesses"] if one.startswith("Keras in the shared loop"))
    assert "NumPy trains fastest" in worst
    assert "compared with 7.00 s, a factor of" in worst


def test_overhead_has_the_seconds_of_the_time_breakdown(run_data: RunData) -> None:
    with RunStore() as store:
        slow = [
            small_experiment.copied(store.run(run.id), store, "keras", 7.0) for run in run_data.runs
        ]
        both = RunData(select_runs(store, [*(r.id for r in run_data.runs), *(r.id for r in slow)]))
    breakdowns = [measures.breakdown_of(both.by_id[run.id]) for run in slow]
    start = sum(dict(one.parts)["start-up"] for one in breakdowns if one) / len(slow)
    assert f"{duration(start)} to start and import" in sentences(both)["Framework overhead"][1]


def test_what_was_not_measured_is_left_out(run_data: RunData) -> None:
    bare = tuple(
        dataclasses.replace(run, terminal=replace(run.ended, measures=None))
        for run in run_data.runs
        if run.ended
    )
    other = tuple(
        dataclasses.replace(run, id=f"{run.id}-k", spec=replace(run.spec, framework="keras"))
        for run in bare
    )
    found = sentences(RunData(dataclasses.replace(run_data.selection, runs=bare + other)))
    assert not any("memory" in sentence for sentence in found["Strengths"])


def test_a_script_is_not_mixed_with_the_shared_loop(run_data: RunData) -> None:
    written = tuple(
        dataclasses.replace(run, id=f"{run.id}-w", spec=replace(run.spec, style="native"))
        for run in run_data.runs
    )
    runs = (*run_data.runs, *written)
    both = RunData(dataclasses.replace(run_data.selection, runs=runs))
    shared, native = tuple(_overhead(both))
    assert shared.startswith("NumPy in the shared loop needs ")
    assert native.startswith("NumPy in its native script needs ")
    assert "(mean of eight runs)" in shared
    assert "(mean of eight runs)" in native


def test_the_times_are_explained_before_they_are_compared(run_data: RunData) -> None:
    with RunStore() as store:
        slow = [
            small_experiment.copied(store.run(run.id), store, "keras", 7.0) for run in run_data.runs
        ]
        both = RunData(select_runs(store, [*(r.id for r in run_data.runs), *(r.id for r in slow)]))
    first, *_ = discussion(both, ViewOptions())
    assert first.title == "What the training time contains"
    excluded = "Startup, imports, evaluation, recording, saving, and pauses are excluded."
    assert excluded in first.sentences[0]
    reliability = sentences(both)["Reliability of the timing"]
    assert any("optimizer updates, dropout" in sentence for sentence in reliability)
