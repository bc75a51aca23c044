"""A thread that iterates the events of a training job or an experiment."""

import logging
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, QThread, Signal

from mnist_studio.running.job import EXIT_GRACE_SECONDS, STOP_PATIENCE_SECONDS

_LOG = logging.getLogger(__name__)

STORE_SECONDS = 5.0
"""Time to kill a process and to store how it ended."""

GOODBYE_MS = round(1000 * (STOP_PATIENCE_SECONDS + EXIT_GRACE_SECONDS + STORE_SECONDS))
"""Longest time that stopped work takes to end by itself."""

LAST_MS = round(1000 * (EXIT_GRACE_SECONDS + STORE_SECONDS))
"""Longest time that cancelled work takes to end."""

LOST: list[QThread] = []
"""Threads that never ended. Qt aborts the process if a running thread is destroyed."""


class ControllableWork(Protocol):
    """Work that is iterated in one thread and controlled from another."""

    def events(self) -> Iterator[object]:
        """Works and yields its events until it ends."""

    def pause(self) -> None:
        """Pauses the work."""

    def resume(self) -> None:
        """Resumes the work."""

    def stop(self) -> None:
        """Stops the work and saves the weights."""

    def cancel(self) -> None:
        """Cancels the work and saves nothing."""


Kind = TypeVar("Kind", bound=ControllableWork)


class EventThread(QThread, Generic[Kind]):
    """Emits every event of its work.

    Attributes:
        work: that it iterates.

    Signals:
        event_received: an event.
        failed: an exception of the work itself.
    """

    event_received = Signal(object)
    failed = Signal(object)

    def __init__(self, work: Kind, parent: QObject) -> None:
        super().__init__(parent)
        self.work = work

    def run(self) -> None:
        """Emits every event; ends after the last one."""
        try:
            for event in self.work.events():
                self.event_received.emit(event)
        except Exception as error:  # noqa: BLE001 - shown in the window and logged there
            self.failed.emit(error)

    def delete_after_end(self) -> None:
        """Waits for the end, then has Qt delete the thread."""
        self.wait()
        self.deleteLater()

    def wait_for_end(self) -> None:
        """Waits for work that was stopped; cancels it if that takes too long."""
        if self.wait(GOODBYE_MS):
            return
        _LOG.error("%s did not stop within %s ms", type(self.work).__name__, GOODBYE_MS)
        self.work.cancel()
        if not self.wait(LAST_MS):
            _LOG.error("it did not end within %s ms after it was canceled either", LAST_MS)
            self.setParent(None)
            LOST.append(self)
