"""Trains cells on the workers of an existing Dask cluster and records them as if trained here.

Needs the optional extra ``dask``. The workers need the same version of MNIST Studio and, for MNIST,
``MNIST_STUDIO_DATA``. Other datasets are sent to them. Anyone who can reach a Dask scheduler can
run code on its workers and send code to its clients, so use only clusters that you trust.
"""

import logging
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, Self
from uuid import uuid4

from msgspec.structs import replace

from mnist_studio.data.datasets import dataset_archive, sources
from mnist_studio.data.datasets.dataset_archive import DatasetArchive
from mnist_studio.errors import JobError
from mnist_studio.events import AnyEvent, Cancelled, Epoch, Failed, Phase, Progress, Terminal
from mnist_studio.experiments import run_archive
from mnist_studio.experiments.executors import CellJob
from mnist_studio.logs.live import follow
from mnist_studio.running.recording import Events, record_events, started
from mnist_studio.settings import NO_LOGS, TrainingLogs
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

CONNECT_SECONDS = 5
"""How long to wait for the scheduler."""

WORKERS_SECONDS = 10
"""How long to wait for the first worker."""

LOST_SECONDS = 60.0
"""How long to wait for a worker after the last one was lost."""

REFRESH_SECONDS = 1.0
"""The number of workers is requested at most this often."""

RESUBMISSIONS = 1
"""The scheduler itself tries up to four workers. After that, a run is submitted once more."""

POLL_SECONDS = 0.1

_ON_WORKERS = ("mnist", "builtin")
"""Datasets that a worker finds: its home is empty, and one folder is for MNIST."""

_LARGE = "distributed.admin.large-graph-warning-threshold"
"""Setting of Dask: from which size on it warns of data in a task. Datasets belong there."""

_LIVE = (Epoch, Phase, Progress)
"""The events that are passed on during training. All others come with the archive."""


class Dask:
    """An existing cluster. Its runs cannot be paused, and stopped ones start from the beginning."""

    def __init__(self, address: str, jobs: int | None = None, logs: TrainingLogs = NO_LOGS) -> None:
        """Takes its settings. Does not connect yet.

        Args:
            address: HOST:PORT of the scheduler.
            jobs: number of parallel runs; as many as the workers have threads if not given.
            logs: of every run, for other tools, written on this computer.
        """
        self.host = f"dask://{address}"
        self._address = address
        self._wanted = jobs
        self._logs = logs
        self._client: Any = None
        self._sent: SentDatasets | None = None
        self._threads = 0
        self._refreshed = self._seen = 0.0

    @property
    def jobs(self) -> int:
        """The number of threads of the workers, limited by the setting.

        Raises:
            JobError: the scheduler is gone, or there have been no workers for too long.
        """
        if self._client.status == "closed":
            raise self._gone()
        now = time.monotonic()
        if now - self._refreshed >= REFRESH_SECONDS:
            self._threads, self._refreshed = self._count(), time.monotonic()
        if self._threads:
            self._seen = now
        elif now - self._seen > LOST_SECONDS:
            raise self._without_workers()
        return min(self._threads, self._wanted or self._threads)

    def __enter__(self) -> Self:
        """Connects.

        Raises:
            JobError: Dask is not installed, no scheduler answers, or it has no workers.
        """
        self._client = _client(self._address)
        try:
            # They may have been started at the same time.
            self._client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except (OSError, TimeoutError) as error:
            self._client.close()
            raise self._without_workers() from error
        self._threads = self._count()
        self._sent = SentDatasets(self._client)
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnects; the cluster keeps running."""
        self._client.close()

    def check(self, specs: Sequence[RunSpec]) -> None:
        """Checks the datasets that are sent. A worker reports itself what else it lacks.

        Raises:
            DataError: a dataset is not on this computer.
        """
        for name in dict.fromkeys(spec.dataset for spec in specs):
            if name not in _ON_WORKERS:
                sources.require(name)

    def job(self, cell: CellJob) -> "RemoteJob":
        """See ``Executor.job``."""
        return RemoteJob(self._client, cell, self._sent, self._logs)

    def _count(self) -> int:
        """The threads of all workers; 0 while the scheduler does not answer."""
        try:
            return sum(self._client.nthreads().values())
        # A client that has lost its scheduler raises these while it reconnects.
        except (OSError, TimeoutError, AttributeError):
            return 0

    def _gone(self) -> JobError:
        return JobError(
            f"The Dask cluster at {self._address} cannot be reached.",
            "When it is back, run the experiment again to resume it.",
        )

    def _without_workers(self) -> JobError:
        return JobError(
            f"The Dask cluster at {self._address} has no workers.",
            f"Start some: dask worker {self._address}. Then run the experiment again to resume it.",
        )


def _client(address: str) -> Any:
    """A client of the scheduler there.

    Raises:
        JobError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise JobError(
            f"Dask cannot be imported: {error}.",
            "Install it with: pip install mnist-studio[dask]",
        ) from error
    # The jobs report what matters; these loggers would only add tracebacks.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return Client(f"tcp://{address}", timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise JobError(
            f"There is no Dask cluster at {address}.",
            "Start one there with dask scheduler and dask worker, or correct the address.",
        ) from error


