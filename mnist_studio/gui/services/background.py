"""Work off the GUI thread: a function with progress and cancel, answered by signals."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
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
        progressed: how much is done, from 0 to 1.
        done: what the work returned.
        failed: the exception it raised; not emitted where the user cancelled.
        ended: after any end, also a cancelled one.
    """

    progressed = Signal(float)
    done = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._cancelled = Event()

    @property
    def is_cancelled(self) -> bool:
        """The user asked for its end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Asks the work to end; it does so at its next look."""
        self._cancelled.set()

    def execute(self, work: Work) -> None:
        """Runs the work; called on a worker thread."""
        try:
            result = work(self.progressed.emit, self._cancelled.is_set)
        except CancelledByUser:
            _LOG.info("cancelled by the user")
        except MnistStudioError as error:
            self.failed.emit(error)
        except Exception as error:  # noqa: BLE001 - handed on to whoever started it
            _LOG.exception("work in the background broke")
            self.failed.emit(error)
        else:
            if not self.is_cancelled:
                self.done.emit(result)
        self.ended.emit()


class Background(QObject):
    """A few worker threads for whatever is not a training."""

    # A worker has left a task: only now may it be deleted. Were it deleted when it tells its end,
    # that could be while the worker still tells it, and whoever comes last would never hear of it.
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
        task = BackgroundTask(self)
        task.done.connect(done)
        task.failed.connect(failed)
        self._tasks.add(task)
        # Not at once: whoever asked can connect to more signals before the first is emitted.
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
        # It has a parent, so this is its only way out.
        self._tasks.discard(task)
        task.deleteLater()
