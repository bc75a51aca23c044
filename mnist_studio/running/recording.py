"""The events of a run are recorded in the store, and every run gets a terminal event there."""

from collections.abc import Generator
from contextlib import suppress

from mnist_studio.errors import MnistStudioError, StoreError
from mnist_studio.events import AnyEvent, Cancelled, Failed, Started, Terminal
from mnist_studio.spec.model import parameter_count
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

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
    finally:
        if not isinstance(last, Terminal):
            run_events.close()
            reason = "The program that trained it closed."
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