class SentDatasets:
    """The datasets that were sent to a cluster, each of them once. Thread-safe.

    Each is the result of a task, so that Dask hands it from worker to worker, and sends it again if
    the worker that had it is lost.
    """

    def __init__(self, client: Any) -> None:
        """Sends nothing yet.

        Args:
            client: a ``distributed.Client``.
        """
        self._client = client
        self._lock = Lock()
        self._sent: dict[str, Any] = {}

    def future(self, name: str) -> Any:
        """The archive of a dataset on the cluster; None for one that the workers find.

        Raises:
            DataError: it is not on this computer, or its files cannot be read.
        """
        if name in _ON_WORKERS:
            return None
        with self._lock:
            if name not in self._sent:
                self._sent[name] = self._send(dataset_archive.pack(name))
            return self._sent[name]

    def _send(self, archive: DatasetArchive) -> Any:
        # Imported here: they need Dask.
        import dask

        from mnist_studio.experiments.dask_worker import received

        key = f"mnist-studio-dataset-{archive.content_hash}-{uuid4().hex}"
        with dask.config.set({_LARGE: "1 GB"}):
            return self._client.submit(received, dataset_archive.encode(archive), key=key)


class RemoteJob:
    """A job on the cluster. ``events`` is for one thread, the rest for any."""

    def __init__(
        self,
        client: Any,
        cell: CellJob,
        sent: SentDatasets | None = None,
        logs: TrainingLogs = NO_LOGS,
    ) -> None:
        """Sends nothing before ``events`` is iterated.

        Args:
            client: a ``distributed.Client``.
            cell: what to train. A run that could be resumed starts from the beginning.
            sent: the datasets on the cluster.
            logs: of the run, for other tools.
        """
        self._client = client
        self._cell = cell
        self._sent = sent or SentDatasets(client)
        self._logs = logs
        self._messages: SimpleQueue[object] = SimpleQueue()
        self._is_cancelled = False
        self._reason = ""
        self._epochs: dict[int, Epoch] = {}

    def pause(self) -> None:
        """Does nothing: a worker cannot be paused."""

    def resume(self) -> None:
        """Does nothing, like ``pause``."""

    def stop(self, reason: str = "") -> None:
        """Ends it. Nothing but its epochs is saved: the checkpoint is on the worker."""
        self._reason = reason
        self._is_cancelled = True

    def cancel(self) -> None:
        """Ends it."""
        self._is_cancelled = True

    def events(self) -> Generator[AnyEvent, None, None]:
        """See ``executors.Job``."""
        with RunStore() as store:
            if self._cell.resume:
                run = store.reopen(self._cell.resume)
            else:
                run = store.create(self._cell.spec, self._cell.membership)
            recorded = record_events(store, run, self._run_events(store, run))
            resumed = bool(self._cell.resume)
            yield from follow(recorded, run, self._logs, lambda: store.epochs(run.id), resumed)

    def _run_events(self, store: RunStore, run: Run) -> Events:
        yield started(run)
        with self._topic(run) as topic:
            for number in range(RESUBMISSIONS + 1):
                if self._gone:
                    break
                future = self._submitted(run, topic, number)
                try:
                    yield from self._live(run, future)
                except JobError:
                    future.cancel()
                    raise
                if self._is_cancelled:
                    if not self._gone:
                        future.cancel()
                    yield _cancelled(run, self._reason)
                    return
                if future.status == "finished":
                    yield from self._received(store, run, _result(future))
                    return
                if future.status == "error" and not _lost(future.exception()):
                    yield _failed(run, f"The worker could not train this run: {future.exception()}")
                    return
        lost = "cluster was" if self._gone else "workers were"
        yield _failed(run, f"The {lost} lost while this run was training.")

    @property
    def _gone(self) -> bool:
        """Whether the cluster was lost for good: a closed client cannot be used."""
        return bool(self._client.status == "closed")

    @contextmanager
    def _topic(self, run: Run) -> Iterator[str]:
        """The topic on which workers publish the events of the run immediately."""
        topic = f"mnist-studio-{run.id}"
        self._client.subscribe_topic(topic, self._messages.put)
        try:
            yield topic
        finally:
            if not self._gone:
                self._client.unsubscribe_topic(topic)

    def _submitted(self, run: Run, topic: str, number: int) -> Any:
        # Imported here: it needs Dask.
        from mnist_studio.experiments.dask_worker import train

        key = f"{topic}-{number}"
        dataset = self._sent.future(run.spec.dataset)
        spec = codec.encode(run.spec)
        return self._client.submit(train, spec, topic, dataset, key=key, pure=False)

    def _live(self, run: Run, future: Any) -> Iterator[AnyEvent]:
        """The events from the worker until it is done or the run is cancelled.

        Raises:
            JobError: the worker sent something else.
        """
        while not self._is_cancelled:
            try:
                message = self._messages.get(timeout=POLL_SECONDS)
            except Empty:
                if future.status != "pending":
                    return
                continue
            event = run_archive.worker_event(_line(message), run.spec)
            if isinstance(event, _LIVE):
                yield self._own(run, event)

    def _received(self, store: RunStore, run: Run, content: bytes) -> Iterator[AnyEvent]:
        """Stores the archive and yields the missing events, the terminal one last.

        Raises:
            JobError: it is not an archive of this run.
            StoreError: it cannot be stored.
        """
        received = run_archive.open_archive(content)
        recorded = run_archive.recorded_events(received, run.spec)
        if not (recorded and isinstance(recorded[-1], Terminal)):
            yield _failed(run, f"The worker ended without a result. {received.errors}".strip())
            return
        run_archive.unpack(received, run, recorded[-1])
        store.experiments.set_membership(run.id, self._membership(received.host))
        for event in recorded:
            if not (isinstance(event, Epoch) and self._epochs.get(event.epoch) == event):
                yield self._own(run, event)

    def _own(self, run: Run, event: AnyEvent) -> AnyEvent:
        """The event with the id that the run has here."""
        if isinstance(event, Epoch):
            self._epochs[event.epoch] = event
        return replace(event, run=run.id)

    def _membership(self, host: str) -> Membership:
        membership = self._cell.membership
        return Membership(membership.experiment, membership.concurrency, host)


def _line(message: object) -> object:
    """The line of a message on the topic, which is a pair of a time and the line."""
    return message[1] if isinstance(message, tuple | list) and len(message) == 2 else message


def _result(future: Any) -> bytes:
    """What a worker returned.

    Raises:
        JobError: it cannot be received.
    """
    try:
        # Whatever comes out of the pickle of another machine.
        content: bytes = future.result()
    except Exception as error:
        raise JobError(
            f"The worker's result cannot be received: {type(error).__name__}: {error}.",
            "Install the same version of MNIST Studio and of Dask on both machines.",
        ) from error
    return content


def _lost(error: BaseException) -> bool:
    """Whether a run failed because its worker was lost."""
    from distributed import KilledWorker

    return isinstance(error, KilledWorker)


def _failed(run: Run, reason: str) -> Failed:
    return Failed(run=run.id, framework=run.spec.framework, reason=reason)


def _cancelled(run: Run, reason: str) -> Cancelled:
    reason = reason or "Canceled. Runs on a cluster save nothing until they finish."
    return Cancelled(run=run.id, framework=run.spec.framework, reason=reason)
