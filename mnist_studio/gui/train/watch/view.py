"""Watch it learn: what the runs recorded after every epoch, for all frameworks side by side."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSlider, QStackedWidget, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import button, column, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.layouts import Scroll, WrapBar
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.services.background import Background
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.watch import sentences
from mnist_studio.gui.train.watch.columns import Shown, SideBySide
from mnist_studio.gui.train.watch.records import (
    MOST_RUNS,
    NORMS,
    RecordReader,
    RunRecords,
    WatchedRun,
    epochs_of,
)

_HEADLINE = "Kernels, norms, outputs, and errors appear here"
_NOTHING = "No recorded epoch yet"
_OFF = "Select “Record while training” above, then click Train."
_ON = "A recorded run appears here after its first epoch."


class WatchView(QWidget):
    """Reads the records of runs and shows one part of them for one epoch.

    Signals:
        switched: the user turned recording on or off.
        step_requested: the numbers of one training step.
        failed: the records could not be read, and why.
    """

    switched = Signal(bool)
    step_requested = Signal()
    failed = Signal(str)

    def __init__(self, theme: Theme, background: Background, recording: bool) -> None:
        """Shows nothing yet.

        Args:
            theme: colors and sizes.
            background: whose threads read the records.
            recording: whether the next runs record.
        """
        super().__init__()
        self._theme = theme
        self._runs: tuple[WatchedRun, ...] = ()
        self._records: tuple[RunRecords, ...] = ()
        self._inside: SideBySide | None = None
        self._shape: object = None
        self._searched = False
        self._reader = LatestOnlyRunner[tuple[WatchedRun, ...]](
            background, RecordReader(), self, changing=True
        )
        self._make_controls(recording)
        self._lay_out()
        self._reader.done.connect(self._take)
        self._reader.failed.connect(lambda _, error: self.failed.emit(str(error)))
        self.part.chosen.connect(self.redraw)
        self.norm.chosen.connect(self.redraw)
        self.slider.valueChanged.connect(self.redraw)
        self._show_state()

    def _make_controls(self, recording: bool) -> None:
        self.part = Segmented("Part", sentences.PARTS)
        self.norm = Segmented("Norm", tuple(NORMS.items()))
        self.record = CheckBox("Record while training", self._theme)
        self.record.setChecked(recording)
        self.record.setToolTip(
            "Records after every epoch how the network looks. The time for it is not part of the "
            "training time (default: off)"
        )
        self.record.clicked.connect(self._switch)
        self.step_button = button(
            "Single step…", self.step_requested.emit,
            "Shows the numbers of one training step with the settings on the left, in all selected "
            "frameworks", quiet=True,
        )  # fmt: skip
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 0)
        self.slider.setAccessibleName("Epoch")
        self.slider.setToolTip("The recorded epoch that is shown; at the right end, the newest one")
        self.slider.setMinimumSize(90, 28)
        self.number = label("", "secondary")
        self.drawing = label("", "secondary")
        self.drawing.setToolTip(
            "What the model in training predicts for what you have drawn on the Draw page"
        )
        self.sentence = label("", "secondary", wrap=True)
        self.empty = EmptyState(self._theme, "train", _HEADLINE, _OFF)

    def _lay_out(self) -> None:
        self._place = QVBoxLayout()
        content = QWidget()
        content.setLayout(self._place)
        self._place.setContentsMargins(0, 0, 8, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(Scroll(content))
        epochs = holder(row(label("Epoch", "secondary"), self.slider, self.number, gap=6))
        self._epochs = epochs
        card = Card()
        card.body.addWidget(self.sentence)
        card.body.addWidget(self._stack, 1)
        right = holder(row(self.step_button, self.record, gap=8))
        second = holder(row(self.norm, epochs, 1, self.drawing, gap=12))
        self.setLayout(column(WrapBar(self.part, right), second, card, gap=8))
        self.layout().setStretch(2, 1)  # type: ignore[union-attr]

    @property
    def epoch(self) -> int:
        """The selected epoch; 0 before the first."""
        known = epochs_of(self._records)
        return known[min(self.slider.value(), len(known) - 1)] if known else 0

    def show_runs(self, runs: Sequence[WatchedRun]) -> None:
        """Shows at most three runs, the newest ones."""
        self._runs = tuple(runs)[-MOST_RUNS:]
        self.renew()

    @Slot()
    def renew(self) -> None:
        """Reads what was recorded since."""
        if self._runs and self.isVisible():
            self._reader.submit(self._runs)

    def showEvent(self, event: object) -> None:
        """Reads when the view is shown."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.renew()

    @Slot(object, object)
    def _take(self, _: object, found: tuple[RunRecords, ...]) -> None:
        newest = self.slider.value() == self.slider.maximum()
        self._records = tuple(run for run in found if run.epochs)
        self._searched = True
        last = max(len(epochs_of(self._records)) - 1, 0)
        self.slider.blockSignals(True)
        self.slider.setRange(0, last)
        if newest:
            self.slider.setValue(last)
        self.slider.blockSignals(False)
        self._show_state()
        self.redraw()

    @Slot()
    def redraw(self) -> None:
        """Shows the selected part and epoch."""
        part, epoch = self.part.choice, self.epoch
        self.norm.setVisible(part == "norms" and bool(self._records))
        if not self._records:
            return
        last = epochs_of(self._records)[-1]
        self.number.setText(f"{epoch:,} of {last:,}")
        shape = part, tuple(run.run for run in self._records)
        if shape != self._shape or self._inside is None:
            self._replace(SideBySide(self._theme, part, self._records))
            self._shape = shape
        shown = Shown(self._records, epoch, self.norm.choice)
        if self._inside is not None:
            self._inside.show_records(shown)
        self.sentence.setText(self._sentence(part, shown))

    def _replace(self, inside: SideBySide) -> None:
        if self._inside is not None:
            self._place.removeWidget(self._inside)
            self._inside.hide()
            self._inside.deleteLater()
        self._inside = inside
        self._place.addWidget(inside)

    def _sentence(self, part: str, shown: Shown) -> str:
        match part:
            case "kernels":
                return sentences.kernels(shown.runs[0].at(shown.epoch) or shown.runs[0].epochs[0])
            case "norms":
                return sentences.norms(shown.norm)
            case "outputs":
                return sentences.outputs(shown.runs, shown.epoch)
            case "confusion":
                return sentences.confusion(shown.runs, shown.epoch)
            case _:
                return sentences.errors(shown.epoch)

    def _switch(self) -> None:
        self.switched.emit(self.record.isChecked())
        self._show_state()

    def _show_state(self) -> None:
        known = bool(self._records)
        self._stack.setCurrentIndex(int(known))
        self._epochs.setVisible(known)
        self.sentence.setVisible(known)
        self.norm.setVisible(known and self.part.choice == "norms")
        if self._searched and not known:
            self.empty.set_text(_NOTHING, _ON if self.record.isChecked() else _OFF)
        else:
            self.empty.set_text(_HEADLINE, _ON if self.record.isChecked() else _OFF)
