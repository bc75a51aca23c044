"""The events of a run are recorded in the store, and every run gets a terminal event there."""

import signal
from collections.abc import Generator
from contextlib import suppress

from msgspec.structs import replace

from mnist_studio.errors import MnistStudioError, StoreError
from mnist_studio.events import AnyEvent, Cancelled, Failed, Finished, Started, Stopped, Terminal
from mnist_studio.spec.model import parameter_count
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


def why_it_died(exit_code: int | None) -> str:
    """What ended a process that sent no terminal event."""
    if exit_code == -signal.SIGTERM or (hasattr(signal, "SIGKILL") and exit_code == -9):
        return "The training process was killed, perhaps because the computer ran out of memory."
    if exit_code is not None and exit_code < 0:
        return f"The training process crashed with signal {-exit_code}."
    return f"The training process ended unexpectedly (exit code {exit_code})."


def timed(
    event: AnyEvent, wall_seconds: float, warm_start: bool = False, automatic_threads: int = 0
) -> AnyEvent:
    """An event; if it has measures, with what the parent process knows about its start.

    Time that the worker could not account for becomes the phase ``other``: its last message on the
    way, and the delay until the parent received it.

    Args:
        event: of the run.
        wall_seconds: from the start of the run to the event.
        warm_start: whether a warm process trained it.
        automatic_threads: CPU threads that were chosen for it.
    """
    if not isinstance(event, Finished | Stopped) or event.measures is None:
        return event
    other = max(0.0, wall_seconds - event.measures.wall_seconds)
    wall = event.measures.wall_seconds + other
    measures = replace(
        event.measures, wall_seconds=wall, warm_start=warm_start,
        automatic_threads=automatic_threads,
    )  # fmt: skip
    return replace(event, seconds=event.seconds | {"other": other}, measures=measures)


def how_to_continue(run: Run) -> str:
    """How to continue after a crash, or where to look for its reason."""
    return _from_checkpoint(run) or f"Its output is in {artifacts.console(run.folder)}."


def what_is_saved(run: Run) -> str:
    """What is left of a run that was ended."""
    return _from_checkpoint(run) or "There was nothing to save."


def _from_checkpoint(run: Run) -> str:
    """How to continue a run that ended early; empty without a checkpoint."""
    checkpoint = run.folder / artifacts.CHECKPOINT
    return "Resume it from its last checkpoint." if checkpoint.exists() else ""


Events = Generator[AnyEvent, None, None]


def record_events(store: RunStore, run: Run, run_events: Events) -> Events:
    """Records every event and passes it on. The last one is the only terminal event.

    Args:
        store: that holds the lock of the run.
        run: that is running.
        run_events: of the run; closed if the store refuses or the iterator is closed early.
    """
    last: AnyEvent | None = None
    try:
        for last in run_events:
            store.record(last)
            yield last
    except MnistStudioError as error:
        # The store refuses, or the system starts no more processes.
        run_events.close()
        last = Failed(run=run.id, framework=run.spec.framework, reason=str(error))
        # The caller gets the reason. At the next start the row counts as crashed.
        with suppress(StoreError):
            store.record(last)
        yield last
    except Exception as error:
        # A mistake of the program, which nobody cancelled. The caller gets the exception itself.
        run_events.close()
        reason = f"Unexpected error: {type(error).__name__}: {error}."
        last = Failed(run=run.id, framework=run.spec.framework, reason=reason)
        with suppress(StoreError):
            store.record(last)
        raise
    finally:
        if not isinstance(last, Terminal):
            run_events.close()
            reason = "The program that trained this run was closed."
            store.record(Cancelled(run=run.id, framework=run.spec.framework, reason=reason))


def started(run: Run) -> Started:
    """The first event of a run."""
    spec = run.spec
    return Started(
        run=run.id,
        framework=spec.framework,
        title=run.title,
        recipe=spec.recipe,
        dataset=spec.dataset,
        epochs=spec.training.epochs,
        parameters=parameter_count(spec.model),
    )
