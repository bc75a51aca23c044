"""Measures the accuracy of runs on corrupted images, in the background."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.basics import ProgressLine, button, enable, row
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.services.background import BackgroundTask, IsCancelled, Progress
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio

MEASURE = "Measure selected runs"
TIP = "Classifies 2,000 test images under every corruption and stores the results with each run"


class RobustnessBar(QWidget):
    """A button that starts and cancels the measurement, and its progress.

    Signals:
        measured: there are new results.
    """

    measured = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._rows: tuple[RunRow, ...] = ()
        self._task: BackgroundTask | None = None
        self.button = button(MEASURE, self._toggle)
        self.progress = ProgressLine("Measurement")
        self.progress.setMinimumWidth(studio.theme.pixels(160))
        self.message = Elided("", "secondary", grow=False)
        self.setLayout(row(self.message, self.progress, self.button))
        self._update()

    @property
    def busy(self) -> bool:
        """Whether runs are being measured."""
        return self._task is not None

    def minimumSizeHint(self) -> QSize:
        """The size of the button."""
        return self.button.sizeHint()

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Takes the runs to measure."""
        self._rows = tuple(one for one in rows if one.run.trained)
        self._update()

    def _toggle(self) -> None:
        if self._task:
            self._task.cancel()
        else:
            self.message.setText("")
            self.progress.show_fraction(0.0)
            self._measure()

    def _measure(self) -> None:
        """Starts to measure what is not measured yet."""
        runs = [one.run for one in self._rows]

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[str, ...]:
            from mnist_studio.prediction.robustness import robustness

            results = robustness(runs, data=None, on_progress=progress, is_cancelled=is_cancelled)
            return tuple(result.problem for result in results if result.problem)

        self._task = self._studio.background.start(work, self._on_done, self._studio.complain)
        self._task.progressed.connect(self.progress.show_fraction)
        self._task.ended.connect(self._on_ended)
        self._update()

    @Slot()
    def _on_ended(self) -> None:
        self._task = None
        self._update()

    @Slot()
    def _update(self) -> None:
        self.progress.setVisible(self.busy)
        self.button.setText("Cancel" if self.busy else MEASURE)
        reason = "" if self.busy or self._rows else "Select trained runs in the table first."
        if self._studio.busy and not self.busy:
            reason = (
                "A run is training. Measuring now would distort its timing. "
                "Wait for it to finish, or stop it first."
            )
        enable(self.button, reason, TIP)

    @Slot(object)
    def _on_done(self, problems: tuple[str, ...]) -> None:
        self.message.setText(problems[0] if problems else "")
        self.measured.emit()
