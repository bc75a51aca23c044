"""Whether a run learns from the user's own digits, too.

Which digits: what is here, said plainly, and how to get MNIST.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from mnist_studio.gui.common import texts
from mnist_studio.gui.common.basics import ProgressLine, button, column, enable, label, row
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.services.datasets import DatasetService
from mnist_studio.gui.services.own_images import OwnImagesService
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DatasetName

_SENTENCES = {
    "mnist": "MNIST: 60,000 digits to train on, 10,000 to test on.",
    "builtin": "Built-in digits from UCI, not MNIST: 1,297 to train on, 500 to test on. Good for "
    "a first try; accuracies differ from MNIST's.",
}
_IMPORT = "Copies MNIST from a folder, checked file by file"
_FOLDER = "Takes MNIST from a folder where it lies, without a copy"
_FORGET = "Looks for MNIST at the usual places again"
_DOWNLOAD = "Downloads MNIST (about 11 MB), checked file by file"


class DatasetPanel(QWidget):
    """Chooses the digits; imports and downloads MNIST with progress and cancel.

    Signals:
        chosen: the user chose other digits.
    """

    chosen = Signal()

    def __init__(self, theme: Theme, source: DatasetService) -> None:
        super().__init__()
        self._source = source
        self._decided = False
        self.choice = ComboBox("Digits", theme)
        self.choice.offer(tuple((name, texts.DATASETS[name], "") for name in ("builtin", "mnist")))
        self.choice.chosen.connect(self._choose)
        self._sentence = label(role="secondary", wrap=True)
        self.import_button = button("Import…", self._import, _IMPORT, quiet=True)
        self.download_button = button("Download…", source.download, _DOWNLOAD, quiet=True)
        self._progress = ProgressLine("Fetching digits")
        self.cancel_button = button("Cancel", source.cancel, "Stops; nothing half is kept")
        self.folder_button = button("Folder…", self._choose_folder, _FOLDER, quiet=True)
        self.forget_button = button("Forget the folder", self._forget, _FORGET, quiet=True)
        self._fetches = (self.import_button, self.folder_button, self.download_button)
        self._idle = _line(*self._fetches, self.forget_button, 1)
        self._busy = _line(self._progress, self.cancel_button)
        self.setLayout(column(self._sentence, self._idle, self._busy, gap=4))
        source.changed.connect(self.update_state)
        source.fetched.connect(self._take_mnist)
        self.update_state()

    @property
    def dataset(self) -> DatasetName:
        """The chosen digits."""
        return "mnist" if self.choice.choice == "mnist" else "builtin"

    @property
    def sentence(self) -> str:
        """What is said of the chosen digits."""
        return self._sentence.text()

    def choose(self, dataset: DatasetName) -> None:
        """Chooses without telling."""
        self._decided = True
        self.choice.choose(dataset)
        self.update_state()

    @Slot()
    def update_state(self) -> None:
        """Shows what is here and what is being fetched."""
        here, fetching = self._source.has_mnist, self._source.fetching
        if here is not None and not self._decided:
            self._decided = True
            self.choice.choose(self._source.default)
            self.chosen.emit()
        missing = "" if here else "MNIST is not on this computer yet: import or download it."
        self.choice.enable("mnist", missing)
        self._sentence.setText(self._words())
        chosen = self._source.folder is not None
        for made in self._fetches:
            made.setVisible(not here)
        self.forget_button.setVisible(chosen)
        self._idle.setVisible(not fetching and (chosen or not here))
        self._busy.setVisible(bool(fetching))
        self._progress.show_fraction(self._source.fraction)
        self.cancel_button.setEnabled(fetching != "Canceling")

    def _words(self) -> str:
        if self._source.fetching:
            return f"{self._source.fetching} · {self._source.fraction * 100:.0f} %"
        folder = self._source.folder
        where = f" Folder: {folder}." if folder and self.dataset == "mnist" else ""
        return _SENTENCES[self.dataset] + where

    @Slot()
    def _choose(self) -> None:
        self._decided = True
        self.update_state()
        self.chosen.emit()

    @Slot()
    def _take_mnist(self) -> None:
        self.choose("mnist")
        self.chosen.emit()

    def _import(self) -> None:
        self._ask_folder(self._source.import_from)

    def _choose_folder(self) -> None:
        self._ask_folder(self._source.use)

    def _forget(self) -> None:
        # Without the folder there may be no MNIST: what is trained on is chosen again.
        self._decided = False
        self._source.use(None)

    def _ask_folder(self, use: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self, "Folder that has the MNIST files")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda chosen: use(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _line(*items: QWidget | int) -> QWidget:
    line = QWidget()
    line.setLayout(row(*items, gap=6))
    return line


TIP = (
    "Learns from your own digits beside the data set, each once a pass. Digits that a run learnt "
    "from are not counted when it is scored on them."
)


class OwnImagesBox(CheckBox):
    """A box to tick; the digits are those of the moment it is ticked, or changed after that.

    Signals:
        chosen: fingerprint of the digits; empty for none.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, personal: OwnImagesService) -> None:
        super().__init__("And my own digits", theme)
        self._personal = personal
        self.clicked.connect(self._choose)
        personal.changed.connect(self._follow)
        self._show()

    def show_personal(self, fingerprint: str) -> None:
        """As a run has it; tells nobody."""
        self.setChecked(bool(fingerprint))

    @Slot()
    def _choose(self) -> None:
        if self.isChecked():
            self._personal.freeze(self.chosen.emit)
        else:
            self.chosen.emit("")

    @Slot()
    def _follow(self) -> None:
        self._show()
        if self.isChecked():
            self.setChecked(bool(self._personal.digits))
            self._choose()

    def _show(self) -> None:
        count = len(self._personal.digits)
        self.setText(f"And my own digits ({count:,})" if count else "And my own digits")
        missing = "" if count else "Write and label some on the Draw page first"
        enable(self, missing, TIP)
        self.updateGeometry()
