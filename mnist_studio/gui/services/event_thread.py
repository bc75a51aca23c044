"""A thread that iterates a training, or a whole experiment, and waits for its end."""

import logging
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, QThread, Signal

from mnist_studio.running.job import EXIT_GRACE_SECONDS, STOP_PATIENCE_SECONDS

_LOG = logging.getLogger(__name__)

STORE_SECONDS = 5.0
"""For a process to be killed and its end to be written."""

GOODBYE_MS = round(1000 * (STOP_PATIENCE_SECONDS + EXIT_GRACE_SECONDS + STORE_SECONDS))
"""So long work that was asked to stop takes at most: then it has ended by itself."""

LAST_MS = round(1000 * (EXIT_GRACE_SECONDS + STORE_SECONDS))
"""So long it takes at most when it was cancelled."""

LOST: list[QThread] = []
"""Threads that never ended: Qt would abort the process if one were destroyed."""


class ControllableWork(Protocol):
    """What is iterated in one thread and told its wishes from another."""

    def events(self) -> Iterator[object]:
        """Works, and tells what happens until its end."""

    def pause(self) -> None:
        """Holds it."""

    def resume(self) -> None:
        """Goes on."""

    def stop(self) -> None:
        """Ends it and keeps what was learnt."""

    def cancel(self) -> None:
        """Ends it and keeps nothing."""


Kind = TypeVar("Kind", bound=ControllableWork)


class EventThread(QThread, Generic[Kind]):
    """Tells every event of its work.

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

    def let_go(self) -> None:
        """Deletes it once it has ended: it has a parent, so Qt does, once."""
        self.wait()
        self.deleteLater()

    def outlast(self) -> None:
        """Waits for work that was asked to stop; cancels it where it does not."""
        if self.wait(GOODBYE_MS):
            return
        _LOG.error("%s did not stop within %s ms", type(self.work).__name__, GOODBYE_MS)
        self.work.cancel()
        if not self.wait(LAST_MS):
            _LOG.error("nor did it end when cancelled, within %s ms", LAST_MS)
            self.setParent(None)
            LOST.append(self)
