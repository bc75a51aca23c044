"""The activations of a network for the drawing, as fast as they can be computed and shown."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.services.latest_only import LatestOnlyThread

if TYPE_CHECKING:
    from mnist_studio.explanation.live import LiveFrame, LiveModel, LiveRequest

IDLE_MS = 60_000
"""Time before an idle child process ends; it takes about 60 MB."""


@dataclass(frozen=True, eq=False)
class _Order:
    """A request, and what paints its frame on the thread."""

    request: "LiveRequest"
    paint: "Callable[[LiveFrame], object]"


class LivingNetwork(QObject):
    """Computes the activations for the latest request in a child process, and paints them.

    A frame that the GUI thread has not yet taken is replaced by the next one, so that frames never
    pile up.

    Signals:
        computed: a ``LiveRequest``, its ``LiveFrame``, and what was painted of it.
        failed: a ``LiveRequest`` and the exception.
    """

    computed = Signal(object, object, object)
    failed = Signal(object, object)
    _ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model: LiveModel | None = None
        self._thread: LatestOnlyThread[_Order | str] = LatestOnlyThread("living", self._handle)
        self._lock = Lock()
        self._answer: tuple[LiveRequest, LiveFrame | Exception, object] | None = None
        self._ready.connect(self._take)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._end)

    def want(self, request: "LiveRequest", paint: "Callable[[LiveFrame], object]") -> None:
        """Computes soon; replaces a request that still waits.

        Args:
            request: what to compute.
            paint: called on the thread with the frame, to leave the GUI thread little to do.
        """
        self._idle.start()
        self._thread.submit(_Order(request, paint))

    def forget(self) -> None:
        """Drops the request that waits."""
        self._thread.drop()

    def close(self) -> None:
        """Ends thread and process."""
        self._thread.close()
        self._close_model()

    @Slot()
    def _end(self) -> None:
        """Ends the process on the thread, since it may take a moment."""
        self._thread.submit(_END)

    def _handle(self, order: "_Order | str") -> None:
        """Computes and paints a frame; on the thread."""
        # Imported here, since the first paint does not need it.
        from mnist_studio.explanation.live import LiveModel

        if isinstance(order, str):
            self._close_model()
            return
        self._model = self._model or LiveModel()
        answer: LiveFrame | Exception
        painted = None
        try:
            answer = self._model.compute(order.request)
            painted = order.paint(answer)
        except MnistStudioError as error:
            answer = error
        with self._lock:
            waits, self._answer = self._answer is not None, (order.request, answer, painted)
        if not waits:
            # The window may be gone by now.
            with suppress(RuntimeError):
                self._ready.emit()

    def _close_model(self) -> None:
        if self._model:
            self._model.close()
            self._model = None

    @Slot()
    def _take(self) -> None:
        with self._lock:
            answer, self._answer = self._answer, None
        if answer is None:
            return
        request, result, painted = answer
        if isinstance(result, Exception):
            self.failed.emit(request, result)
        else:
            self.computed.emit(request, result, painted)


_END = "end"
