"""Which runs count: those that trained all their epochs, and every seed once."""

from dataclasses import replace

import pytest

from mnist_studio.comparison import measures
from mnist_studio.comparison.run_data import NotComparable, RunData
from tests.comparison.uncounted import repeated, running, stopped


def test_all_finished_runs_count(run_data: RunData) -> None:
    assert run_data.counted == run_data.runs
    assert run_data.groups == run_data.all_groups
    assert (run_data.unfinished, run_data.repeated) == ((), ())


def test_an_unfinished_run_has_a_title_that_says_so_and_does_not_count(run_data: RunData) -> None:
    more = stopped(run_data, run_data.runs[0], 9)
    assert more.counted == run_data.runs
    assert more.groups == run_data.groups
    assert [run.id for run in more.unfinished] == [more.runs[-1].id]
    title = more.titles[more.runs[-1].id]
    name = "MLP 10 with Adam · NumPy · batch 32, 2 epochs, seed 9, built-in digits, CPU, …"
    assert title == f"{name} (stopped after 1 of 2 epochs)"
    now = running(run_data, run_data.runs[0], 9)
    assert now.titles[now.runs[-1].id] == f"{name} (1 of 2 epochs so far)"
    assert now.counted == run_data.runs


def test_a_repeated_seed_counts_once(run_data: RunData) -> None:
    more = repeated(run_data, run_data.runs[0])
    assert more.counted == run_data.runs
    assert [run.id for run in more.repeated] == [more.runs[-1].id]
    assert [group.seeds for group in more.groups] == [(1, 2)] * 4
    assert [group.seeds for group in more.all_groups] == [(1, 1, 2), (1, 2), (1, 2), (1, 2)]


def test_a_finished_run_counts_where_another_of_its_seed_was_stopped(run_data: RunData) -> None:
    runs = stopped(run_data, run_data.runs[0], 1).runs
    order = RunData(replace(run_data.selection, runs=(runs[-1], *runs[:-1])))
    assert order.counted == run_data.runs
    # The key decides the color, so it stays that of the first run.
    assert order.groups[0].key == runs[-1].id


@pytest.mark.parametrize("name", [
    "accuracy", "training_time", "images_per_second", "peak_memory", "latency_ms", "throughput",
])  # fmt: skip
def test_no_metric_is_of_a_run_that_does_not_count(name: str, run_data: RunData) -> None:
    more = repeated(stopped(run_data, run_data.runs[0], 9), run_data.runs[1])
    measure = getattr(measures, name)
    assert measure(more, more.unfinished[0]) is None
    assert measures.of_all(more, measure) == measures.of_all(run_data, measure)


def test_without_a_finished_run_nothing_is_compared(run_data: RunData) -> None:
    (run,) = stopped(run_data, run_data.runs[0], 9).unfinished
    alone = RunData(replace(run_data.selection, runs=(run,)))
    assert alone.groups == ()
    with pytest.raises(NotComparable, match="None of these runs has finished"):
        alone.require_finished()
    run_data.require_finished()
