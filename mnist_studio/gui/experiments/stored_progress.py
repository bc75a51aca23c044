"""What is kept of an experiment, and how long the rest will take, read off the GUI thread."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.experiments import cells as ledger
from mnist_studio.experiments import estimates
from mnist_studio.experiments.events import ExperimentCell
from mnist_studio.gui.services.background import Background, IsCancelled, Progress, Task
from mnist_studio.spec.experiment import ExperimentSpec, expand_cells
from mnist_studio.store.experiments import Membership
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True)
class StoredProgress:
    """How far an experiment is.

    Attributes:
        spec: of it.
        id: in the store; empty where it was never begun.
        cells: all.
        seconds: that the rest takes, from earlier runs; None where nothing tells.
    """

    spec: ExperimentSpec
    id: str
    cells: tuple[ExperimentCell, ...]
    seconds: float | None


class ExperimentLedger(QObject):
    """Answers the newest question.

    Signals:
        read: a ``StoredProgress``.
        failed: an exception.
    """

    read = Signal(object)
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._task: Task | None = None

    def look(self, spec: ExperimentSpec, concurrency: int) -> None:
        """Asks how far an experiment is, and how long the rest takes so many at a time."""
        if self._task:
            self._task.cancel()

        def work(progress: Progress, is_cancelled: IsCancelled) -> StoredProgress:
            return standing(spec, concurrency)

        self._task = self._background.start(work, self._take, self._fail)
        task = self._task
        task.ended.connect(lambda: self._end(task))

    @Slot(object)
    def _take(self, found: StoredProgress) -> None:
        self.read.emit(found)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)

    def _end(self, task: Task) -> None:
        if self._task is task:
            self._task = None


def standing(spec: ExperimentSpec, concurrency: int) -> StoredProgress:
    """Reads how far an experiment is.

    Raises:
        StudioError: the experiment cannot work any more, or the store cannot be read.
    """
    with RunStore() as store:
        kept = next((one for one in store.experiments.all() if one.spec == spec), None)
        if kept is not None:
            cells = ledger.cells(store, kept)
        else:
            cells = tuple(
                ExperimentCell(number, run) for number, run in enumerate(expand_cells(spec))
            )
        known = estimates.of_runs(store.runs(), store.experiments.memberships())
    left = [cell.spec for cell in cells if cell.state != "finished"]
    seconds = estimates.together(left, known, Membership("", concurrency))
    return StoredProgress(spec, kept.id if kept else "", cells, seconds)
