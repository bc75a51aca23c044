"""Views of runs, computed in a child; the newest one wanted is the one that comes."""

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

MOST_KEPT = 32
PATIENCE_MS = 400
"""So long one that nobody waits for any more may go on: ending it ends the child, too."""


class ViewLoader(QObject):
    """Answers the newest wish. While it works, further wishes replace each other.

    Signals:
        loaded: a wish and its view.
        failed: a wish and the exception.
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
        # It is for one thread at a time; a cancelled question may still be with it.
        self._turn = Lock()
        self._kept: OrderedDict[ViewRequest, View] = OrderedDict()
        self._runner: LatestOnlyRunner[ViewRequest] = LatestOnlyRunner(
            background, self.compute, self
        )
        self._runner.done.connect(self._take)
        self._runner.failed.connect(self.failed)
        self._runner.busy.connect(self.busy)

    def want(self, wanted: "ViewRequest") -> None:
        """Wants a view; one that is known comes at once."""
        if wanted in self._kept:
            self._runner.drop()
            self._kept.move_to_end(wanted)
            self.loaded.emit(wanted, self._kept[wanted])
            return
        self._runner.submit(wanted)
        working = self._runner.working
        # Of a run that trains the older view still comes: else a busy one were never seen.
        if working and not working.like(wanted):
            self._runner.cancel(PATIENCE_MS)

    def forget(self) -> None:
        """Wants nothing any more."""
        self._runner.drop()
        self._runner.cancel(PATIENCE_MS)

    def renew(self) -> None:
        """Forgets what is computed: something beside the runs has changed."""
        self._kept.clear()

    def close(self) -> None:
        """Ends the child. For when no task runs any more."""
        if self._worker:
            self._worker.close()

    def compute(self, wanted: "ViewRequest", is_cancelled: IsCancelled) -> "View":
        """Computes a view; on a worker thread.

        Raises:
            MnistStudioError: these runs do not have it, or the child had trouble.
        """
        # No first window needs it.
        from mnist_studio.comparison.messages import ViewUnavailable
        from mnist_studio.comparison.worker import ViewWorker

        with self._turn:
            self._worker = self._worker or ViewWorker(self._data)
            (answer,) = self._worker.compute(
                wanted.chosen, (wanted.view,), wanted.options, is_cancelled=is_cancelled
            )
        if isinstance(answer, ViewUnavailable):
            raise MnistStudioError(answer.problem, answer.remedy)
        return answer.view

    @Slot(object, object)
    def _take(self, wanted: "ViewRequest", view: "View") -> None:
        self._kept[wanted] = view
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.loaded.emit(wanted, view)
