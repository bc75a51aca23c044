"""Views of runs, computed off the GUI thread; the newest one wanted is the one that comes."""

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.analysis.view import View
from mnist_studio.gui.bridge.background import Background, IsCancelled, Progress, Task
from mnist_studio.gui.models.wanted import Wanted

Compute = Callable[[Wanted, IsCancelled], View]

MOST_KEPT = 32


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
        self, background: Background, compute: Compute, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._compute = compute
        self._task: Task | None = None
        self._working: Wanted | None = None
        self._next: Wanted | None = None
        self._kept: OrderedDict[Wanted, View] = OrderedDict()

    def want(self, wanted: Wanted) -> None:
        """Wants a view; one that is known comes at once."""
        if wanted in self._kept:
            self._next = None
            self._kept.move_to_end(wanted)
            self.loaded.emit(wanted, self._kept[wanted])
        elif wanted != self._working:
            self._next = wanted
            self._begin()
        else:
            self._next = None

    def forget(self) -> None:
        """Wants nothing any more."""
        self._next = None
        if self._task:
            self._task.cancel()

    def _begin(self) -> None:
        """Starts the next, unless one that is as good as it is being computed."""
        if self._task:
            # Another view or other runs: nobody waits for the old one. Of a run that trains, the
            # old one still comes: else a busy run would never be seen.
            if self._working and self._next and not _alike(self._working, self._next):
                self._task.cancel()
            return
        if self._next is None:
            self.busy.emit(False)
            return
        wanted, self._next = self._next, None
        self._working = wanted
        compute = self._compute

        def work(progress: Progress, cancelled: IsCancelled) -> View:
            return compute(wanted, cancelled)

        self._task = self._background.start(work, self._take, self._fail)
        self._task.ended.connect(self._end)
        self.busy.emit(True)

    @Slot(object)
    def _take(self, view: View) -> None:
        assert self._working is not None
        self._kept[self._working] = view
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.loaded.emit(self._working, view)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        assert self._working is not None
        self.failed.emit(self._working, error)

    @Slot()
    def _end(self) -> None:
        self._task, self._working = None, None
        self._begin()


def _alike(one: Wanted, other: Wanted) -> bool:
    return (one.view, one.runs, one.options) == (other.view, other.runs, other.options)
