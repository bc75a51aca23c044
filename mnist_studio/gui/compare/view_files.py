"""Writes views as pictures and spreadsheets, and the report, in the background."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.analysis.view import View
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import UsageError
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.text_files import file_name
from mnist_studio.gui.common.written_file import written
from mnist_studio.gui.services.background import BackgroundTask, IsCancelled, Progress
from mnist_studio.gui.services.outcome import Outcome
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.views import chosen
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.store.experiments import Experiment

_REPORTS = "HTML page (*.html);;PDF (*.pdf)"


class ViewFiles(QObject):
    """Asks for file names and writes the files; one report at a time.

    Signals:
        changed: a report was started, made progress, or ended.
    """

    changed = Signal()

    def __init__(self, studio: Studio, marks: Marks, window: QWidget) -> None:
        super().__init__(window)
        self._studio, self._marks, self._window = studio, marks, window
        self._task: BackgroundTask | None = None
        self._fraction = 0.0

    @property
    def writing(self) -> bool:
        """Whether a report is being written."""
        return self._task is not None

    @property
    def fraction(self) -> float:
        """The progress of the report, from 0 to 1."""
        return self._fraction

    @Slot(object, str)
    def ask_export(self, view: View, kind: str) -> None:
        """Asks for the file name of a view."""
        title, filters = f"Export “{view.title}”", f"{kind.upper()} (*.{kind})"
        dialog = FileDialog(self._window, title, "", filters)
        dialog.setDefaultSuffix(kind)
        dialog.selectFile(f"{view.name}.{kind}")
        self._ask(dialog, lambda path: self.export(view, path))

    def ask_report(
        self, rows: Sequence[RunRow], experiment: Experiment | None, options: ViewOptions
    ) -> None:
        """Asks for the file name of the report."""
        dialog = FileDialog(self._window, "Write report", "", _REPORTS)
        dialog.setDefaultSuffix("html")
        dialog.selectFile(f"{file_name(experiment.title) if experiment else 'comparison'}.html")
        self._ask(dialog, lambda path: self.report(rows, experiment, options, path))

    def export(self, view: View, path: Path) -> None:
        """Writes a view; the suffix of the file name decides the format."""
        families = self._marks.ranked()

        def work(progress: Progress, is_cancelled: IsCancelled) -> Outcome:
            return self._outcome(*write_view(view, families, path, is_cancelled))

        self._studio.message.emit(f"Writing {path.name}…", "plain")
        self._studio.background.start(work, self._on_written, self._studio.complain)

    def report(
        self,
        rows: Sequence[RunRow],
        experiment: Experiment | None,
        options: ViewOptions,
        path: Path,
    ) -> None:
        """Computes all views and writes the report."""
        if self._task:
            return
        selection = chosen(rows, self._studio.library.memberships, experiment)

        def work(progress: Progress, is_cancelled: IsCancelled) -> Outcome:
            from mnist_studio.comparison.report.files import write_report

            write_report(selection, path, (), options, None, progress, is_cancelled)
            return self._outcome("The report is written", path)

        self._fraction = 0.0
        self._task = self._studio.background.start(work, self._on_written, self._studio.complain)
        self._task.progressed.connect(self._on_progress)
        self._task.ended.connect(self._on_ended)
        self.changed.emit()

    def cancel(self) -> None:
        """Cancels the report; an existing file stays unchanged."""
        if self._task:
            self._task.cancel()

    def _ask(self, dialog: FileDialog, use: Callable[[Path], None]) -> None:
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda file: use(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _on_written(self, outcome: Outcome) -> None:
        self._studio.outcome.emit(outcome)

    def _outcome(self, title: str, path: Path) -> Outcome:
        return written(self._studio, title, path)

    @Slot(float)
    def _on_progress(self, fraction: float) -> None:
        self._fraction = fraction
        self.changed.emit()

    @Slot()
    def _on_ended(self) -> None:
        self._task = None
        self.changed.emit()


def write_view(
    view: View, families: Mapping[str, tuple[str, str]], path: Path, is_cancelled: IsCancelled
) -> tuple[str, Path]:
    """Writes the table (.csv) or the charts (.png, .svg) of a view; returns what and where.

    A view with several charts makes several pictures, numbered from 1.

    Raises:
        UsageError: the suffix is unknown.
        DataError: the file cannot be written.
        CancelledByUser: the user cancelled.
    """
    # The first window does not need these, and they load much.
    from mnist_studio.comparison.report import files, tables

    kind = path.suffix.lower().removeprefix(".")
    if kind == "csv":
        write_bytes(path, tables.csv_file(view.table))
        return f"“{view.title}” is exported", path
    if kind not in ("png", "svg"):
        raise UsageError(
            f"{path.name} is not a PNG, SVG, or CSV file.",
            "Choose a name that ends in .png, .svg, or .csv.",
        )
    files.require_writable(path.parent)
    pictures = files.pictures(
        (view,), families, ("png" if kind == "png" else "svg",), is_cancelled=is_cancelled
    )
    several = len(pictures) > 1
    for number, picture in enumerate(pictures, start=1):
        place = path.with_stem(f"{path.stem}-{number}") if several else path
        write_bytes(place, picture.content)
    if several:
        return f"“{view.title}” is exported as {len(pictures)} images", path.parent
    return f"“{view.title}” is exported", path
