"""An experiment of runs: its supervisor in a thread, what it tells as signals."""

import logging
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
from mnist_studio.spec.experiment import ExperimentSpec

if TYPE_CHECKING:
    from mnist_studio.experiments.runner import ExperimentRunner

_LOG = logging.getLogger(__name__)

RENEW_MS = 200
"""So often progress is told: it comes faster than anyone can look."""


class ExperimentService(QObject):
    """Runs one experiment at a time.

    Signals:
        changed: it began, paused, ended, or its queue is another one.
        renewed: its progress.
        ended: ``ExperimentEnded``.
        failed: the experiment could not be run; an exception.
        idle: nothing runs any more.
    """

    changed = Signal()
    renewed = Signal()
    ended = Signal(object)
    failed = Signal(object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: EventThread[ExperimentRunner] | None = None
        self._spec: ExperimentSpec | None = None
        self._id = ""
        self._ending = False
        self.board = ExperimentState()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(RENEW_MS)
        self._timer.timeout.connect(self.renewed)

    @property
    def busy(self) -> bool:
        """An experiment is being run."""
        return self._thread is not None

    @property
    def spec(self) -> ExperimentSpec | None:
        """The experiment that is being run, or was the last; None before the first."""
        return self._spec

    @property
    def id(self) -> str:
        """Id in the store of the experiment that is being run, or was the last."""
        return self._id

    @property
    def paused(self) -> bool:
        """It was told to pause."""
        return self.board.paused

    @property
    def ending(self) -> bool:
        """It was told to stop, and has not ended yet."""
        return self._ending

    def start(self, spec: ExperimentSpec, concurrency: int = 1, data: Path | None = None) -> None:
        """Trains what is left of an experiment, unless one is being run.

        Args:
            spec: the experiment.
            concurrency: runs at a time; with more than one no clock is honest.
            data: folder of digits named by the user.
        """
        if self._thread:
            return
        # They need much that no first window needs.
        from mnist_studio.experiments.executors import Local
        from mnist_studio.experiments.runner import ExperimentRunner

        self._spec, self._id, self._ending = spec, "", False
        self.board = ExperimentState()
        self._thread = EventThread(ExperimentRunner(spec, Local(concurrency, data)), self)
        self._thread.event_received.connect(self._take)
        self._thread.failed.connect(self._break)
        self._thread.finished.connect(self._end)
        self._thread.start()
        self.changed.emit()

    def pause(self) -> None:
        """Holds what trains and begins nothing."""
        if self._thread and not self.board.paused:
            self.board.paused = True
            self._thread.work.pause()
            self.changed.emit()

    def resume(self) -> None:
        """Goes on."""
        if self._thread and self.board.paused:
            self.board.paused = False
            self._thread.work.resume()
            self.changed.emit()

    def stop(self) -> None:
        """Ends it; what trains keeps what it learnt and can go on."""
        if self._thread:
            self._ending = True
            self._thread.work.stop()
            self.changed.emit()

    def cancel(self) -> None:
        """Ends it at once; only what is finished is kept."""
        if self._thread:
            self._ending = True
            self._thread.work.cancel()
            self.changed.emit()

    def move(self, cell: int, place: int) -> None:
        """Moves a waiting cell to a place of the queue, from 0."""
        if self._thread:
            self._thread.work.move(cell, place)

    def drop(self, cell: int) -> None:
        """Takes a cell out of this session; the next has it again."""
        if self._thread:
            self._thread.work.remove(cell)

    def close(self) -> None:
        """Stops, keeps what was learnt, and waits."""
        self.stop()
        if self._thread:
            self._thread.outlast()

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
            _LOG.error("the experiment broke", exc_info=error)
        self.failed.emit(error)

    @Slot()
    def _end(self) -> None:
        if self._thread:
            self._thread.let_go()
            self._thread = None
        self.board.paused = self._ending = False
        self.idle.emit()
        self.changed.emit()
