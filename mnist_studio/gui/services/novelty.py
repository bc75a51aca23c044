"""Whether what is drawn is like any digit: looked up beside the GUI thread, the newest wins."""

from contextlib import suppress
from threading import Condition, Thread

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.prediction.novelty_detector import NoveltyDetector

Images = NDArray[np.uint8]


class NoveltyService(QObject):
    """Compares the digits of a drawing with real ones, on a thread that lives while it must.

    Signals:
        told: there is news of the newest drawing.
        failed: why nothing can be compared, an exception; once.
    """

    told = Signal()
    failed = Signal(object)
    _found = Signal(int, object)

    def __init__(self, examiner: NoveltyDetector, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._examiner = examiner
        self._changed = Condition()
        self._waiting: tuple[int, Images] | None = None
        self._thread: Thread | None = None
        self._closing = False
        self._number = self._blank = 0
        self._complained = False
        self._shares: tuple[float, ...] = ()
        self._found.connect(self._take)

    @property
    def shares(self) -> tuple[float, ...]:
        """Of real digits, the share that is as strange as each digit of the newest drawing.

        Of a drawing that grows they may be those of a moment ago; empty before any are known.
        """
        return self._shares

    @Slot(object)
    def ask(self, images: Images) -> None:
        """Asks about the digits (n, 28, 28) of a drawing; none: the pad is blank."""
        with self._changed:
            self._number += 1
            self._blank = self._blank if len(images) else self._number
            self._waiting = (self._number, images) if len(images) else None
            if self._waiting and self._thread is None and not self._closing:
                self._thread = Thread(target=self._work, name="examination")
                self._thread.start()
        if not len(images):
            self._shares = ()
            self.told.emit()

    def close(self) -> None:
        """Waits for the thread; what is asked later is not answered."""
        with self._changed:
            self._closing, thread = True, self._thread
        if thread:
            thread.join()

    def _work(self) -> None:
        try:
            while (one := self._next()) is not None:
                number, images = one
                found = self._examiner.p_values(images)
                # Where the window is gone by now, nobody wants it.
                with suppress(RuntimeError):
                    self._found.emit(number, () if found is None else tuple(found.tolist()))
        except BaseException:
            # Told by the hook of uncaught exceptions; the next drawing has a thread of its own.
            with self._changed:
                self._thread = None
            raise

    def _next(self) -> tuple[int, Images] | None:
        with self._changed:
            one, self._waiting = self._waiting, None
            if one is None or self._closing:
                self._thread = None
                return None
            return one

    @Slot(int, object)
    def _take(self, number: int, shares: tuple[float, ...]) -> None:
        if self._examiner.problem and not self._complained:
            self._complained = True
            self.failed.emit(self._examiner.problem)
        # What was cleared meanwhile is not strange.
        if number > self._blank:
            self._shares = shares
            self.told.emit()
