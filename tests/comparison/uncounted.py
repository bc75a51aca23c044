"""Runs that must not count: a stopped one, a running one, and the repeat of a seed."""

from dataclasses import replace

import msgspec

from mnist_studio.comparison.run_data import RunData
from mnist_studio.events import Epoch, Stopped
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import titles
from mnist_studio.store.rows import Run


def stopped(run_data: RunData, run: Run, seed: int) -> RunData:
    """The same runs, and one with the settings of ``run`` that was stopped after an epoch.

    Its accuracy, 1 %, would move every mean that counts it.
    """
    assert run.finished
    end = Stopped(
        run=f"{run.id}-s", framework=run.spec.framework, epochs=1, step=run.finished.step // 2,
        test_accuracy=0.01, test_loss=9.0, seconds=run.finished.seconds | {"train": 1e4},
        device="CPU", measures=run.finished.measures,
    )  # fmt: skip
    early = replace(
        run, id=f"{run.id}-s", spec=_with_seed(run.spec, seed),
        status="stopped", terminal=end, title=titles.of(_with_seed(run.spec, seed)),
    )  # fmt: skip
    first = msgspec.structs.replace(
        run_data.epochs(run)[0], run=early.id, test_accuracy=0.01, train_seconds=1e4
    )
    return _with(run_data, early, (first,))


def running(run_data: RunData, run: Run, seed: int) -> RunData:
    """The same runs, and one with the settings of ``run`` that has trained an epoch so far."""
    now = replace(
        run, id=f"{run.id}-n", spec=_with_seed(run.spec, seed),
        status="running", terminal=None, title=titles.of(_with_seed(run.spec, seed)),
    )  # fmt: skip
    return _with(run_data, now, run_data.epochs(run)[:1])


def repeated(run_data: RunData, run: Run) -> RunData:
    """The same runs, and ``run`` trained again, which took longer."""
    assert run.finished
    seconds = run.finished.seconds | {"train": 1e4}
    end = msgspec.structs.replace(run.finished, run=f"{run.id}-r", seconds=seconds)
    title = titles.unique(run.spec, run.created, {run.title})
    again = replace(run, id=f"{run.id}-r", title=title, terminal=end)
    return _with(run_data, again, run_data.epochs(run))


def _with_seed(spec: RunSpec, seed: int) -> RunSpec:
    training = msgspec.structs.replace(spec.training, seed=seed)
    return msgspec.structs.replace(spec, training=training)


def _with(run_data: RunData, run: Run, epochs: tuple[Epoch, ...]) -> RunData:
    selection = run_data.selection
    return RunData(
        replace(selection, runs=(*selection.runs, run), epochs={**selection.epochs, run.id: epochs})
    )
