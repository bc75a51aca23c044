"""The texts of the status line."""

from dataclasses import dataclass

from mnist_studio.formatting import clock, counted
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.services.experiment_progress import left
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.services.studio import Studio

_STATES = {"starting": "starting", "warm": "ready", "failed": "failed", "missing": "not installed"}

_COUNTED = ("train", "paused")


@dataclass(frozen=True)
class Status:
    """The texts of the status line.

    Attributes:
        activity: what is running.
        fraction: its progress from 0 to 1; None without a bar.
        left: the time left.
        engines: states of the inference processes.
    """

    activity: str
    fraction: float | None = None
    left: str = ""
    engines: str = ""


def status_of(studio: Studio) -> Status:
    """The present texts of the status line."""
    run = studio.queue.current
    if run is not None:
        return _training(studio, run)
    if studio.experiment.busy:
        return _experiment(studio)
    if studio.activity:
        return Status(studio.activity, engines=_engines(studio))
    if studio.datasets.fetching:
        return Status(studio.datasets.fetching, studio.datasets.fraction, engines=_engines(studio))
    return Status("Ready", engines=_engines(studio))


def _training(studio: Studio, run: LiveRun) -> Status:
    # A run that has ended needs no bar: the next one follows at once.
    fraction = None if run.terminal else run.fraction
    waiting = sum(other.state == "queued" for other in studio.queue.runs)
    parts = [_left(run), f"{counted(waiting, 'run')} waiting" if waiting else ""]
    return Status(_doing(run), fraction, " · ".join(filter(None, parts)), _engines(studio))


def _experiment(studio: Studio) -> Status:
    runner, board = studio.experiment, studio.experiment.board
    assert runner.spec is not None
    verb = "stopping" if runner.ending else "paused" if runner.paused else "training"
    what = f"{runner.spec.title} · {verb}, {board.finished} of {board.total} runs"
    seconds = board.overall.seconds_left if board.overall else None
    return Status(what, board.fraction, left(seconds), _engines(studio))


def _left(run: LiveRun) -> str:
    """The time left; empty while it evaluates or saves."""
    left = run.progress.seconds_left if run.progress else None
    return f"{clock(left)} left" if left is not None and run.phase in _COUNTED else ""


def _doing(run: LiveRun) -> str:
    if run.phase == "train" and run.epoch:
        return f"{run.title} · epoch {run.epoch} of {run.spec.training.epochs}"
    return f"{run.title} · {run.state_text.lower()}"


def _engines(studio: Studio) -> str:
    states = studio.predictions.states.values()
    engines = [
        f"{framework_title(state.framework)} {_STATES[state.state]}"
        for state in states
        if state.state in _STATES
    ]
    return f"Inference: {', '.join(engines)}" if engines else ""
