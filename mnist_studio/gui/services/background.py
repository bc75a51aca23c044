"""Work off the GUI thread as functions with progress and cancellation, or in it, in short steps."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mnist_studio.errors import CancelledByUser, MnistStudioError

Progress = Callable[[float], None]
IsCancelled = Callable[[], bool]
Work = Callable[[Progress, IsCancelled], Any]

_LOG = logging.getLogger(__name__)


class BackgroundTask(QObject):
    """One piece of work. Lives in the GUI thread; its signals are emitted by the worker.

    Signals:
        progressed: the progress, from 0 to 1.
        done: the result of the work.
        failed: an exception of the work; not emitted if it was cancelled.
        ended: after any end, including cancellation.
    """

    progressed = Signal(float)
    done = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(
        self, parent: QObject, done: Callable[[Any], object], failed: Callable[[Exception], object]
    ) -> None:
        """A task that has not begun.

        Args:
            parent: whose end is its own.
            done: a slot for the result.
            failed: a slot for the exception.
        """
        super().__init__(parent)
        self._cancelled = Event()
        self.done.connect(done)
        self.failed.connect(failed)

    @property
    def is_cancelled(self) -> bool:
        """Whether cancellation was requested."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Requests the end of the work, which checks for it now and then."""
        self._cancelled.set()

    def execute(self, work: Work) -> None:
        """Runs the work; called on a worker thread."""
        try:
            result = work(self.progressed.emit, self._cancelled.is_set)
        except CancelledByUser:
            _LOG.info("canceled by the user")
        except MnistStudioError as error:
            self.failed.emit(error)
        except Exception as error:  # noqa: BLE001 - passed on to the caller
            _LOG.exception("an unexpected error in background work")
            self.failed.emit(error)
        else:
            if not self.is_cancelled:
                self.done.emit(result)
        self.ended.emit()


class Background(QObject):
    """A few worker threads for all work except training."""

    # A task is deleted only after its worker has left it. If it were deleted on ``ended``, the
    # worker might still be emitting that signal, and the last receivers would miss it.
    _left = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=3, thread_name_prefix="background")
        self._tasks: set[BackgroundTask] = set()
        self._closed = False
        self._left.connect(self._forget)

    def start(
        self,
        work: Work,
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> BackgroundTask:
        """Starts work on a worker thread.

        Args:
            work: gets ``progress`` and ``is_cancelled``.
            done: a slot for the result.
            failed: a slot for the exception.
        """
        task = BackgroundTask(self, done, failed)
        self._tasks.add(task)
        # Delayed, so that the caller can connect more signals before the first is emitted.
        QTimer.singleShot(0, task, lambda: self._submit(task, work))
        return task

    def _submit(self, task: BackgroundTask, work: Work) -> None:
        if not self._closed:
            self._pool.submit(self._execute, task, work)

    def _execute(self, task: BackgroundTask, work: Work) -> None:
        task.execute(work)
        self._left.emit(task)

    def close(self) -> None:
        """Cancels everything and waits for the threads."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @Slot(object)
    def _forget(self, task: BackgroundTask) -> None:
        # Qt's parent would otherwise keep it alive.
        self._tasks.discard(task)
        task.deleteLater()


TURN_SECONDS = 0.008
"""Longest time per turn: half a frame."""


class IdleScheduler(QObject):
    """Executes steps, at least one per turn of the event loop.

    Signals:
        done: all steps are executed.
    """

    done = Signal()

    def __init__(self, steps: Iterator[None], parent: QObject, every: int = 0) -> None:
        """Executes no step yet.

        Args:
            steps: an iterator that does one step per ``next``.
            parent: whose end also ends the work.
            every: milliseconds between two turns, for work that is not urgent.
        """
        super().__init__(parent)
        self._steps = steps
        self._timer = QTimer(self)
        self._timer.setInterval(every)
        self._timer.timeout.connect(self._execute)

    @Slot()
    def start(self) -> None:
        """Begins with the next turn of the event loop."""
        self._timer.start()

    @Slot()
    def _execute(self) -> None:
        end = perf_counter() + TURN_SECONDS
        for _ in self._steps:
            if perf_counter() >= end:
                return
        self._timer.stop()
        self.done.emit()
