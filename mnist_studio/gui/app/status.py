"""What the status line tells, from the state of the studio."""

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
    """The words of the status line.

    Attributes:
        what: is running.
        fraction: of it that is done; None without a bar.
        left: the time left, in words.
        aside: on the right.
    """

    what: str
    fraction: float | None = None
    left: str = ""
    aside: str = ""


def status_of(studio: Studio) -> Status:
    """The status line of the moment."""
    run = studio.queue.current
    if run is not None:
        return _training(studio, run)
    if studio.experiment.busy:
        return _experiment(studio)
    if studio.occupation:
        return Status(studio.occupation, aside=_aside(studio))
    if studio.digits.fetching:
        return Status(studio.digits.fetching, studio.digits.fraction, aside=_aside(studio))
    return Status("Ready", aside=_aside(studio))


def _training(studio: Studio, run: LiveRun) -> Status:
    # What has ended needs no bar; nor does it stay: the next run, or none, follows at once.
    fraction = None if run.terminal else run.fraction
    waiting = sum(other.state == "queued" for other in studio.queue.runs)
    told = [_left(run), f"{counted(waiting, 'run')} waiting" if waiting else ""]
    return Status(_doing(run), fraction, " · ".join(filter(None, told)), _aside(studio))


def _experiment(studio: Studio) -> Status:
    runner, board = studio.experiment, studio.experiment.board
    assert runner.spec is not None
    verb = "stopping" if runner.ending else "paused" if runner.paused else "training"
    what = f"{runner.spec.title} · {verb}, {board.finished} of {board.total} runs"
    seconds = board.overall.seconds_left if board.overall else None
    return Status(what, board.fraction, left(seconds), _aside(studio))


def _left(run: LiveRun) -> str:
    """The time left; while it evaluates or saves there is none worth telling."""
    left = run.progress.seconds_left if run.progress else None
    return f"{clock(left)} left" if left is not None and run.phase in _COUNTED else ""


def _doing(run: LiveRun) -> str:
    if run.phase == "train" and run.epoch:
        return f"{run.title} · epoch {run.epoch} of {run.spec.training.epochs}"
    return f"{run.title} · {run.state_text.lower()}"


def _aside(studio: Studio) -> str:
    states = studio.predictions.states.values()
    told = [
        f"{framework_title(state.framework)} {_STATES[state.state]}"
        for state in states
        if state.state in _STATES
    ]
    return f"Predictors: {', '.join(told)}" if told else ""
