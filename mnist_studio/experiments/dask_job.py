"""One cell trained by a Dask cluster; see ``dask_executor``."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

from msgspec.structs import replace

from mnist_studio import events
from mnist_studio.events import AnyEvent, Cancelled, Epoch, Failed, Phase, Progress, Terminal
from mnist_studio.experiments import run_archive
from mnist_studio.experiments.executors import CellJob
from mnist_studio.running.recording import Events, record_events, started
from mnist_studio.spec import codec
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

RESUBMISSIONS = 1
"""The scheduler itself gives a run to a fourth worker at last; then it is asked once more."""

POLL_SECONDS = 0.1

_LIVE = (Epoch, Phase, Progress)
"""What is passed on while a worker trains; all else comes with the parcel."""


class RemoteJob:
    """A job for an experiment's session. ``events`` is for one thread, the rest for any."""

    def __init__(self, client: Any, ticket: CellJob) -> None:
        """Prepares it; nothing is sent before ``events`` is iterated.

        Args:
            client: a ``distributed.Client``.
            ticket: what to train. A run that could go on is trained anew, in its own place.
        """
        self._client = client
        self._ticket = ticket
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._unwanted = False
        self._epochs: dict[int, Epoch] = {}

    def pause(self) -> None:
        """Nothing: a worker goes on."""

    def resume(self) -> None:
        """Nothing, as ``pause``."""

    def stop(self) -> None:
        """Ends it; nothing is kept, since the worker's checkpoint is not here."""
        self._unwanted = True

    def cancel(self) -> None:
        """Ends it."""
        self._unwanted = True

    def events(self) -> Generator[AnyEvent, None, None]:
        """See ``executors.Job``."""
        with RunStore() as store:
            if self._ticket.resume:
                run = store.reopen(self._ticket.resume)
            else:
                run = store.create(self._ticket.spec, self._ticket.membership)
            yield from record_events(store, run, self._told(store, run))

    def _told(self, store: RunStore, run: Run) -> Events:
        yield started(run)
        with self._heard(run) as topic:
            for number in range(RESUBMISSIONS + 1):
                if self._gone:
                    break
                future = self._submitted(run, topic, number)
                yield from self._live(run, future)
                if self._unwanted:
                    if not self._gone:
                        future.cancel()
                    yield _cancelled(run)
                    return
                if future.status == "finished":
                    yield from self._received(store, run, future.result())
                    return
                if future.status == "error" and not _lost(future.exception()):
                    yield _failed(run, f"The worker could not train it: {future.exception()}")
                    return
        lost = "cluster was lost" if self._gone else "workers were lost, one after the other,"
        yield _failed(run, f"The {lost} while it was trained.")

    @property
    def _gone(self) -> bool:
        """Whether the cluster was lost for good; a closed client refuses everything."""
        return bool(self._client.status == "closed")

    @contextmanager
    def _heard(self, run: Run) -> Iterator[str]:
        """The topic under which workers tell at once what the run does."""
        topic = f"mnist-studio-{run.id}"
        self._client.subscribe_topic(topic, lambda told: self._lines.put(told[1]))
        try:
            yield topic
        finally:
            if not self._gone:
                self._client.unsubscribe_topic(topic)

    def _submitted(self, run: Run, topic: str, number: int) -> Any:
        # Imported here: it needs Dask.
        from mnist_studio.experiments.dask_worker import train

        key = f"{topic}-{number}"
        return self._client.submit(train, codec.encode(run.spec), topic, key=key, pure=False)

    def _live(self, run: Run, future: Any) -> Iterator[AnyEvent]:
        """What the worker tells until it is done or unwanted."""
        while not self._unwanted:
            try:
                event = events.decode(self._lines.get(timeout=POLL_SECONDS))
            except Empty:
                if future.status != "pending":
                    return
                continue
            if isinstance(event, _LIVE):
                yield self._own(run, event)

    def _received(self, store: RunStore, run: Run, content: bytes) -> Iterator[AnyEvent]:
        """Keeps what came back; tells what was not told yet, ending in the terminal event."""
        received = run_archive.open_archive(content)
        told = run_archive.recorded_events(received)
        if not (told and isinstance(told[-1], Terminal)):
            yield _failed(run, f"The worker ended without a result. {received.complaint}".strip())
            return
        run_archive.unpack(received, run, told[-1])
        store.experiments.joins(run.id, self._where(received.host))
        for event in told:
            if not (isinstance(event, Epoch) and self._epochs.get(event.epoch) == event):
                yield self._own(run, event)

    def _own(self, run: Run, event: AnyEvent) -> AnyEvent:
        """The event under the id that the run has here."""
        if isinstance(event, Epoch):
            self._epochs[event.epoch] = event
        return replace(event, run=run.id)

    def _where(self, host: str) -> Membership:
        membership = self._ticket.membership
        return Membership(membership.experiment, membership.concurrency, host)


def _lost(error: BaseException) -> bool:
    """Whether a run failed for want of its worker."""
    from distributed import KilledWorker

    return isinstance(error, KilledWorker)


def _failed(run: Run, reason: str) -> Failed:
    return Failed(run=run.id, framework=run.spec.framework, reason=reason)


def _cancelled(run: Run) -> Cancelled:
    reason = "Cancelled; a worker keeps nothing."
    return Cancelled(run=run.id, framework=run.spec.framework, reason=reason)
