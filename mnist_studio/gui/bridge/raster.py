"""Digit images of a drawing that grows, made beside the GUI thread; the newest drawing wins."""

from contextlib import suppress
from threading import Lock, Thread

from PySide6.QtCore import QObject, Signal

from mnist_studio.data.ink import Ink, digit_image


class Rasteriser(QObject):
    """Makes digit images on a thread that lives only while there is something to make.

    Signals:
        made: the number of a drawing and its (28, 28) image.
    """

    made = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._waiting: tuple[int, Ink] | None = None
        self._thread: Thread | None = None

    def ask(self, number: int, ink: Ink) -> None:
        """Asks for the image of a drawing; replaces one that still waits."""
        with self._lock:
            self._waiting = number, ink
            if self._thread is None:
                self._thread = Thread(target=self._work, name="raster")
                self._thread.start()

    def close(self) -> None:
        """Waits for the thread."""
        with self._lock:
            self._waiting, thread = None, self._thread
        if thread:
            thread.join()

    def _work(self) -> None:
        try:
            while (asked := self._next()) is not None:
                number, ink = asked
                image = digit_image(ink)
                # Where the drawing is gone by now, nobody wants its image.
                with suppress(RuntimeError):
                    self.made.emit(number, image)
        except BaseException:
            # Told by the hook of uncaught exceptions; the next drawing has a thread of its own.
            with self._lock:
                self._thread = None
            raise

    def _next(self) -> tuple[int, Ink] | None:
        with self._lock:
            asked, self._waiting = self._waiting, None
            if asked is None:
                self._thread = None
            return asked
