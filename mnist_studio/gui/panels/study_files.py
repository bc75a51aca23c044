"""Studies as files, out and in: ``spec.study_files``."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from mnist_studio.data.files import write_bytes
from mnist_studio.errors import StudioError, UsageError
from mnist_studio.gui.bridge.background import IsCancelled, Progress
from mnist_studio.gui.models.unexpected import unexpected
from mnist_studio.gui.studio import Studio
from mnist_studio.spec import study_files
from mnist_studio.spec.study import StudySpec

_FILTER = f"Studies (*{study_files.SUFFIX})"


class StudyFiles(QObject):
    """Reads and writes off the GUI thread.

    Signals:
        opened: the study of a file.
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
        dialog = QFileDialog(self._window, "Open a study", "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._ask(dialog, self.open)

    def ask_to_save(self, study: StudySpec) -> None:
        """Lets the user choose where a study is kept."""
        dialog = QFileDialog(self._window, "Save the study", "", _FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(study_files.SUFFIX.removeprefix("."))
        dialog.selectFile(f"{file_name(study.title)}{study_files.SUFFIX}")
        self._ask(dialog, lambda chosen: self.save(study, chosen))

    def open(self, file: Path) -> None:
        """Reads a file and tells."""

        def work(progress: Progress, cancelled: IsCancelled) -> StudySpec:
            return study_files.read(_text(file))

        self._studio.background.start(work, self.opened.emit, self._fail)

    def save(self, study: StudySpec, file: Path) -> None:
        """Writes a file and tells."""

        def work(progress: Progress, cancelled: IsCancelled) -> Path:
            write_bytes(file, study_files.write(study).encode())
            return file

        self._studio.background.start(work, self._saved, self._fail)

    def _ask(self, dialog: QFileDialog, use: Callable[[Path], None]) -> None:
        dialog.fileSelected.connect(lambda chosen: use(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _saved(self, file: Path) -> None:
        self._studio.told.emit(f"Study saved to {file}.", "good")

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        foreseen = isinstance(error, StudioError)
        self.failed.emit(str(error) if foreseen else unexpected(error))


def file_name(title: str) -> str:
    """A title as a name that every system takes: words joined by hyphens."""
    plain = "".join(sign if sign.isalnum() else " " for sign in title.lower())
    return "-".join(plain.split()) or "study"


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{file.name} cannot be read: {error}.", "Choose a study file.") from error
