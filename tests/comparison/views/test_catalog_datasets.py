"""Runs on different datasets in one view: never without a note, and marked in charts."""

import dataclasses

import pytest
from msgspec.structs import replace

from mnist_studio.analysis.groups import of_other_dataset
from mnist_studio.analysis.view import Lines
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import catalog


@pytest.mark.parametrize("name", ["curves-accuracy", "curves-loss", "final-accuracy", "memory"])
def test_a_view_shows_that_datasets_differ(name: str, run_data: RunData) -> None:
    first, *others = run_data.selection.runs
    mixed = dataclasses.replace(first, spec=replace(first.spec, dataset="mnist"))
    selection = dataclasses.replace(run_data.selection, runs=(mixed, *others))
    view = catalog.compute(name, RunData(selection), ViewOptions())
    assert view.notes[0].startswith(
        "The runs were tested on different datasets, MNIST and built-in digits, so they are not"
    )
    charts = [chart for chart in view.charts if isinstance(chart, Lines)]
    assert all(chart.other_dataset == (first.id,) for chart in charts)
    assert any("paler" in note for note in view.notes) == bool(charts)
    same = catalog.compute(name, run_data, ViewOptions())
    assert not any("different datasets" in note for note in same.notes)


def test_the_less_frequent_dataset_is_the_other_one(run_data: RunData) -> None:
    spec = run_data.runs[0].spec
    mnist = replace(spec, dataset="mnist")
    assert of_other_dataset({"a": spec, "b": mnist, "c": mnist}) == ("a",)
    assert of_other_dataset({"a": spec, "b": mnist}) == ("b",)
    assert of_other_dataset({}) == ()
