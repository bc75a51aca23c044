"""Starts and ends the measuring of runs on disturbed digits."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.bridge.hardening import Hardening
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.studio import Studio
from mnist_studio.gui.widgets.basics import button, enable, label, row
from mnist_studio.gui.widgets.progress import ProgressLine


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
        self.work = Hardening(studio.background, None, self)
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

    def minimumSizeHint(self) -> QSize:  # noqa: N802
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
