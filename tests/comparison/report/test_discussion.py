"""What a report says of frameworks, from measured figures only."""

import dataclasses

from msgspec.structs import replace

from mnist_studio.comparison import measures
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.report.discussion import discussion
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import select_runs
from mnist_studio.formatting import duration
from mnist_studio.store.runs import RunStore
from tests import small_experiment


def told(run_data: RunData) -> dict[str, tuple[str, ...]]:
    return {one.title: one.sentences for one in discussion(run_data, ViewOptions())}


def test_one_framework_gives_no_comparison(run_data: RunData) -> None:
    assert list(told(run_data)) == ["Frameworks"]
    assert "nothing can be said" in told(run_data)["Frameworks"][0]


def test_two_frameworks_are_compared_on_the_same_settings(run_data: RunData) -> None:
    with RunStore() as store:
        slow = [
            small_experiment.copied(store.run(run.id), store, "keras", 7.0) for run in run_data.runs
        ]
        both = RunData(select_runs(store, [*(r.id for r in run_data.runs), *(r.id for r in slow)]))
    found = told(both)
    assert "NumPy trains fastest in all four settings" in found["Advantages"][0]
    assert "against 7.00 s of Keras" in found["Advantages"][0]
    assert "Keras, mean of eight runs" in found["Framework overhead"][1]
    assert "0.00 pp over two seeds; too few seeds for a verdict" in found["Accuracy"][0]
    (worst,) = (one for one in found["Challenges"] if one.startswith("Keras"))
    assert "NumPy trains fastest" in worst
    assert "against 7.00 s, a factor of" in worst


def test_overhead_has_the_figures_of_the_clocks(run_data: RunData) -> None:
    with RunStore() as store:
        slow = [
            small_experiment.copied(store.run(run.id), store, "keras", 7.0) for run in run_data.runs
        ]
        both = RunData(select_runs(store, [*(r.id for r in run_data.runs), *(r.id for r in slow)]))
    clocks = [measures.breakdown_of(both.by_id[run.id]) for run in slow]
    start = sum(dict(one.parts)["start-up"] for one in clocks if one) / len(slow)
    assert f"{duration(start)} to start and import" in told(both)["Framework overhead"][1]


def test_what_was_not_measured_is_not_told(run_data: RunData) -> None:
    bare = tuple(
        dataclasses.replace(run, terminal=replace(run.ended, measures=None))
        for run in run_data.runs
        if run.ended
    )
    other = tuple(
        dataclasses.replace(run, id=f"{run.id}-k", spec=replace(run.spec, framework="keras"))
        for run in bare
    )
    found = told(RunData(dataclasses.replace(run_data.selection, runs=bare + other)))
    assert not any("memory" in sentence for sentence in found["Advantages"])
