"""A slider over the epochs of a run whose weights are stored."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSlider, QWidget

from mnist_studio.gui.common.basics import label, row
from mnist_studio.gui.services.background import Background, IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.store import epoch_weights
from mnist_studio.store.rows import Run

TIP = (
    "The stored epoch whose weights are shown; at the right end, those at the end of the run. The "
    "Settings page limits how many weights are stored."
)


class EpochSlider(QWidget):
    """Chooses an epoch; hidden for a run without stored epochs.

    Signals:
        chosen: the user chose another epoch, or other epochs are offered.
    """

    chosen = Signal()

    def __init__(self, theme: Theme, background: Background) -> None:
        super().__init__()
        self._run: Run | None = None
        self._epochs: tuple[int, ...] = ()
        self._runner: LatestOnlyRunner[Run] = LatestOnlyRunner(
            background, _stored, self, changing=True
        )
        self._runner.done.connect(self._take)
        self._runner.failed.connect(self._fail)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Epoch")
        self.slider.setToolTip(TIP)
        self.slider.setFixedWidth(theme.pixels(150))
        self.slider.setPageStep(1)
        self.text = label("", "secondary")
        self.text.setMinimumWidth(theme.pixels(120))
        self.setLayout(row(label("Epoch", "secondary"), self.slider, self.text, gap=8))
        self.slider.valueChanged.connect(self._move)
        self.hide()

    @property
    def epoch(self) -> int:
        """The chosen epoch; 0 for the end of the run."""
        at = self.slider.value()
        return self._epochs[at] if at < len(self._epochs) else 0

    def show_run(self, run: Run | None) -> None:
        """Offers the stored epochs of a run, and its end."""
        same = run is not None and self._run is not None and run.id == self._run.id
        self._run = run
        if not same:
            self._offer(())
        if run is None:
            self._runner.drop()
        else:
            self._runner.submit(run)

    def _offer(self, epochs: tuple[int, ...]) -> None:
        former = self.epoch
        self._epochs = epochs
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(epochs))
        self.slider.setValue(epochs.index(former) if former in epochs else len(epochs))
        self.slider.blockSignals(False)
        self.setVisible(bool(epochs))
        self._show_text()
        if self.epoch != former:
            self.chosen.emit()

    @Slot()
    def _move(self) -> None:
        self._show_text()
        self.chosen.emit()

    def _show_text(self) -> None:
        whole = self._run.spec.training.epochs if self._run else 0
        self.text.setText(f"{self.epoch} of {whole}" if self.epoch else "end of the run")
        self.slider.setAccessibleDescription(self.text.text())

    @Slot(object, object)
    def _take(self, run: Run, epochs: tuple[int, ...]) -> None:
        if self._run is not None and run.id == self._run.id and epochs != self._epochs:
            self._offer(epochs)

    @Slot(object, object)
    def _fail(self, run: Run, error: Exception) -> None:
        """A run whose folder cannot be read has no stored epochs; other places report it."""
        self._take(run, ())


def _stored(run: Run, is_cancelled: IsCancelled) -> tuple[int, ...]:
    return epoch_weights.epochs_kept(run.folder)
