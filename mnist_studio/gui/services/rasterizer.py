"""Images of a drawing that grows, made off the GUI thread; the latest drawing wins."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import numpy as np
from PySide6.QtCore import QObject, Signal, SignalInstance

from mnist_studio.data.ink.rendering import Fitting, Ink, InkArea, digit_image
from mnist_studio.data.ink.segments import digits, number
from mnist_studio.data.ink.stages import stages
from mnist_studio.gui.services.latest_only import LatestOnlyThread
from mnist_studio.prediction.novelty_detector import NoveltyDetector

STAGES_SECONDS = 0.12
"""The shortest time between two sets of stages while a drawing grows."""

SLOW_STAGES_SECONDS = 0.25
"""That time while other work needs the thread more."""


@dataclass(frozen=True)
class RasterRequest:
    """A drawing whose images are requested.

    Attributes:
        number: rises with every request.
        ink: its strokes.
        fitting: the stages of its preprocessing.
        pad: the canvas that it was drawn on.
        focus: index of the digit whose stages are requested; the last one if there are fewer.
        of_digits: whether digits are expected. A drawing of other symbols is only separated at wide
            gaps, and has no marks: a B would be 13 otherwise.
    """

    number: int
    ink: Ink
    fitting: Fitting
    pad: InkArea
    focus: int = 0
    of_digits: bool = True


class Rasterizer(QObject):
    """Makes images of a drawing on a thread.

    Signals:
        made: the number of a request, its images (n, 28, 28), one per digit from left to right, and
            the marks between them, see ``segments.number``.
        staged: the number of a request and the five stages of a digit, a moment later.
    """

    made = Signal(int, object, str)
    staged = Signal(int, object)

    def __init__(self, detector: NoveltyDetector, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._detector = detector
        self._thread = LatestOnlyThread[RasterRequest]("raster", self._rasterize)
        self._staged = -SLOW_STAGES_SECONDS
        self._pause = STAGES_SECONDS

    def submit(self, request: RasterRequest) -> None:
        """Requests the images of a drawing; replaces a request that still waits."""
        self._thread.submit(request)

    def slow_down(self, slow: bool) -> None:
        """Makes fewer stages from now on, or as many as usual again."""
        self._pause = SLOW_STAGES_SECONDS if slow else STAGES_SECONDS

    def close(self) -> None:
        """Waits for the thread; later requests are not handled."""
        self._thread.close()

    def _rasterize(self, request: RasterRequest) -> None:
        parts, pattern = digits(request.ink), ""
        if request.of_digits:
            parts, pattern = number(request.ink, self._distances)
        images = [digit_image(part, fitting=request.fitting, pad=request.pad) for part in parts]
        _emit(self.made, request.number, np.stack(images), pattern)
        if self._stages_due():
            at = min(request.focus, len(parts) - 1)
            made = stages(parts[at], request.fitting, request.pad, fed=images[at])
            _emit(self.staged, request.number, made)
            self._staged = monotonic()

    def _distances(self, parts: Sequence[Ink]) -> Sequence[float]:
        """How far drawings are from real digits; all 0 where that cannot be computed."""
        far = self._detector.distances(np.stack([digit_image(part) for part in parts]))
        return [0.0] * len(parts) if far is None else far.tolist()

    def _stages_due(self) -> bool:
        """Whether to make the stages now: no newer drawing came, or the last ones are old."""
        due = self._staged + self._pause - monotonic()
        newer = self._thread.wait_for_newer(due)
        return not self._thread.closing and (due <= 0 or not newer)


def _emit(signal: SignalInstance, request: int, *result: object) -> None:
    # The window may be gone by now.
    with suppress(RuntimeError):
        signal.emit(request, *result)
