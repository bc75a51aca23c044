"""Views of runs, computed in a child process for the latest request only."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.selection import Selection
from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.services.background import Background, IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.store.experiments import Experiment, Membership

if TYPE_CHECKING:
    from mnist_studio.analysis.view import View
    from mnist_studio.comparison.worker import ViewWorker


@dataclass(frozen=True)
class ViewRequest:
    """A view of runs.

    Attributes:
        view: its name.
        options: as the user set them.
        runs: id, state and number of epochs of every run; a change means a new view.
        chosen: the runs themselves.
    """

    view: str
    options: ViewOptions
    runs: tuple[tuple[str, str, int], ...]
    chosen: Selection = field(compare=False, repr=False)

    def like(self, other: "ViewRequest") -> bool:
        """Whether the other is the same view of the same runs, perhaps of another moment."""
        mine, others = ([run for run, *_ in one.runs] for one in (self, other))
        return (self.view, self.options, mine) == (other.view, other.options, others)


def view_request(
    view: str,
    options: ViewOptions,
    rows: Sequence[RunRow],
    memberships: Mapping[str, Membership],
    experiment: Experiment | None,
) -> ViewRequest:
    """A wish.

    Args:
        view: its name.
        options: as the user set them.
        rows: the runs.
        memberships: run id -> how it belongs to an experiment.
        experiment: to compare; None for the user's own selection of runs.
    """
    stamps = tuple((row.id, row.run.status, len(row.epochs)) for row in rows)
    return ViewRequest(view, options, stamps, chosen(rows, memberships, experiment))


def chosen(
    rows: Sequence[RunRow], memberships: Mapping[str, Membership], experiment: Experiment | None
) -> Selection:
    """The selection that views are computed from, oldest run first: runs keep their order."""
    in_order = tuple(reversed(rows))
    runs = tuple(row.run for row in in_order)
    epochs = {row.id: row.epochs for row in in_order}
    known = {row.id: memberships[row.id] for row in in_order if row.id in memberships}
    if experiment is None:
        return Selection(runs, epochs, known)
    spec = experiment.spec
    return Selection(
        runs, epochs, known, experiment.title, spec.question, experiment.text, spec.threshold
    )


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
