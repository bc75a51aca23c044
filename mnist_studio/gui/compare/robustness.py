"""Starts and ends the measuring of runs on disturbed digits.

How runs read disturbed digits, measured in the background by their own frameworks.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.basics import ProgressLine, button, enable, label, row
from mnist_studio.gui.services.background import Background, IsCancelled, Progress, Task
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.store.rows import Run


class RobustnessMeasurement(QObject):
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

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[str, ...]:
            from mnist_studio.prediction.robustness import robustness

            found = robustness(runs, data=data, progress=progress, is_cancelled=is_cancelled)
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


class RobustnessBar(QWidget):
    """One button, and how far it is.

    Signals:
        measured: something new is known.
    """

    measured = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._rows: tuple[RunRow, ...] = ()
        self.work = RobustnessMeasurement(studio.background, None, self)
        self.button = button("Measure the ticked runs", self._toggle)
        self.progress = ProgressLine("Measured")
        self.progress.setMinimumWidth(studio.theme.pixels(160))
        self.words = label("", "secondary")
        self.setLayout(row(self.button, self.progress, self.words, 1))
        self.work.changed.connect(self._show)
        self.work.progressed.connect(self.progress.show_fraction)
        self.work.done.connect(self._tell)
        self.work.failed.connect(studio.complain)
        self._show()

    def minimumSizeHint(self) -> QSize:
        """The button."""
        return self.button.sizeHint()

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """The runs that would be measured."""
        self._rows = tuple(one for one in rows if one.run.trained)
        self._show()

    def _toggle(self) -> None:
        if self.work.busy:
            self.work.cancel()
        else:
            self.words.setText("")
            self.progress.show_fraction(0.0)
            self.work.measure([one.run for one in self._rows])

    @Slot()
    def _show(self) -> None:
        busy = self.work.busy
        self.progress.setVisible(busy)
        self.button.setText("Cancel" if busy else "Measure the ticked runs")
        reason = "" if busy or self._rows else "Tick trained runs first."
        if self._studio.busy and not busy:
            reason = "Something is training: its clock would suffer. Wait, or stop it first."
        enable(self.button, reason, "Each framework answers 2,000 disturbed digits of each kind")

    @Slot(object)
    def _tell(self, problems: tuple[str, ...]) -> None:
        self.words.setText(problems[0] if problems else "")
        self.words.setToolTip("\n".join(problems))
        self.measured.emit()
