"""How a training ended: in words, and after how long."""

import signal

from msgspec.structs import replace

from mnist_studio.events import AnyEvent, Finished, Stopped
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run


def how_it_died(exit_code: int | None) -> str:
    """What ended a process that told no end of its own."""
    if exit_code == -signal.SIGTERM or (hasattr(signal, "SIGKILL") and exit_code == -9):
        return "The training process was killed from outside, perhaps because memory ran out."
    if exit_code is not None and exit_code < 0:
        return f"The training process crashed with signal {-exit_code}."
    return f"The training process ended without a word (exit code {exit_code})."


def timed(event: AnyEvent, wall_seconds: float) -> AnyEvent:
    """An event; if it has measures, with the wall time that the supervisor saw.

    What of it the child could not account for becomes the phase ``other``: its last word on the
    way, and the supervisor's own delay in hearing it.
    """
    if not isinstance(event, Finished | Stopped) or event.measures is None:
        return event
    other = max(0.0, wall_seconds - event.measures.wall_seconds)
    wall = event.measures.wall_seconds + other
    measures = replace(event.measures, wall_seconds=wall)
    return replace(event, seconds=event.seconds | {"other": other}, measures=measures)


def what_is_left(run: Run) -> str:
    """How to go on after a crash, or where to look for its reason."""
    return _way_on(run) or f"What it printed is in {artifacts.console(run.folder)}."


def kept(run: Run) -> str:
    """What a run that was ended has left."""
    return _way_on(run) or "There was nothing to keep."


def _way_on(run: Run) -> str:
    """How to go on with a run that ended early; empty without a checkpoint."""
    checkpoint = run.folder / artifacts.CHECKPOINT
    return "Continue it from its last checkpoint." if checkpoint.exists() else ""
