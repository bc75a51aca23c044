"""Shows the events of a training on a thread of its own.

Whoever reads the output of a command may be slow, may stop reading, or may leave. The training must
not wait for them, so its events go into a queue first.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Generic, Protocol, Self, TypeVar

from mnist_studio.cli import output
from mnist_studio.cli.interrupts import Interrupts
from mnist_studio.errors import OutputError

EventT = TypeVar("EventT")
EventT_contra = TypeVar("EventT_contra", contravariant=True)

MOST_WAITING = 10_000
"""With more events in the queue, those that only show progress are left out."""

POLL_SECONDS = 0.1
GRACE_SECONDS = 1.0
"""How long a reader may still take after a signal that ends the program."""


class Printer(Protocol[EventT_contra]):
    """Shows events; a context manager."""

    def __enter__(self) -> Self:
        """Begins."""

    def __exit__(self, *_: object) -> None:
        """Ends."""

    def on_event(self, event: EventT_contra, /) -> None:
        """Shows one event."""


class BackgroundPrinter(Generic[EventT]):
    """Passes events to a printer, in order; a context manager.

    Attributes:
        error: why standard output cannot be written any more; None while it can.
    """

    def __init__(
        self,
        printer: Printer[EventT],
        is_progress: Callable[[EventT], bool],
        handler: Interrupts,
    ) -> None:
        """Starts nothing yet.

        Args:
            printer: that shows the events.
            is_progress: whether an event may be left out when very many wait.
            handler: whose work is stopped when standard output fails. Its notes are shown here.
        """
        self.error: OutputError | None = None
        self._silent = False
        self._printer = printer
        self._is_progress = is_progress
        self._handler = handler
        self._waiting: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread = Thread(target=self._print, name="printer", daemon=True)

    def __enter__(self) -> Self:
        """Begins to show events."""
        self._handler.notify = self._note
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Waits until everything is shown, but not long after another signal."""
        self._waiting.put(None)
        before = min(self._handler.count, 1)
        while self._thread.is_alive() and self._handler.count <= before:
            self._thread.join(POLL_SECONDS)
        self._thread.join(GRACE_SECONDS)
        if self._thread.is_alive():
            # Python itself would wait for the reader at its exit. All else is done.
            os._exit(self._handler.exit_code)

    def on_event(self, event: EventT) -> None:
        """Shows an event, soon."""
        if self._waiting.qsize() < MOST_WAITING or not self._is_progress(event):
            self._waiting.put(lambda: self._printer.on_event(event))

    def _note(self, sentence: str) -> None:
        """Shows a note for people, soon. A signal handler calls this."""
        self._waiting.put(lambda: output.note(sentence))

    def _print(self) -> None:
        with suppress(OSError, SystemExit), self._printer:
            while step := self._waiting.get():
                self._do(step)

    def _do(self, step: Callable[[], object]) -> None:
        if self._silent:
            return
        try:
            step()
        except OutputError as error:
            self.error = error
            self._silent = True
            output.give_up()
            if self._handler.work:
                self._handler.work.stop()
        except (OSError, SystemExit):
            # Nobody reads standard error any more: Rich ends the program where it is a closed
            # pipe. What is shown there is no result, so the training continues.
            self._silent = True
