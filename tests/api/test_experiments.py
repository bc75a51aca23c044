"""Experiments in scripts and notebooks; ``docs/python.md`` trains one."""

import pytest
from msgspec.structs import replace

import mnist_studio as studio
from mnist_studio.errors import SpecError, UnknownName, UsageError
from mnist_studio.experiments.events import CellEvent
from mnist_studio.spec.experiment import MANY_RUNS, Grid
from tests.small_experiment import STUDY


def test_leaving_the_loop_stops_the_experiment_which_can_be_resumed() -> None:
    one = replace(STUDY, grid=Grid(recipes=("tiny-10",), frameworks=("numpy",)))
    experiment = studio.experiment(one)
    for event in experiment:
        if isinstance(event, CellEvent):
            break
    assert not experiment.running
    assert not experiment.complete
    again = studio.experiment(one).result()
    assert again.id == experiment.id
    assert [run.state for run in again.runs] == ["Finished"] * 2
    assert "2 of two runs finished" in repr(again)
    assert again._repr_html_().count("<tr>") == 3


def test_experiments_that_cannot_run_are_refused_at_once() -> None:
    with pytest.raises(UnknownName, match="Did you mean digit-recognition"):
        studio.experiment("digit-recognitio")
    with pytest.raises(UsageError, match="number of jobs"):
        studio.experiment("digit-recognition", jobs=0)
    with pytest.raises(SpecError, match="9"):
        studio.experiment(STUDY, changes={"layers.9.units": 3})
    many = replace(STUDY, seeds=tuple(range(MANY_RUNS)))
    with pytest.raises(UsageError, match="confirmed=True"):
        studio.experiment(many)
    assert not studio.experiment(many, confirmed=True).started
    with pytest.raises(UsageError, match="has not begun"):
        studio.experiment("digit-recognition").compare()
