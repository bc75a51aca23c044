"""How a training ended, in words."""

import signal

from mnist_studio.store import artefacts
from mnist_studio.store.runs import Run


def how_it_died(exit_code: int | None) -> str:
    """What ended a process that told no end of its own."""
    if exit_code == -signal.SIGTERM or (hasattr(signal, "SIGKILL") and exit_code == -9):
        return "The training process was killed from outside, perhaps because memory ran out."
    if exit_code is not None and exit_code < 0:
        return f"The training process crashed with signal {-exit_code}."
    return f"The training process ended without a word (exit code {exit_code})."


def what_is_left(run: Run) -> str:
    """How to go on after a crash, or where to look for its reason."""
    return _way_on(run) or f"What it printed is in {artefacts.console(run.folder)}."


def kept(run: Run) -> str:
    """What a run that was ended has left."""
    return _way_on(run) or "There was nothing to keep."


def _way_on(run: Run) -> str:
    """How to go on with a run that ended early; empty without a checkpoint."""
    checkpoint = run.folder / artefacts.CHECKPOINT
    return "Continue it from its last checkpoint." if checkpoint.exists() else ""
