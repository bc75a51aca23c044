"""Ctrl+C, a log-out, and a closed terminal: they end the work of a command and save its state."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from mnist_studio.cli import output

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Those that a system has. A log-out sends SIGTERM, a terminal that is closed SIGHUP."""


class Stoppable(Protocol):
    """Work that a signal ends."""

    def stop(self) -> None:
        """Ends the work and saves its state."""

    def cancel(self) -> None:
        """Ends the work at once."""


class Interrupts:
    """Handles the signals: the first one stops the work and saves its state, the next cancels it.

    Attributes:
        count: how many came.
        work: that is stopped; without any, a signal ends the program.
        notify: takes a sentence for the user.
        exit_code: of the program, by the first signal; that of Ctrl+C before any.
    """

    def __init__(self, work: Stoppable | None) -> None:
        self.count = 0
        self.work = work
        self.notify: Callable[[str], object] = output.note
        self.exit_code = 128 + signal.SIGINT

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handles a signal."""
        self.count += 1
        if self.count == 1:
            self.exit_code = 128 + number
        if self.work is None:
            raise KeyboardInterrupt
        if self.count > 1:
            self.work.cancel()
            return
        self.work.stop()
        cancel = " Press Ctrl+C again to cancel." if number == signal.SIGINT else ""
        self.notify(f"Stopping. The weights so far are saved.{cancel}")


@contextmanager
def interrupts(work: Stoppable | None = None) -> Iterator[Interrupts]:
    """Handles the signals until the end of the block.

    One that is ignored, as SIGHUP is under ``nohup``, stays so.
    """
    handler = Interrupts(work)
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    wanted = [one for one in numbers if signal.getsignal(one) is not signal.SIG_IGN]
    former = {number: signal.signal(number, handler) for number in wanted}
    try:
        yield handler
    finally:
        for number, earlier in former.items():
            signal.signal(number, earlier)
