"""How runs read disturbed digits, measured in the background by their own frameworks."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.gui.bridge.background import Background, IsCancelled, Progress, Task
from mnist_studio.store.runs import Run


class Hardening(QObject):
    """Measures runs, one batch of them at a time; what is measured is kept beside each run.

    Signals:
        changed: it began or ended.
        progressed: how much is done, from 0 to 1.
        done: sentences on the runs that could not be measured.
        failed: an exception.
    """

    changed = Signal()
    progressed = Signal(float)
    done = Signal(object)
    failed = Signal(object)

    def __init__(
        self, background: Background, data: Path | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._data = background, data
        self._task: Task | None = None

    @property
    def busy(self) -> bool:
        """Something is being measured."""
        return self._task is not None

    def measure(self, runs: Sequence[Run]) -> None:
        """Measures what is not known yet of these runs."""
        if self._task:
            return
        data = self._data

        def work(progress: Progress, cancelled: IsCancelled) -> tuple[str, ...]:
            from mnist_studio.studies.robustness import robustness

            found = robustness(runs, data=data, progress=progress, cancelled=cancelled)
            return tuple(outcome.problem for outcome in found if outcome.problem)

        self._task = self._background.start(work, self.done.emit, self.failed.emit)
        self._task.progressed.connect(self.progressed)
        self._task.ended.connect(self._end)
        self.changed.emit()

    def cancel(self) -> None:
        """Ends it; what was measured before stays."""
        if self._task:
            self._task.cancel()

    @Slot()
    def _end(self) -> None:
        self._task = None
        self.changed.emit()
