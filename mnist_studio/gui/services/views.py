"""Views of runs, computed in a child process for the latest request only."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.services.background import Background, IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner

if TYPE_CHECKING:
    from mnist_studio.analysis.view import View
    from mnist_studio.comparison.worker import ViewWorker
    from mnist_studio.gui.services.view_request import ViewRequest

CACHE_SIZE = 32
PATIENCE_MS = 400
"""Grace time for an outdated request, since cancelling it also ends the child."""


class ViewLoader(QObject):
    """Computes the latest request. Requests that wait replace each other.

    Signals:
        loaded: a request and its view.
        failed: a request and the exception.
        busy: whether something is being computed.
    """

    loaded = Signal(object, object)
    failed = Signal(object, object)
    busy = Signal(bool)

    def __init__(
        self, background: Background, data: Path | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._data = data
        self._worker: ViewWorker | None = None
        # One thread at a time: a cancelled request may still be using the child.
        self._lock = Lock()
        self._cache: OrderedDict[ViewRequest, View] = OrderedDict()
        self._runner: LatestOnlyRunner[ViewRequest] = LatestOnlyRunner(
            background, self.compute, self
        )
        self._runner.done.connect(self._take)
        self._runner.failed.connect(self.failed)
        self._runner.busy.connect(self.busy)

    def want(self, request: "ViewRequest") -> None:
        """Requests a view; a cached one is emitted at once."""
        if request in self._cache:
            self._runner.drop()
            self._cache.move_to_end(request)
            self.loaded.emit(request, self._cache[request])
            return
        self._runner.submit(request)
        working = self._runner.working
        # A running run changes faster than its view is computed, so the older view is awaited.
        if working and not working.like(request):
            self._runner.cancel(PATIENCE_MS)

    def forget(self) -> None:
        """Cancels the request."""
        self._runner.drop()
        self._runner.cancel(PATIENCE_MS)

    def renew(self) -> None:
        """Clears the cache, since something other than the runs changed."""
        self._cache.clear()

    def close(self) -> None:
        """Ends the child process. Call it only when no task is running."""
        if self._worker:
            self._worker.close()

    def compute(self, request: "ViewRequest", is_cancelled: IsCancelled) -> "View":
        """Computes a view; on a worker thread.

        Raises:
            MnistStudioError: the view is unavailable for these runs, or the child failed.
        """
        # Imported here, since the first paint does not need it.
        from mnist_studio.comparison.messages import ViewUnavailable
        from mnist_studio.comparison.worker import ViewWorker

        with self._lock:
            self._worker = self._worker or ViewWorker(self._data)
            (result,) = self._worker.compute(
                request.chosen, (request.view,), request.options, is_cancelled=is_cancelled
            )
        if isinstance(result, ViewUnavailable):
            raise MnistStudioError(result.problem, result.remedy)
        return result.view

    @Slot(object, object)
    def _take(self, request: "ViewRequest", view: "View") -> None:
        self._cache[request] = view
        if len(self._cache) > CACHE_SIZE:
            self._cache.popitem(last=False)
        self.loaded.emit(request, view)
