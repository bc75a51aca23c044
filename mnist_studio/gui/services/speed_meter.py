"""Measures on request how fast this computer trains, in the background and never during a run."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.gui.services.background import Background, BackgroundTask, IsCancelled, Progress
from mnist_studio.gui.services.training import TrainingQueue
from mnist_studio.running import speed, speed_file
from mnist_studio.running.speed import TrainingSpeed
from mnist_studio.spec.run import RunSpec


class SpeedMeter(QObject):
    """The measured speeds of this computer, also of earlier sessions.

    Signals:
        changed: a speed was measured, or a measurement began or ended.
        failed: a measurement failed; an exception.
    """

    changed = Signal()
    failed = Signal(object)
    _measured = Signal(object, object)

    def __init__(self, background: Background, queue: TrainingQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._background, self._queue = background, queue
        self._speeds: dict[RunSpec, TrainingSpeed] = {}
        self._task: BackgroundTask | None = None
        self._measured.connect(self._take)
        queue.changed.connect(self._make_way)

    def open(self) -> None:
        """Reads what was measured in earlier sessions."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> speed_file.Speeds:
            return speed_file.load()

        self._background.start(work, self._add_stored, self._fail)

    @property
    def speeds(self) -> Mapping[RunSpec, TrainingSpeed]:
        """The measured speeds by the ``running.speed.kind`` of the run."""
        return self._speeds

    @property
    def busy(self) -> bool:
        """Whether it measures now."""
        return self._task is not None

    def measure(self, *groups: Sequence[RunSpec]) -> None:
        """Measures runs, group after group. What was measured before is measured again."""
        self.cancel()

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            found: dict[RunSpec, TrainingSpeed] = {}

            def take(kind: RunSpec, one: TrainingSpeed) -> None:
                found[kind] = one
                self._measured.emit(kind, one)

            try:
                for group in groups:
                    speed.measure(group, take, is_cancelled)
            finally:
                # What was measured before a cancellation or an error counts too.
                if found:
                    speed_file.add(found)

        self._task = self._background.start(work, self._nothing, self._fail)
        self._task.ended.connect(self._end)
        self.changed.emit()

    def cancel(self) -> None:
        """Ends the measurement; what was measured so far stays."""
        if self._task:
            self._task.cancel()

    @Slot()
    def _make_way(self) -> None:
        if self._queue.busy:
            self.cancel()

    @Slot(object, object)
    def _take(self, kind: RunSpec, found: TrainingSpeed) -> None:
        self._speeds[kind] = found
        self.changed.emit()

    @Slot(object)
    def _add_stored(self, stored: speed_file.Speeds) -> None:
        self._speeds = {**stored, **self._speeds}
        self.changed.emit()

    @Slot(object)
    def _nothing(self, nothing: None) -> None:
        """The speeds have come one by one."""

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)

    @Slot()
    def _end(self) -> None:
        if self._task is self.sender():
            self._task = None
            self.changed.emit()
