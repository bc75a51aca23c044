"""Digit images of a drawing that grows, made beside the GUI thread; the newest drawing wins."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Thread
from time import monotonic

import numpy as np
from PySide6.QtCore import QObject, Signal, SignalInstance

from mnist_studio.data.ink.rendering import Fitting, Ink, InkArea, digit_image
from mnist_studio.data.ink.segments import digits
from mnist_studio.data.ink.stages import stages
from mnist_studio.prediction.novelty_detector import NoveltyDetector

STAGES_SECONDS = 0.12
"""While a drawing grows, the pictures of its stages follow at least so far apart."""


@dataclass(frozen=True)
class RasterRequest:
    """A drawing whose image is asked for.

    Attributes:
        number: rises with every question.
        ink: its strokes.
        fitting: the stages that it goes through.
        pad: that it was drawn on.
        focus: place of the digit whose stages are asked for, the last where there are fewer.
    """

    number: int
    ink: Ink
    fitting: Fitting
    pad: InkArea
    focus: int = 0


class Rasterizer(QObject):
    """Makes digit images on a thread that lives only while there is something to make.

    Signals:
        made: the number of a drawing and its images (n, 28, 28), one a digit from left to right.
        staged: the number of a drawing and the five stages of a digit, a moment later.
    """

    made = Signal(int, object)
    staged = Signal(int, object)

    def __init__(self, examiner: NoveltyDetector, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._examiner = examiner
        self._changed = Condition()
        self._waiting: RasterRequest | None = None
        self._closing = False
        self._thread: Thread | None = None
        self._staged = -STAGES_SECONDS

    def ask(self, wanted: RasterRequest) -> None:
        """Asks for the image of a drawing; replaces one that still waits."""
        with self._changed:
            self._waiting = wanted
            self._changed.notify_all()
            if self._thread is None and not self._closing:
                self._thread = Thread(target=self._work, name="raster")
                self._thread.start()

    def close(self) -> None:
        """Waits for the thread; what is asked later is not answered."""
        with self._changed:
            self._closing, thread = True, self._thread
            self._changed.notify_all()
        if thread:
            thread.join()

    def _work(self) -> None:
        try:
            while (one := self._next()) is not None:
                parts = digits(one.ink, self._strangeness)
                made = [digit_image(part, fitting=one.fitting, pad=one.pad) for part in parts]
                self._tell(self.made, one.number, np.stack(made))
                if self._calm():
                    part = parts[min(one.focus, len(parts) - 1)]
                    self._tell(self.staged, one.number, stages(part, one.fitting, one.pad))
                    self._staged = monotonic()
        except BaseException:
            # Told by the hook of uncaught exceptions; the next drawing has a thread of its own.
            with self._changed:
                self._thread = None
            raise

    def _strangeness(self, parts: Sequence[Ink]) -> Sequence[float]:
        """How far drawings are from real digits; all alike where nobody knows."""
        far = self._examiner.distances(np.stack([digit_image(part) for part in parts]))
        return [0.0] * len(parts) if far is None else far.tolist()

    def _next(self) -> RasterRequest | None:
        with self._changed:
            wanted, self._waiting = self._waiting, None
            if wanted is None or self._closing:
                self._thread = None
                return None
            return wanted

    def _calm(self) -> bool:
        """Whether stages shall be made now: nothing newer is asked for, or it is time anyway."""
        with self._changed:
            due = self._staged + STAGES_SECONDS - monotonic()
            news = self._changed.wait_for(lambda: self._waiting or self._closing, due)
            return not self._closing and (due <= 0 or not news)

    def _tell(self, signal: SignalInstance, number: int, found: object) -> None:
        # Where the drawing is gone by now, nobody wants its image.
        with suppress(RuntimeError):
            signal.emit(number, found)
