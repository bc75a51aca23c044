"""Images of a drawing on their way to the models, fewer of them while nobody sees predictions.

The processes of all frameworks predict every image. While activations flow through a network
instead, they would take the processor from it.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

PAUSE_MS = 120
"""Between two images while predictions are hidden."""

Images = NDArray[np.uint8]


class PacedImages(QObject):
    """Passes on images (n, 28, 28) as they come, or with pauses.

    The last one is always passed on, and an empty canvas at once.

    Signals:
        passed: the images.
    """

    passed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slow = self._closed = False
        self._waiting: Images | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._pass)

    def slow_down(self, slow: bool) -> None:
        """Makes pauses from now on, or passes everything on at once again."""
        self._slow = slow
        if not slow:
            self._pause.stop()
            self._pass()

    @Slot(object)
    def submit(self, images: Images) -> None:
        """Passes on images, after a pause if others were passed on just now."""
        if self._closed:
            return
        if self._slow and len(images) and self._pause.isActive():
            self._waiting = images
            return
        self._waiting = None
        self.passed.emit(images)
        if self._slow:
            self._pause.start()

    def close(self) -> None:
        """Passes nothing on from now on: who predicts may have ended already."""
        self._closed = True
        self._pause.stop()

    @Slot()
    def _pass(self) -> None:
        if self._waiting is not None:
            self.submit(self._waiting)
