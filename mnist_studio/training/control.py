"""Requests to a training: set by any thread, read by the training loop between chunks."""

from threading import Condition


class Control:
    """Pause, resume and stop."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._paused = False
        self._stopped = False

    def pause(self) -> None:
        """Pauses after the current chunk."""
        self._set(paused=True)

    def resume(self) -> None:
        """Resumes a paused training."""
        self._set(paused=False)

    def stop(self) -> None:
        """Ends the training after the current chunk, even if it is paused. Saves the weights."""
        self._set(paused=False, stopped=True)

    @property
    def paused(self) -> bool:
        """Whether a pause, but no stop, was requested."""
        return self._paused

    @property
    def stopped(self) -> bool:
        """Whether a stop was requested."""
        return self._stopped

    def wait_while_paused(self) -> None:
        """Returns as soon as the training should resume or stop."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)

    def _set(self, *, paused: bool, stopped: bool = False) -> None:
        with self._changed:
            self._stopped |= stopped
            # A pause after a stop would prevent the stop from taking effect.
            self._paused = paused and not self._stopped
            self._changed.notify_all()
