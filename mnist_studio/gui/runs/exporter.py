"""Exports the weights of a run."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from mnist_studio.gui.common import texts
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.prediction.export import SUFFIXES, Kind, export

KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("safetensors", "Weights as safetensors…", "numpy"),
    ("pytorch", "PyTorch state dict (.pt)…", "pytorch"),
    ("keras", "Keras model (.keras)…", "keras"),
    ("numpy", "NumPy arrays (.npz)…", "numpy"),
)


class Exporter(QObject):
    """Asks for a file and writes it in the background."""

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window

    def menu(self, row: RunRow) -> QMenu:
        """The formats; one whose framework is missing says so."""
        made = QMenu(self._window)
        made.setToolTipsVisible(True)
        for kind, text, framework in KINDS:
            action = made.addAction(text)
            action.triggered.connect(self._asker(row, kind))
            reason = texts.missing(framework)
            action.setEnabled(not reason)
            action.setToolTip(reason)
        made.aboutToHide.connect(made.deleteLater)
        return made

    def write(self, row: RunRow, kind: Kind, file: Path) -> None:
        """Writes a file off the GUI thread and tells when it is there."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            export(row.run, kind, file, is_cancelled)
            return file

        self._studio.told.emit(f"Writing {file.name} …", "plain")
        self._studio.background.start(work, self._written, self._studio.complain)

    def _asker(self, row: RunRow, kind: Kind) -> Callable[[], None]:
        def ask() -> None:
            dialog = QFileDialog(self._window, "Export weights")
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(SUFFIXES[kind].removeprefix("."))
            name = row.run.title.replace(" · ", "-").replace("/", "-")
            dialog.selectFile(f"{name}{SUFFIXES[kind]}")
            dialog.fileSelected.connect(lambda chosen: self.write(row, kind, Path(chosen)))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        return ask

    @Slot(object)
    def _written(self, file: Path) -> None:
        self._studio.told.emit(f"Exported to {file}.", "good")
