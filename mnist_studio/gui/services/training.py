"""The queue of runs, which train one after the other, each supervised by a thread."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio import events
from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.services.event_thread import EventThread
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.running.job import TrainingJob
from mnist_studio.running.warm import WarmProcesses
from mnist_studio.settings import TrainingLogs
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.rows import Run

_LOG = logging.getLogger(__name__)


class TrainingQueue(QObject):
    """Trains runs one after the other.

    Attributes:
        observe: whether the next runs observe their network after every epoch.

    Signals:
        changed: a run began, ended, paused or was queued.
        event_received: a run and its event.
        idle: no run is training or waiting any more.
    """

    changed = Signal()
    event_received = Signal(object, object)
    idle = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        processes: WarmProcesses | None = None,
        logs: Callable[[], TrainingLogs] = TrainingLogs,
    ) -> None:
        """An empty queue.

        Args:
            parent: of this object.
            processes: that may train the runs.
            logs: for other tools, of the run that starts.
        """
        super().__init__(parent)
        self.observe = False
        self._processes = processes
        self._logs = logs
        self._runs: tuple[LiveRun, ...] = ()
        self._current: LiveRun | None = None
        self._thread: EventThread[TrainingJob] | None = None
        self._paused = False
        self._data: Path | None = None

    @property
    def runs(self) -> tuple[LiveRun, ...]:
        """The runs of this queue since it was last idle, in order."""
        return self._runs

    @property
    def current(self) -> LiveRun | None:
        """The run that is training."""
        return self._current

    @property
    def busy(self) -> bool:
        """Whether a run is training."""
        return self._thread is not None

    @property
    def paused(self) -> bool:
        """Whether a pause was requested."""
        return self._paused

    def add(self, specs: Sequence[RunSpec], data: Path | None = None) -> None:
        """Queues runs; starts at once if no run is training."""
        self._append(tuple(LiveRun(spec) for spec in specs), data)

    def _append(self, fresh: tuple[LiveRun, ...], data: Path | None) -> None:
        self._runs = (*self._runs, *fresh) if self.busy else fresh
        if self._processes:
            # The next runs are probably like these.
            self._processes.expect(run.spec for run in fresh)
        self._data = data
        if not self.busy:
            self._next()
        self.changed.emit()

    def resume_run(
        self, run: Run, epochs: Sequence[events.Epoch], data: Path | None = None
    ) -> None:
        """Queues a stored run that ended early, to resume it from its checkpoint."""
        fresh = LiveRun(run.spec, name=run.title, epochs=list(epochs), resume=run.id)
        self._append((fresh,), data)

    def pause(self) -> None:
        """Pauses the run; its process stays alive."""
        if self._thread and not self._paused:
            self._paused = True
            self._thread.work.pause()
            self.changed.emit()

    def resume(self) -> None:
        """Resumes the paused run."""
        if self._thread and self._paused:
            self._paused = False
            self._thread.work.resume()
            self.changed.emit()

    @property
    def waiting(self) -> tuple[LiveRun, ...]:
        """The runs that train after the present one."""
        return tuple(run for run in self._runs if run.state == "queued")

    def stop(self) -> tuple[LiveRun, ...]:
        """Stops the run and saves its weights; returns the waiting ones, which are removed."""
        removed = self.waiting
        if self._thread:
            self._empty()
            self._thread.work.stop()
            self.changed.emit()
        return removed

    def cancel(self) -> None:
        """Discards the run that is training; removes the waiting ones."""
        if self._thread:
            self._empty()
            self._thread.work.cancel()
            self.changed.emit()

    def put_back(self, removed: Sequence[LiveRun]) -> None:
        """Queues runs that were removed again; starts the first one if no run is training."""
        again = tuple(run for run in removed if run.state == "removed")
        for run in again:
            run.state = "queued"
        self._runs = (*(run for run in self._runs if run not in again), *again)
        if not self.busy:
            self._next()
        self.changed.emit()

    def close(self) -> None:
        """Stops the run, saves its weights, and waits for the end."""
        self.stop()
        if self._thread:
            self._thread.wait_for_end()

    def _empty(self) -> None:
        for run in self.waiting:
            run.state = "removed"

    def _next(self) -> None:
        waiting = self.waiting
        if not waiting:
            self._current = None
            self.idle.emit()
            return
        self._current = waiting[0]
        self._current.state, self._current.phase = "running", "start"
        job = TrainingJob(
            self._current.spec, data=self._data, resume=self._current.resume,
            processes=self._processes, observe=self.observe, logs=self._logs(),
        )  # fmt: skip
        self._thread = EventThread(job, self)
        self._thread.event_received.connect(self._take)
        self._thread.failed.connect(self._break)
        self._thread.finished.connect(self._end)
        self._thread.start()

    @Slot(object)
    def _take(self, event: events.AnyEvent) -> None:
        if self._current:
            self._current.take(event)
            self.event_received.emit(self._current, event)

    @Slot(object)
    def _break(self, error: Exception) -> None:
        if self._current is None:
            return
        if not isinstance(error, MnistStudioError):
            _LOG.error("an unexpected error in the training job", exc_info=error)
        failed = events.Failed(
            run="", framework=self._current.spec.framework, reason=str(error) or repr(error)
        )
        self._take(failed)

    @Slot()
    def _end(self) -> None:
        if self._thread:
            self._thread.delete_after_end()
            self._thread = None
        self._paused = False
        self._next()
        self.changed.emit()
