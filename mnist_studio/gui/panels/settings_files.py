"""Settings as a file, out and in: ``spec.files``."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from mnist_studio.data.files import write_bytes
from mnist_studio.errors import UsageError
from mnist_studio.gui.bridge.background import IsCancelled, Progress
from mnist_studio.gui.studio import Studio
from mnist_studio.spec import files
from mnist_studio.spec.run import RunSpec

_FILTER = f"Settings (*{files.SUFFIX})"


class SettingsFiles(QObject):
    """Reads and writes off the GUI thread.

    Signals:
        opened: the runs of a file, a tuple of RunSpec.
        failed: a sentence on what is wrong with it.
    """

    opened = Signal(object)
    failed = Signal(str)

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window

    def ask_to_open(self) -> None:
        """Lets the user choose a file."""
        dialog = QFileDialog(self._window, "Open settings", "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._ask(dialog, self.open)

    def ask_to_save(self, runs: Sequence[RunSpec], name: str) -> None:
        """Lets the user choose where these runs are kept."""
        dialog = QFileDialog(self._window, "Save settings", "", _FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(files.SUFFIX.removeprefix("."))
        dialog.selectFile(f"{name}{files.SUFFIX}")
        self._ask(dialog, lambda chosen: self.save(runs, chosen))

    def open(self, file: Path) -> None:
        """Reads a file and tells."""

        def work(progress: Progress, cancelled: IsCancelled) -> tuple[RunSpec, ...]:
            return files.read(_text(file))

        self._studio.background.start(work, self.opened.emit, self._fail)

    def save(self, runs: Sequence[RunSpec], file: Path) -> None:
        """Writes a file and tells."""

        def work(progress: Progress, cancelled: IsCancelled) -> Path:
            write_bytes(file, files.write(runs).encode())
            return file

        self._studio.background.start(work, self._saved, self._fail)

    def _ask(self, dialog: QFileDialog, use: Callable[[Path], None]) -> None:
        dialog.fileSelected.connect(lambda chosen: use(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _saved(self, file: Path) -> None:
        self._studio.told.emit(f"Settings saved to {file}.", "good")

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(str(error))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"{file.name} cannot be read: {error}.", "Choose a settings file."
        ) from error
