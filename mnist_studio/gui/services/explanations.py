"""Explanations of one network's answer to the drawing, computed in a child; the newest wins."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mnist_studio.gui.services.background import Background, IsCancelled, Progress
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.store.rows import Run

if TYPE_CHECKING:
    from mnist_studio.explanation.explainer import Explainer
    from mnist_studio.explanation.messages import Options, Part

DEBOUNCE_MS = 100
"""A drawing that changes sooner is not worth explaining."""

IDLE_MS = 120_000
"""A child that nobody asks for so long leaves: with its framework it takes up to 600 MB."""


@dataclass(frozen=True)
class ExplanationRequest:
    """A part of an explanation.

    Attributes:
        run: trained.
        image: 784 gray levels.
        part: which.
        options: that the user set.
    """

    run: Run
    image: bytes
    part: "Part"
    options: "Options"


class Explanations(QObject):
    """Answers the newest wish; what is being computed for an older one is given up.

    Signals:
        replied: a wish, and ``PartResult``, ``PartUnavailable`` or ``PartProgress``.
        failed: a wish and the exception.
        busy: whether something is being computed.
    """

    replied = Signal(object, object)
    failed = Signal(object, object)
    busy = Signal(bool)
    # What the worker threads emit; its receivers live in the GUI thread.
    _said = Signal(object, object)

    def __init__(
        self, background: Background, data: Path | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._data = background, data
        self._explainer: Explainer | None = None
        # It is for one thread at a time; a cancelled question may still be with it.
        self._turn = Lock()
        self._wish: ExplanationRequest | None = None
        self._runner: LatestOnlyRunner[ExplanationRequest] = LatestOnlyRunner(
            background, self._explain, self
        )
        self._runner.failed.connect(self.failed)
        self._runner.busy.connect(self.busy)
        self._said.connect(self._tell)
        self._soon = self._timer(DEBOUNCE_MS, self._begin)
        self._idle = self._timer(IDLE_MS, self._leave)

    def want(self, wish: ExplanationRequest) -> None:
        """Wants an explanation soon; replaces what was wanted before."""
        self._idle.stop()
        if wish == self._runner.working:
            return
        self._wish = wish
        self._give_up()
        self._soon.start()

    def forget(self) -> None:
        """Wants nothing any more."""
        self._soon.stop()
        self._give_up()
        self._idle.start()

    def _give_up(self) -> None:
        self._runner.drop()
        self._runner.cancel()

    def close(self) -> None:
        """Ends the child. For when no task runs any more."""
        if self._explainer:
            self._explainer.close()

    def _timer(self, milliseconds: int, action: object) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(milliseconds)
        made.timeout.connect(action)
        return made

    @Slot()
    def _begin(self) -> None:
        assert self._wish is not None
        self._runner.submit(self._wish)

    def _explain(self, wish: ExplanationRequest, is_cancelled: IsCancelled) -> None:
        """Tells a part; on a worker thread."""
        # No first window needs them.
        from mnist_studio.explanation.explainer import Explainer
        from mnist_studio.gui.services.layer_pictures import prepared

        image = np.frombuffer(wish.image, np.uint8).reshape(28, 28)
        with self._turn:
            self._explainer = self._explainer or Explainer(self._data)
            for told in self._explainer.explain(
                wish.run, image, (wish.part,), wish.options, is_cancelled
            ):
                self._said.emit(wish, prepared(told))

    @Slot()
    def _leave(self) -> None:
        """Ends the child in the background: it may take a moment."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            with self._turn:
                self.close()

        if self._explainer and self._runner.working is None:
            self._background.start(work, self._ignore, self._ignore)

    @Slot(object, object)
    def _tell(self, wish: ExplanationRequest, told: object) -> None:
        # What was said just before it was given up comes too late.
        if wish == self._runner.working:
            self.replied.emit(wish, told)

    @Slot(object)
    def _ignore(self, nothing: object) -> None:
        """Takes the result of work that has none."""
