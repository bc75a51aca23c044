"""The data of runs to compare."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs

from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.comparison.messages import ComputeViews, ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.selection import select_experiment, select_runs
from mnist_studio.data.datasets import builtin
from mnist_studio.errors import UnknownName
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore
from mnist_studio.workers.channel import decode, encode
from tests import small_experiment


def test_an_experiment_is_gathered_in_the_order_of_its_cells(run_data: RunData) -> None:
    sizes = [run.spec.training.batch_size for run in run_data.runs]
    assert sizes == [32, 64, 32, 64] * 2
    assert run_data.selection.question == small_experiment.STUDY.question
    assert [group.seeds for group in run_data.groups] == [(1, 2)] * 4
    name = "MLP 10 with Adam · NumPy · batch 32, 2 epochs, seed 1, built-in digits, CPU, …"
    assert run_data.titles[run_data.runs[0].id] == name
    assert run_data.selection.waiting == 0


def test_runs_travel_to_a_child_and_back(run_data: RunData) -> None:
    request = ComputeViews(run_data.selection, ("time-breakdown",), ViewOptions())
    assert decode(encode(request), ComputeViews) == request


def test_stored_predictions_give_the_stored_accuracy(run_data: RunData) -> None:
    runs = run_data.with_predictions()
    models, labels = run_data.predictions(runs)
    assert len(runs) == small_experiment.RUNS
    assert np.array_equal(labels, builtin.load().test.labels)
    for run in runs:
        ended = run_data.by_id[run].ended
        assert ended
        assert accuracy(models[run], labels) == ended.test_accuracy


def test_a_run_is_named_by_the_start_of_its_id_and_selected_once(run_data: RunData) -> None:
    run = run_data.runs[0].id
    with RunStore() as store:
        assert [one.id for one in select_runs(store, [run, run]).runs] == [run]
        with pytest.raises(UnknownName):
            select_runs(store, ["never"])
        with pytest.raises(UnknownName):
            select_experiment(store, "never")


def test_a_run_has_the_name_that_it_has_in_the_list_of_runs(run_data: RunData) -> None:
    with RunStore() as store:
        assert run_data.titles == {run.id: store.run(run.id).name for run in run_data.runs}
        run = store.run(run_data.runs[0].id)
    (alone,) = RunData(replace(run_data.selection, runs=(run,))).groups
    assert alone.title == run.name


def test_two_runs_of_the_same_name_get_their_ids(run_data: RunData) -> None:
    first, second, third = run_data.runs[:3]
    with RunStore() as store:
        store.rename(first.id, "Mine")
        store.rename(second.id, "Mine")
    named = RunData(small_experiment.chosen()).titles
    assert (named[first.id], named[second.id]) == (f"Mine ({first.id})", f"Mine ({second.id})")
    assert named[third.id] == third.name


def test_a_renamed_run_keeps_its_name(run_data: RunData) -> None:
    run = run_data.runs[0].id
    with RunStore() as store:
        store.rename(run, "My favorite")
    assert RunData(small_experiment.chosen()).titles[run] == "My favorite"


def test_runs_without_predictions_are_reported_and_not_paired(run_data: RunData) -> None:
    first, second = run_data.runs[:2]
    (first.folder / artifacts.TEST_LOGITS).unlink()
    with pytest.raises(NotComparable, match="CPU, … has no stored predictions"):
        run_data.predictions([first.id, second.id])


def test_runs_on_different_datasets_are_reported_and_not_paired(run_data: RunData) -> None:
    runs = run_data.runs
    other = replace(runs[0], spec=structs.replace(runs[0].spec, dataset="mnist"))
    mixed = RunData(replace(run_data.selection, runs=(other, runs[1])))
    with pytest.raises(NotComparable, match="different datasets, mnist and builtin"):
        mixed.predictions([other.id, runs[1].id])


def test_predictions_of_another_test_set_of_the_same_size_are_detected(run_data: RunData) -> None:
    run = run_data.runs[0]
    folder = run.folder
    logits = artifacts.load_test_logits(folder)
    artifacts.save_test_logits(folder, np.roll(logits, 1, axis=0).copy())
    with pytest.raises(NotComparable, match="tested on images that differ"):
        RunData(run_data.selection).predictions([run.id])
