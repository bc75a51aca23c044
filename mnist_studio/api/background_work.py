"""Work that trains in the background while its events are iterated in the foreground."""

import atexit
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, Protocol, TypeVar

from mnist_studio.errors import UsageError

EventT = TypeVar("EventT")
EventT_co = TypeVar("EventT_co", covariant=True)

POLL_SECONDS = 0.1
"""On Windows, Ctrl+C waits as long."""

MOST_WAITING = 10_000
"""With more events waiting for a slow loop, those that only show progress are left out."""


class IterableWork(Protocol[EventT_co]):
    """A training or an experiment; its methods except ``events`` are for any thread."""

    def events(self) -> Iterator[EventT_co]:
        """Works, and yields its events until it ends."""

    def pause(self) -> None:
        """Pauses the work."""

    def resume(self) -> None:
        """Resumes the work."""

    def stop(self) -> None:
        """Stops the work and saves its state."""

    def cancel(self) -> None:
        """Ends the work at once."""


class BackgroundWork(Generic[EventT]):
    """Iterates its events once: ``for event in work``. Nothing starts before that.

    A thread records the events, however long the loop takes for each. If the loop is left early,
    or interrupted, the work is stopped and its state is saved, before the code after it runs.
    Interrupted again, it is canceled.
    """

    def __init__(self, work: IterableWork[EventT]) -> None:
        """Starts nothing yet."""
        self._work = work
        self._waiting: SimpleQueue[EventT | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._error: Exception | None = None

    def __iter__(self) -> Iterator[EventT]:
        """The events as they come.

        Raises:
            UsageError: another loop iterates them.
            MnistStudioError: the work could not start, or the store failed.
        """
        if self._thread is None or self.running:
            return self._events()
        return iter(())

    @property
    def running(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def started(self) -> bool:
        """Whether it has begun, whether or not it has ended."""
        return self._thread is not None

    def pause(self) -> None:
        """Pauses after the current steps. The loop waits until ``resume`` is called."""
        self._work.pause()

    def resume(self) -> None:
        """Resumes after a pause."""
        self._work.resume()

    def stop(self) -> None:
        """Ends soon and saves the weights. The last events still follow."""
        self._work.stop()

    def cancel(self) -> None:
        """Ends at once and saves nothing. The last events still follow."""
        self._work.cancel()

    def _events(self) -> Iterator[EventT]:
        if self._thread is not None:
            raise UsageError(
                "Another loop reads these events already.", "Read them in one loop only."
            )
        self._thread = Thread(target=self._run, name="events", daemon=True)
        # A program that ends meanwhile saves the weights as well.
        atexit.register(self._end)
        self._thread.start()
        try:
            while (event := self._next()) is not None:
                yield event
        except KeyboardInterrupt as interrupt:
            self._end()
            if note := self._interrupt_note():
                interrupt.add_note(note)
            raise
        finally:
            self._end()
            atexit.unregister(self._end)
        if self._error is not None:
            raise self._error

    def _interrupt_note(self) -> str:
        """What an interrupted loop has saved, as a sentence; empty for none."""
        return ""

    def _is_progress(self, event: EventT) -> bool:
        """Whether an event only shows progress, and the next one will show it too."""
        return False

    def _seen(self, event: EventT) -> None:
        """Called with every event, before a loop gets it."""

    def _run(self) -> None:
        try:
            for event in self._work.events():
                self._seen(event)
                if self._waiting.qsize() < MOST_WAITING or not self._is_progress(event):
                    self._waiting.put(event)
        except Exception as error:  # noqa: BLE001 - raised in the loop of the user
            self._error = error
        finally:
            self._waiting.put(None)

    def _next(self) -> EventT | None:
        """The next event; None at the end."""
        while True:
            with suppress(Empty):
                return self._waiting.get(timeout=POLL_SECONDS)

    def _end(self) -> None:
        """Stops the work if it has not ended, and waits; cancels it if it is interrupted again."""
        if not self.running:
            return
        self._work.stop()
        try:
            self._join()
        except KeyboardInterrupt:
            self._work.cancel()
            self._join()

    def _join(self) -> None:
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(POLL_SECONDS)
