"""Opens and saves settings and experiments as text files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.data.files import parse_text, write_bytes
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.written_file import written
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.texts import error_text
from mnist_studio.spec import experiment_files, files
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.spec.run import RunSpec

T = TypeVar("T")


@dataclass(frozen=True)
class FileKind(Generic[T]):
    """A kind of file.

    Attributes:
        name: such as ``settings``.
        suffix: of the file name.
        read: parses the text; raises SpecError.
        write: makes the text; raises SpecError.
    """

    name: str
    suffix: str
    read: Callable[[str], T]
    write: Callable[[T], str]


SETTINGS: FileKind[Sequence[RunSpec]] = FileKind("settings", files.SUFFIX, files.read, files.write)
EXPERIMENT: FileKind[ExperimentSpec] = FileKind(
    "experiment", experiment_files.SUFFIX, experiment_files.read, experiment_files.write
)


class TextFiles(QObject, Generic[T]):
    """Reads and writes files on a worker thread.

    Signals:
        opened: the content of a file.
        failed: what is wrong with a file, as a sentence.
    """

    opened = Signal(object)
    failed = Signal(str)

    def __init__(self, studio: Studio, window: QWidget, kind: FileKind[T]) -> None:
        super().__init__(window)
        self._studio, self._window, self._kind = studio, window, kind

    def ask_to_open(self) -> None:
        """Asks for a file to open."""
        dialog = self._dialog("Open")
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        self._ask(dialog, self.open)

    def ask_to_save(self, value: T, name: str) -> None:
        """Asks where to save a value; ``name`` is the proposed file name without its suffix."""
        dialog = self._dialog("Save")
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(self._kind.suffix.removeprefix("."))
        dialog.selectFile(f"{name}{self._kind.suffix}")
        self._ask(dialog, lambda chosen: self.save(value, chosen))

    def open(self, file: Path) -> None:
        """Reads a file and emits its content."""
        kind = self._kind

        def work(progress: Progress, is_cancelled: IsCancelled) -> T:
            return parse_text(file, kind.name, kind.read)

        self._studio.background.start(work, self.opened.emit, self._on_failed)

    def save(self, value: T, file: Path) -> None:
        """Writes a file and shows a message."""
        kind = self._kind

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            write_bytes(file, kind.write(value).encode())
            return file

        self._studio.background.start(work, self._on_saved, self._on_failed)

    def _dialog(self, verb: str) -> FileDialog:
        kind = self._kind
        filters = f"{kind.name.capitalize()} (*{kind.suffix})"
        return FileDialog(self._window, f"{verb} {kind.name}", "", filters)

    def _ask(self, dialog: FileDialog, use: Callable[[Path], None]) -> None:
        dialog.fileSelected.connect(lambda chosen: use(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _on_saved(self, file: Path) -> None:
        verb = "are" if self._kind.name.endswith("s") else "is"
        title = f"The {self._kind.name} {verb} saved"
        self._studio.outcome.emit(written(self._studio, title, file))

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(error_text(error))


def file_name(title: str) -> str:
    """A title as a portable file name: words joined by hyphens."""
    plain = "".join(sign if sign.isalnum() else " " for sign in title.lower())
    return "-".join(plain.split()) or "experiment"
