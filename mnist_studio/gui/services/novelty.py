"""Whether a drawing looks like a digit: computed off the GUI thread; the latest drawing wins."""

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.gui.services.latest_only import LatestOnlyThread
from mnist_studio.prediction.novelty_detector import NoveltyDetector

Images = NDArray[np.uint8]


class NoveltyService(QObject):
    """Compares the digits of a drawing with real ones.

    Signals:
        changed: there are new p-values.
        failed: why nothing can be compared, an exception; once.
    """

    changed = Signal()
    failed = Signal(object)
    _computed = Signal(int, object)

    def __init__(self, detector: NoveltyDetector, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._detector = detector
        self._thread = LatestOnlyThread[tuple[int, Images]]("novelty", self._compute)
        self._number = self._blank = 0
        self._reported = False
        self._p_values: tuple[float, ...] = ()
        self._computed.connect(self._on_computed)

    @property
    def p_values(self) -> tuple[float, ...]:
        """Fraction of real digits that are at least as unusual as each digit of the drawing.

        While a drawing grows they may be those of a moment ago; empty before any are known.
        """
        return self._p_values

    @Slot(object)
    def submit(self, images: Images) -> None:
        """Requests p-values of the digits (n, 28, 28) of a drawing; none if the canvas is blank."""
        self._number += 1
        if len(images):
            self._thread.submit((self._number, images))
            return
        self._blank = self._number
        self._thread.drop()
        self._p_values = ()
        self.changed.emit()

    def close(self) -> None:
        """Waits for the thread; later requests are not handled."""
        self._thread.close()

    def _compute(self, request: tuple[int, Images]) -> None:
        number, images = request
        found = self._detector.p_values(images)
        # The window may be gone by now.
        with suppress(RuntimeError):
            self._computed.emit(number, () if found is None else tuple(found.tolist()))

    @Slot(int, object)
    def _on_computed(self, number: int, p_values: tuple[float, ...]) -> None:
        if self._detector.problem and not self._reported:
            self._reported = True
            self.failed.emit(self._detector.problem)
        # Results of a drawing that was cleared meanwhile are not shown.
        if number > self._blank:
            self._p_values = p_values
            self.changed.emit()
