"""Settings and experiments as text files, out and in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from mnist_studio.data.files import read_text, write_bytes
from mnist_studio.errors import MnistStudioError, SpecError
from mnist_studio.gui.common.texts import unexpected
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec import experiment_files, files
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.spec.run import RunSpec

T = TypeVar("T")


@dataclass(frozen=True)
class FileKind(Generic[T]):
    """What a file holds.

    Attributes:
        name: for people, such as ``settings``.
        suffix: of such files.
        read: gives what a text says; raises SpecError.
        write: the text; raises SpecError.
    """

    name: str
    suffix: str
    read: Callable[[str], T]
    write: Callable[[T], str]


SETTINGS: FileKind[Sequence[RunSpec]] = FileKind("settings", files.SUFFIX, files.read, files.write)
STUDY: FileKind[ExperimentSpec] = FileKind(
    "experiment", experiment_files.SUFFIX, experiment_files.read, experiment_files.write
)


class TextFiles(QObject, Generic[T]):
    """Reads and writes off the GUI thread.

    Signals:
        opened: what a file holds.
        failed: a sentence on what is wrong with it.
    """

    opened = Signal(object)
    failed = Signal(str)

    def __init__(self, studio: Studio, window: QWidget, kind: FileKind[T]) -> None:
        super().__init__(window)
        self._studio, self._window, self._kind = studio, window, kind

    def ask_to_open(self) -> None:
        """Lets the user choose a file."""
        dialog = self._dialog("Open")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._ask(dialog, self.open)

    def ask_to_save(self, value: T, name: str) -> None:
        """Lets the user choose where this is kept; ``name`` is proposed, without a suffix."""
        dialog = self._dialog("Save")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(self._kind.suffix.removeprefix("."))
        dialog.selectFile(f"{name}{self._kind.suffix}")
        self._ask(dialog, lambda chosen: self.save(value, chosen))

    def open(self, file: Path) -> None:
        """Reads a file and tells."""
        kind = self._kind

        def work(progress: Progress, is_cancelled: IsCancelled) -> T:
            text = read_text(file, kind.name)
            try:
                return kind.read(text)
            except SpecError as error:
                raise SpecError(f"{file.name}: {error.problem}", error.remedy) from error

        self._studio.background.start(work, self.opened.emit, self._fail)

    def save(self, value: T, file: Path) -> None:
        """Writes a file and tells."""
        kind = self._kind

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            write_bytes(file, kind.write(value).encode())
            return file

        self._studio.background.start(work, self._saved, self._fail)

    def _dialog(self, what: str) -> QFileDialog:
        kind = self._kind
        shown = f"{kind.name.capitalize()} (*{kind.suffix})"
        return QFileDialog(self._window, f"{what} {kind.name}", "", shown)

    def _ask(self, dialog: QFileDialog, use: Callable[[Path], None]) -> None:
        dialog.fileSelected.connect(lambda chosen: use(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _saved(self, file: Path) -> None:
        self._studio.told.emit(f"{self._kind.name.capitalize()} saved to {file}.", "good")

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        foreseen = isinstance(error, MnistStudioError)
        self.failed.emit(str(error) if foreseen else unexpected(error))


def file_name(title: str) -> str:
    """A title as a name that every system takes: words joined by hyphens."""
    plain = "".join(sign if sign.isalnum() else " " for sign in title.lower())
    return "-".join(plain.split()) or "experiment"
