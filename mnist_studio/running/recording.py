"""What a run tells is kept in the store, and it always comes to an end there."""

from collections.abc import Generator
from contextlib import suppress

from mnist_studio.errors import MnistStudioError, StoreError
from mnist_studio.events import AnyEvent, Cancelled, Failed, Started, Terminal
from mnist_studio.spec.model import parameter_count
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

Told = Generator[AnyEvent, None, None]


def record_events(store: RunStore, run: Run, told: Told) -> Told:
    """Passes events on, each kept before; the last is the one terminal event.

    Args:
        store: that holds the lock of the run.
        run: that is running.
        told: what it tells; closed if the store refuses or the iterator is closed early.
    """
    last: AnyEvent | None = None
    try:
        for last in told:
            store.record(last)
            yield last
    except MnistStudioError as error:
        # The store refuses, or the system starts no more processes.
        told.close()
        last = Failed(run=run.id, framework=run.spec.framework, reason=str(error))
        # Its reason reaches the caller; the row is told as crashed at the next start.
        with suppress(StoreError):
            store.record(last)
        yield last
    finally:
        if not isinstance(last, Terminal):
            told.close()
            reason = "It was abandoned."
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
