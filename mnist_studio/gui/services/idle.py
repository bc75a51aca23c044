"""Work of the GUI thread in steps, so that the event loop runs in between."""

from collections.abc import Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

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
