"""What the outside wants of a training: set by any thread, asked by the loop between chunks."""

from threading import Condition


class Control:
    """Pause, resume and stop."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._paused = False
        self._stopped = False

    def pause(self) -> None:
        """Keeps everything as it is after the current chunk."""
        self._set(paused=True)

    def resume(self) -> None:
        """Goes on."""
        self._set(paused=False)

    def stop(self) -> None:
        """Ends the training after the current chunk, also a paused one; its weights are kept."""
        self._set(paused=False, stopped=True)

    @property
    def paused(self) -> bool:
        """A pause is wanted, and no stop."""
        return self._paused

    @property
    def stopped(self) -> bool:
        """A stop is wanted."""
        return self._stopped

    def wait_while_paused(self) -> None:
        """Returns when the training shall go on or stop."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)

    def _set(self, *, paused: bool, stopped: bool = False) -> None:
        with self._changed:
            self._stopped |= stopped
            # A pause that comes after a stop would keep it from being answered.
            self._paused = paused and not self._stopped
            self._changed.notify_all()
