"""Views as pictures and spreadsheets, and the report, written in the background.

A view as a file; for worker threads.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from mnist_studio.analysis.view import View
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import UsageError
from mnist_studio.gui.common.text_files import file_name
from mnist_studio.gui.services.background import IsCancelled, Progress, Task
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.view_request import chosen
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.store.experiments import Experiment


def write_view(
    view: View, families: Mapping[str, tuple[str, str]], path: Path, is_cancelled: IsCancelled
) -> str:
    """Writes the table (.csv) or the charts (.png, .svg) of a view; tells what was written.

    A view of several charts makes several pictures, numbered from 1.

    Raises:
        StudioError: another kind of file, or it cannot be written.
        Cancelled: by the user.
    """
    # They load much that no first window needs.
    from mnist_studio.comparison.report import csv_file, files

    kind = path.suffix.lower().removeprefix(".")
    if kind == "csv":
        write_bytes(path, csv_file.write(view.table))
        return f"Exported to {path}."
    if kind not in ("png", "svg"):
        raise UsageError(f"{path.name} is no PNG, SVG or CSV.", "Let its name end in one of them.")
    files.require_writable(path.parent)
    pictures = files.pictures(
        (view,), families, ("png" if kind == "png" else "svg",), is_cancelled=is_cancelled
    )
    several = len(pictures) > 1
    for number, picture in enumerate(pictures, start=1):
        place = path.with_stem(f"{path.stem}-{number}") if several else path
        write_bytes(place, picture.content)
    return f"Exported {len(pictures)} pictures to {path.parent}." if several else (
        f"Exported to {path}."
    )  # fmt: skip


_REPORTS = "One page (*.html);;PDF (*.pdf)"


class ViewFiles(QObject):
    """Asks for files and writes them; one report at a time.

    Signals:
        changed: a report is begun, further, or ended.
    """

    changed = Signal()

    def __init__(self, studio: Studio, marks: Marks, window: QWidget) -> None:
        super().__init__(window)
        self._studio, self._marks, self._window = studio, marks, window
        self._task: Task | None = None
        self._fraction = 0.0

    @property
    def writing(self) -> bool:
        """A report is being written."""
        return self._task is not None

    @property
    def fraction(self) -> float:
        """How much of the report is done."""
        return self._fraction

    @Slot(object, str)
    def ask_export(self, view: View, kind: str) -> None:
        """Lets the user choose where a view is kept."""
        title, sort = f"Export “{view.title}”", f"{kind.upper()} (*.{kind})"
        dialog = QFileDialog(self._window, title, "", sort)
        dialog.setDefaultSuffix(kind)
        dialog.selectFile(f"{view.name}.{kind}")
        self._ask(dialog, lambda path: self.export(view, path))

    def ask_report(
        self, rows: Sequence[RunRow], experiment: Experiment | None, options: ViewOptions
    ) -> None:
        """Lets the user choose where the report is kept."""
        dialog = QFileDialog(self._window, "Write a report", "", _REPORTS)
        dialog.setDefaultSuffix("html")
        dialog.selectFile(f"{file_name(experiment.title) if experiment else 'comparison'}.html")
        self._ask(dialog, lambda path: self.report(rows, experiment, options, path))

    def export(self, view: View, path: Path) -> None:
        """Writes a view, as what the file's name says, and tells."""
        families = self._marks.ranked()

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            return write_view(view, families, path, is_cancelled)

        self._studio.told.emit(f"Writing {path.name} …", "plain")
        self._studio.background.start(work, self._written, self._studio.complain)

    def report(
        self,
        rows: Sequence[RunRow],
        experiment: Experiment | None,
        options: ViewOptions,
        path: Path,
    ) -> None:
        """Computes all views, writes the report, and tells."""
        if self._task:
            return
        found = chosen(rows, self._studio.library.memberships, experiment)

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            from mnist_studio.comparison.report.files import write_report

            write_report(found, path, (), options, None, progress, is_cancelled)
            return f"The report is written: {path}."

        self._fraction = 0.0
        self._task = self._studio.background.start(work, self._written, self._studio.complain)
        self._task.progressed.connect(self._progress)
        self._task.ended.connect(self._end)
        self.changed.emit()

    def cancel(self) -> None:
        """Ends the report that is being written; the file stays as it was."""
        if self._task:
            self._task.cancel()

    def _ask(self, dialog: QFileDialog, use: Callable[[Path], None]) -> None:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda file: use(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _written(self, told: str) -> None:
        self._studio.told.emit(told, "good")

    @Slot(float)
    def _progress(self, fraction: float) -> None:
        self._fraction = fraction
        self.changed.emit()

    @Slot()
    def _end(self) -> None:
        self._task = None
        self.changed.emit()
