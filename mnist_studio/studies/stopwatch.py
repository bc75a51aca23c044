"""Seconds of a session, pauses left out."""

from collections.abc import Callable
from time import monotonic


class Stopwatch:
    """Runs from the start; what passes while it is paused does not count."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        """Starts.

        Args:
            now: seconds of a clock that never goes back.
        """
        self._now = now
        self._counted = 0.0
        self._since: float | None = now()

    @property
    def seconds(self) -> float:
        """So far."""
        running = 0.0 if self._since is None else self._now() - self._since
        return self._counted + running

    def pause(self) -> None:
        """Counts no more; nothing if it is paused already."""
        self._counted, self._since = self.seconds, None

    def resume(self) -> None:
        """Counts again; nothing if it does already."""
        self._counted, self._since = self.seconds, self._now()
