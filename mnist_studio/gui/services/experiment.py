"""Runs an experiment in a thread and reports its events as signals."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mnist_studio.errors import MnistStudioError
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    CellEvent,
    ExperimentEnded,
    ExperimentStarted,
)
from mnist_studio.gui.services.event_thread import EventThread
from mnist_studio.gui.services.experiment_progress import ExperimentState
from mnist_studio.settings import TrainingLogs
from mnist_studio.spec.experiment import ExperimentSpec

if TYPE_CHECKING:
    from mnist_studio.experiments.runner import ExperimentRunner

_LOG = logging.getLogger(__name__)

RENEW_MS = 200
"""Interval of progress reports, since events are too frequent to show each."""


class ExperimentService(QObject):
    """Runs one experiment at a time.

    Signals:
        changed: it began, paused or ended, or its queue changed.
        renewed: its progress changed.
        ended: ``ExperimentEnded``.
        failed: an exception that ended the experiment.
        idle: no experiment is running any more.
    """

    changed = Signal()
    renewed = Signal()
    ended = Signal(object)
    failed = Signal(object)
    idle = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        logs: Callable[[], TrainingLogs] = TrainingLogs,
    ) -> None:
        """No experiment yet.

        Args:
            parent: of this object.
            logs: for other tools, of the runs of an experiment that starts.
        """
        super().__init__(parent)
        self._logs = logs
        self._thread: EventThread[ExperimentRunner] | None = None
        self._spec: ExperimentSpec | None = None
        self._id = ""
        self._concurrency = 1
        self._ending = False
        self.board = ExperimentState()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(RENEW_MS)
        self._timer.timeout.connect(self.renewed)

    @property
    def busy(self) -> bool:
        """Whether an experiment is running."""
        return self._thread is not None

    @property
    def spec(self) -> ExperimentSpec | None:
        """The present or last experiment; None before the first."""
        return self._spec

    @property
    def id(self) -> str:
        """Id in the store of the present or last experiment."""
        return self._id

    @property
    def concurrency(self) -> int:
        """Number of parallel runs of the present or last experiment."""
        return self._concurrency

    @property
    def paused(self) -> bool:
        """Whether a pause was requested."""
        return self.board.paused

    @property
    def ending(self) -> bool:
        """Whether it was stopped and has not ended yet."""
        return self._ending

    def start(
        self,
        spec: ExperimentSpec,
        concurrency: int = 1,
        data: Path | None = None,
        observe: bool = False,
    ) -> None:
        """Trains the remaining cells of an experiment, unless one is running.

        Args:
            spec: the experiment.
            concurrency: number of parallel runs; above one, timing is not comparable.
            data: folder with datasets that the user selected.
            observe: record after every epoch how the networks look.
        """
        if self._thread:
            return
        # Imported here, since the first paint does not need them.
        from mnist_studio.experiments.executors import Local
        from mnist_studio.experiments.runner import ExperimentRunner

        self._spec, self._id, self._ending = spec, "", False
        self._concurrency = concurrency
        self.board = ExperimentState(search=spec.search)
        executor = Local(concurrency, data, observe, self._logs())
        self._thread = EventThread(ExperimentRunner(spec, executor), self)
        self._thread.event_received.connect(self._take)
        self._thread.failed.connect(self._break)
        self._thread.finished.connect(self._end)
        self._thread.start()
        self.changed.emit()

    def pause(self) -> None:
        """Pauses the running cells and starts no others."""
        if self._thread and not self.board.paused:
            self.board.paused = True
            self._thread.work.pause()
            self.changed.emit()

    def resume(self) -> None:
        """Resumes a paused experiment."""
        if self._thread and self.board.paused:
            self.board.paused = False
            self._thread.work.resume()
            self.changed.emit()

    def stop(self) -> None:
        """Stops it; running cells save their weights and can be resumed."""
        if self._thread:
            self._ending = True
            self._thread.work.stop()
            self.changed.emit()

    def cancel(self) -> None:
        """Cancels it at once; unfinished cells are discarded."""
        if self._thread:
            self._ending = True
            self._thread.work.cancel()
            self.changed.emit()

    def move(self, cell: int, place: int) -> None:
        """Moves a waiting cell to a place of the queue, from 0."""
        if self._thread:
            self._thread.work.move(cell, place)

    def drop(self, cell: int) -> None:
        """Removes a cell from the queue until the experiment is started again."""
        if self._thread:
            self._thread.work.remove(cell)

    def put_back(self, cell: int, place: int) -> None:
        """Queues a removed cell again, at a place of the queue, from 0."""
        if self._thread:
            self._thread.work.put_back(cell, place)

    def close(self) -> None:
        """Stops it, saves the weights, and waits for the end."""
        self.stop()
        if self._thread:
            self._thread.wait_for_end()

    @Slot(object)
    def _take(self, event: AnyExperimentEvent) -> None:
        self.board.take(event)
        if isinstance(event, ExperimentStarted):
            self._id = event.experiment
        if isinstance(event, ExperimentEnded):
            self.ended.emit(event)
        if not isinstance(event, CellEvent):
            self.changed.emit()
        if not self._timer.isActive():
            self._timer.start()

    @Slot(object)
    def _break(self, error: Exception) -> None:
        if not isinstance(error, MnistStudioError):
            _LOG.error("an unexpected error in the experiment", exc_info=error)
        self.failed.emit(error)

    @Slot()
    def _end(self) -> None:
        if self._thread:
            self._thread.delete_after_end()
            self._thread = None
        self.board.paused = self._ending = False
        self.idle.emit()
        self.changed.emit()
