"""One training time has one value: in views, run details, tables, command line and report."""

import io
from contextlib import redirect_stdout

import pytest

from mnist_studio.analysis import time_breakdown
from mnist_studio.analysis.summary import summarize
from mnist_studio.analysis.view import View
from mnist_studio.cli import runs as cli
from mnist_studio.comparison import measures
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import select_runs
from mnist_studio.comparison.views import catalog
from mnist_studio.formatting import duration
from mnist_studio.store.runs import RunStore


def first_number(made: View, title: str) -> float:
    place = [column.title for column in made.table.columns].index(title)
    value = made.table.rows[0].cells[place]
    assert isinstance(value, float)
    return value


@pytest.fixture
def alone(run_data: RunData) -> RunData:
    with RunStore() as store:
        return RunData(select_runs(store, [run_data.runs[0].id]))


def test_every_place_shows_the_same_seconds(alone: RunData) -> None:
    (run,) = alone.runs
    assert run.ended
    seconds = sum(run.ended.seconds[phase] for phase in ("build", "compile", "data", "train"))
    options = ViewOptions(target=alone.epochs(run)[-1].test_accuracy)
    assert measures.training_time(alone, run) == pytest.approx(seconds)
    breakdown = catalog.compute("time-breakdown", alone, options)
    assert first_number(breakdown, "Training time") == pytest.approx(seconds)
    assert f"a training time of {duration(seconds)}" in breakdown.sentence
    epochs = alone.epochs(run)
    summary = summarize(run.title, run.spec, epochs, run.ended)
    assert summary.training_time == pytest.approx(seconds)
    # The last event comes after the last epoch, within the clock's resolution of its chunk.
    assert time_breakdown.training_time_after(epochs[-1], None) == pytest.approx(seconds, abs=0.01)


def test_the_command_line_has_the_same_seconds(alone: RunData) -> None:
    (run,) = alone.runs
    seconds = measures.training_time(alone, run)
    assert seconds is not None
    assert cli._row(run)[5] == duration(seconds)
    with redirect_stdout(io.StringIO()) as written:
        cli._show(run, (), json=False)
    assert f"training time   {seconds:.3f} s: building, compiling, data, and training steps" in (
        written.getvalue()
    )


def test_time_to_accuracy_and_curves_are_on_the_same_clock(alone: RunData) -> None:
    (run,) = alone.runs
    epoch = alone.epochs(run)[0]
    expected = time_breakdown.training_time_after(epoch, None)
    made = catalog.compute("time-to-accuracy", alone, ViewOptions(target=0.01))
    title = "Training time to 1.00 %"
    assert first_number(made, title) == pytest.approx(expected)
    assert first_number(made, "Training steps") == epoch.train_seconds
    assert (
        "Startup, imports, evaluation, recording, saving, and pauses are excluded." in made.sentence
    )
    curves = catalog.compute("curves-loss", alone, ViewOptions(axis="seconds"))
    assert first_number(curves, "Training time") == pytest.approx(expected)
