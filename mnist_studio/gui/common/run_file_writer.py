"""Asks for the name of a run file, and writes runs or an experiment to it in the background."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.task_notice import TaskNotice
from mnist_studio.gui.common.written_file import written
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.store import run_file

Write = Callable[[Path, Progress, IsCancelled], object]


class RunFileWriter(QObject):
    """Writes run files for a page, with progress.

    Attributes:
        notice: the progress of what is written, over the foot of the page.
    """

    def __init__(self, studio: Studio, window: QWidget, what: str) -> None:
        """Writes nothing yet.

        Args:
            studio: shows what was written.
            window: the page.
            what: is written, such as ``runs``.
        """
        super().__init__(window)
        self._studio, self._window, self._what = studio, window, what
        self.notice = TaskNotice(studio.theme, window)

    def ask(self, name: str, write: Write) -> None:
        """Asks for a file, to which a function then writes.

        Args:
            name: of the file that is offered, without its suffix.
            write: gets the path, and what to call for progress and cancellation.
        """
        dialog = FileDialog(self._window, f"Export {self._what}")
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(run_file.SUFFIX.removeprefix("."))
        dialog.selectFile(f"{name}{run_file.SUFFIX}")
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen), write))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, file: Path, write: Write) -> None:
        """Writes a file in the background."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            write(file, progress, is_cancelled)
            return file

        text = f"Writing {file.name} …"
        self._studio.message.emit(text, "plain")
        task = self._studio.background.start(work, self._report, self._studio.complain)
        self.notice.follow(text, task)

    @Slot(object)
    def _report(self, file: Path) -> None:
        title = f"The {self._what} {'are' if self._what.endswith('s') else 'is'} exported"
        self._studio.outcome.emit(written(self._studio, title, file))
