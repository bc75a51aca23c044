"""Explanations of a prediction, computed in a child process for the latest request only."""

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
"""Time without changes before a drawing is explained."""

IDLE_MS = 120_000
"""Time before an idle child process ends; with its framework it takes up to 600 MB."""


@dataclass(frozen=True)
class ExplanationRequest:
    """A request for a part of an explanation.

    Attributes:
        run: trained.
        image: 784 gray levels.
        part: which part.
        options: as the user set them.
    """

    run: Run
    image: bytes
    part: "Part"
    options: "Options"


class Explanations(QObject):
    """Explains the latest request; an older one is cancelled.

    Signals:
        replied: a request, and ``PartResult``, ``PartUnavailable`` or ``PartProgress``.
        failed: a request and the exception.
        busy: whether something is being computed.
    """

    replied = Signal(object, object)
    failed = Signal(object, object)
    busy = Signal(bool)
    # Emitted by worker threads; the slots run in the GUI thread.
    _computed = Signal(object, object)

    def __init__(
        self, background: Background, data: Path | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._data = background, data
        self._explainer: Explainer | None = None
        # One thread at a time: a cancelled request may still be using the child.
        self._lock = Lock()
        self._request: ExplanationRequest | None = None
        self._runner: LatestOnlyRunner[ExplanationRequest] = LatestOnlyRunner(
            background, self._explain, self
        )
        self._runner.failed.connect(self.failed)
        self._runner.busy.connect(self.busy)
        self._computed.connect(self._reply)
        self._soon = self._timer(DEBOUNCE_MS, self._begin)
        self._idle = self._timer(IDLE_MS, self._end_child)

    def want(self, request: ExplanationRequest) -> None:
        """Requests an explanation soon; replaces the former request."""
        self._idle.stop()
        if request == self._runner.working:
            return
        self._request = request
        self._cancel()
        self._soon.start()

    def forget(self) -> None:
        """Cancels the request."""
        self._soon.stop()
        self._cancel()
        self._idle.start()

    def interrupt(self) -> None:
        """Cancels the request, and ends the process, in which something may go on computing."""
        self._soon.stop()
        self._cancel()
        self._close_soon()

    def _cancel(self) -> None:
        self._runner.drop()
        self._runner.cancel()

    def close(self) -> None:
        """Ends the child process. Call it only when no task is running."""
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
        assert self._request is not None
        self._runner.submit(self._request)

    def _explain(self, request: ExplanationRequest, is_cancelled: IsCancelled) -> None:
        """Computes a part; on a worker thread."""
        # Imported here, since the first paint does not need them.
        from mnist_studio.explanation.explainer import Explainer
        from mnist_studio.gui.services.layer_pictures import prepared

        image = np.frombuffer(request.image, np.uint8).reshape(28, 28)
        with self._lock:
            self._explainer = self._explainer or Explainer(self._data)
            for update in self._explainer.explain(
                request.run, image, (request.part,), request.options, is_cancelled
            ):
                self._computed.emit(request, prepared(update))

    @Slot()
    def _end_child(self) -> None:
        """Ends the child while nothing needs it."""
        if self._runner.working is None:
            self._close_soon()

    def _close_soon(self) -> None:
        """Ends the child in the background, which may take a moment."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            with self._lock:
                self.close()

        if self._explainer:
            self._background.start(work, self._ignore, self._ignore)

    @Slot(object, object)
    def _reply(self, request: ExplanationRequest, update: object) -> None:
        # Results of a request that was just cancelled are dropped.
        if request == self._runner.working:
            self.replied.emit(request, update)

    @Slot(object)
    def _ignore(self, nothing: object) -> None:
        """Ignores the result of work that has none."""
