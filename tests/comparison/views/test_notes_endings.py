"""Runs that stopped early are finished: they count, and a note says so."""

from dataclasses import replace

import msgspec
import pytest

from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import notes
from mnist_studio.store.rows import Run


@pytest.fixture
def early(run_data: RunData) -> RunData:
    """The same runs, of which the first two stopped early."""
    runs = list(run_data.selection.runs)
    for place in (0, 1):
        runs[place] = _ended(runs[place], 1)
    return RunData(replace(run_data.selection, runs=tuple(runs)))


def test_early_ends_count_and_are_named(run_data: RunData, early: RunData) -> None:
    assert len(early.counted) == len(run_data.counted)
    assert not early.unfinished
    (note,) = set(notes.of_all(early)) - set(notes.of_all(run_data))
    epochs = early.runs[0].finished.epochs if early.runs[0].finished else 0
    assert note.endswith(f": Stopped early after epoch {epochs}; weights of epoch 1.")
    assert early.titles[early.runs[0].id] in note


def test_many_different_ends_are_counted(early: RunData) -> None:
    runs = list(early.runs)
    for number, run in enumerate(runs[:5], start=1):
        runs[number - 1] = _ended(run, number)
    many = RunData(replace(early.selection, runs=tuple(runs)))
    of = f"5 of {len(runs)} runs"
    assert (
        f"{of} stopped early. {of} have the weights of their best epoch by the validation set."
        in notes.of_all(many)
    )


def _ended(run: Run, epoch: int) -> Run:
    """The run as one that stopped early with the weights of an epoch."""
    assert run.finished
    end = msgspec.structs.replace(run.finished, stopped_early=True, weights_epoch=epoch)
    return replace(run, terminal=end)
