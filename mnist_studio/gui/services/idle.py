"""Work of the GUI thread in steps, so that the event loop turns in between."""

from collections.abc import Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

TURN_SECONDS = 0.008
"""Half a frame: so much of one may be taken."""


class IdleScheduler(QObject):
    """Takes steps, as many in a turn as there is time for, at least one.

    Signals:
        done: all are taken.
    """

    done = Signal()

    def __init__(self, steps: Iterator[None], parent: QObject, every: int = 0) -> None:
        """Takes none yet.

        Args:
            steps: an iterator that works whenever it is asked for the next one.
            parent: with it the work ends.
            every: milliseconds between two turns, for work for which nobody waits.
        """
        super().__init__(parent)
        self._steps = steps
        self._timer = QTimer(self)
        self._timer.setInterval(every)
        self._timer.timeout.connect(self._should_continue)

    @Slot()
    def start(self) -> None:
        """Begins with the next turn of the event loop."""
        self._timer.start()

    @Slot()
    def _should_continue(self) -> None:
        end = perf_counter() + TURN_SECONDS
        for _ in self._steps:
            if perf_counter() >= end:
                return
        self._timer.stop()
        self.done.emit()
