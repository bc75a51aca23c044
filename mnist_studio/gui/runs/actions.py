"""What can be done with runs: the buttons, the question before a continuation, and the export."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QLayout,
    QMenu,
    QPushButton,
    QWidget,
)

from mnist_studio.events import Finished
from mnist_studio.formatting import counted, listed
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import enable, label
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.common.run_file_writer import RunFileWriter
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.common.written_file import written
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.background import IsCancelled, Progress, Work
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.logs.formats import available
from mnist_studio.prediction.export import SUFFIXES, Kind, export
from mnist_studio.prediction.onnx_export import INSTALL, is_installed
from mnist_studio.running.log_export import write_logs
from mnist_studio.running.run_files import export_runs
from mnist_studio.settings import TrainingLogs
from mnist_studio.spec.run import LARGEST_EPOCHS, FrameworkName
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

MOST_WATCHED = 3
_NONE_SELECTED = "Select a run first."
_SEVERAL_SELECTED = "Select a single run."
_BUNDLED = "This run is bundled with the program and cannot be changed."
_TRAINING = "The run is training. Stop it first."
_TOO_MANY = "Select at most three runs."
_NO_EPOCHS = "None of these runs has completed an epoch."
_COMPLETE = "The run is complete. Use Continue as a new run to train longer."
_NO_CHECKPOINT = "The run has no checkpoint to continue from."
_NO_WEIGHTS = "The run has no weights to export."


class RunActions:
    """The buttons: for runs and for the trash in the top bar, two under the details."""

    def __init__(self, line: QLayout) -> None:
        """Adds the buttons.

        Args:
            line: of the top bar.
        """
        self.compare = QPushButton("Compare")
        self.resume = QPushButton("Resume")
        self.continue_as_new = QPushButton("Continue as a new run…")
        self.rename = QPushButton("Rename…")
        self.annotate = QPushButton("Tags and note…")
        self.archive = QPushButton("Archive")
        self.delete = QPushButton("Delete")
        self.restore = QPushButton("Restore")
        self.empty_trash = QPushButton("Empty trash…")
        self.export = QPushButton("Export")
        self.code = QPushButton("Show code")
        self.reveal = QPushButton("Open folder")
        self.watch = QPushButton("Watch it learn")
        self.data = QPushButton("Your data…")
        self.data.setToolTip("Checks, backs up, restores, or rebuilds the database")
        for action in (self.delete, self.empty_trash):
            action.setProperty("danger", True)
        self.export.setProperty("primary", True)
        for action in (self.code, self.reveal, self.watch, self.data):
            action.setProperty("quiet", True)
        self._of_runs = (
            self.resume, self.continue_as_new, self.rename, self.annotate, self.archive,
            self.delete, self.compare, self.export,
        )  # fmt: skip
        self._of_trash = (self.restore, self.empty_trash)
        for action in (self.data, *self._of_runs, *self._of_trash):
            line.addWidget(action)
        self.show_trashed((), 0)

    def show_trash(self, trash: bool) -> None:
        """Shows what can be done with runs, or with runs in the trash."""
        for action in self._of_runs:
            action.setVisible(not trash)
        for action in self._of_trash:
            action.setVisible(trash)

    def show_trashed(self, selected: Sequence[RunRow], trashed: int) -> None:
        """Enables what can be done with runs in the trash, and explains the rest."""
        none = "" if selected else _NONE_SELECTED
        enable(self.restore, none, "Moves the runs back, with everything that they had")
        empty = "" if trashed else "The trash is empty."
        enable(self.empty_trash, empty, "Deletes all runs in the trash for good")
        single = none or ("" if len(selected) == 1 else _SEVERAL_SELECTED)
        enable(self.watch, "Restore the runs first.")
        self._show_looks(single)

    def _show_looks(self, single: str) -> None:
        enable(self.code, single, "Shows the run as a script of each framework")
        enable(self.reveal, single, "Opens the folder with the run's files")

    def show_selected(self, selected: Sequence[RunRow]) -> None:
        """Enables what can be done with these runs, and explains the rest."""
        none = "" if selected else _NONE_SELECTED
        single = none or ("" if len(selected) == 1 else _SEVERAL_SELECTED)
        training = any(row.run.status == "running" for row in selected)
        many = "" if len(selected) <= MOST_WATCHED else _TOO_MANY
        enable(self.watch, none or many, "Shows what the runs recorded after every epoch")
        bundled = _BUNDLED if any(row.run.bundled for row in selected) else ""
        busy = _TRAINING if training else ""
        self._show_looks(single)
        enable(self.rename, single or bundled, "Changes the title of the run (F2)")
        tip = "Moves the runs to the trash (Delete)"
        enable(self.delete, none or bundled or busy, tip)
        self._show_several(selected, none, bundled)
        self._show_single(single, selected[0] if selected else None, busy)

    def _show_several(self, selected: Sequence[RunRow], none: str, bundled: str) -> None:
        """Enables what several runs can share."""
        no_epochs = "" if any(row.comparable for row in selected) else _NO_EPOCHS
        enable(self.compare, none or no_epochs, "Compares the selected runs")
        tip = "Edits tags and the note, by which a filter finds the runs"
        enable(self.annotate, none or bundled, tip)
        archived = bool(selected) and all(row.archived for row in selected)
        self.archive.setText("Unarchive" if archived else "Archive")
        tip = "Lists the runs again" if archived else "Hides the runs from all lists of runs"
        enable(self.archive, none or bundled, tip)
        no_weights = "" if any(row.run.trained for row in selected) else _NO_WEIGHTS
        enable(self.export, none or no_weights, "Writes the weights to files (Ctrl+Shift+E)")

    def _show_single(self, reason: str, row: RunRow | None, busy: str) -> None:
        """Enables what needs a single run."""
        complete = "" if row and row.run.resumable else _COMPLETE
        enable(self.resume, reason or complete, "Resumes the same run from its last checkpoint")
        no_start = "" if row and row.run.checkpoint else _NO_CHECKPOINT
        tip = "Starts a new run from the last checkpoint, in any framework"
        enable(self.continue_as_new, reason or busy or no_start, tip)


OnContinue = Callable[[FrameworkName, int], object]

_SENTENCE = (
    "The new run starts from the last checkpoint and extends the same curve. Its weights, "
    "optimizer state, batches, and learning rates match those of an uninterrupted run."
)


class ContinueQuestion(QuestionOverlay):
    """Asks for the framework and the total number of epochs of a continuation.

    Attributes:
        framework: of the new run.
        epochs: total, the earlier ones included.
    """

    def __init__(self, parent: QWidget, theme: Theme, run: Run, on_continue: OnContinue) -> None:
        super().__init__(parent, f"Continue {run.name} as a new run", _SENTENCE)
        choices = tuple((name, framework_title(name)) for name in FRAMEWORKS)
        self.framework = Segmented("Continue in", choices, stretch=True)
        self.epochs = StepperSpinBox("Total epochs", theme, 1, LARGEST_EPOCHS, by_one)
        self.epochs.setToolTip(f"Total epochs, including the earlier ones, 1 to {LARGEST_EPOCHS:,}")
        self._enable_frameworks(run.spec.framework)
        planned = run.spec.training.epochs
        more = min(2 * planned, LARGEST_EPOCHS)
        self.epochs.set_number(more if isinstance(run.terminal, Finished) else planned)
        self._lay_out(f"The earlier run had {counted(planned, 'epoch')}.")
        answers = (
            ("Cancel", lambda: None),
            ("Continue", lambda: on_continue(self._selected(), self.epochs.whole)),
        )
        self.offer(answers, primary=1)
        self.framework.button(self.framework.choice).setFocus()

    def _enable_frameworks(self, own: FrameworkName) -> None:
        for name in FRAMEWORKS:
            tip = f"Continues in {framework_title(name)}"
            self.framework.enable(name, texts.missing(name), tip)
        usable = [name for name in FRAMEWORKS if self.framework.enabled(name)]
        # Another framework is the likelier wish, since the same run can be resumed.
        self.framework.choose(next((name for name in usable if name != own), own))

    def _lay_out(self, planned: str) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label("Framework"), 0, 0)
        grid.addWidget(self.framework, 0, 1, 1, 2)
        grid.addWidget(label("Total epochs"), 1, 0)
        grid.addWidget(self.epochs, 1, 1)
        grid.addWidget(label(planned, "secondary"), 1, 2)
        self.body.addLayout(grid)

    def _selected(self) -> FrameworkName:
        return next(name for name in FRAMEWORKS if name == self.framework.choice)


KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("safetensors", "Weights as safetensors…", "numpy"),
    ("onnx", "ONNX model (.onnx)…", "numpy"),
    ("pytorch", "PyTorch state dict (.pt)…", "pytorch"),
    ("keras", "Keras model (.keras)…", "keras"),
    ("numpy", "NumPy arrays (.npz)…", "numpy"),
)
"""The formats of an export: key, entry of the menu, and the framework that it needs."""


class Exporter(QObject):
    """Asks for a file and writes weights to it in the background."""

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self.run_files = RunFileWriter(studio, window, "runs")

    def menu(self, rows: Sequence[RunRow]) -> QMenu:
        """The formats; those whose framework is missing are disabled and say so."""
        menu = QMenu(self._window)
        menu.setToolTipsVisible(True)
        menu.addAction("Run file (.mnistrun)…").triggered.connect(self._asks_for_run_file(rows))
        menu.addSeparator()
        for kind, text, framework in KINDS:
            action = menu.addAction(text)
            action.triggered.connect(self._dialog_opener(rows, kind))
            reason = _missing_onnx() if kind == "onnx" else texts.missing(framework)
            action.setEnabled(not reason)
            action.setToolTip(reason)
        menu.addSeparator()
        logs = menu.addAction("Logs for other tools…")
        logs.triggered.connect(self._asks_for_log_folder(rows))
        logs.setToolTip(f"Writes {_formats()} to a folder for each run")
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def write(self, row: RunRow, kind: Kind, file: Path) -> None:
        """Writes a file in the background, and reports when it is complete."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[Path, str]:
            return file, export(row.run, kind, file, is_cancelled)

        self._start(f"Writing {file.name} …", work, self._report_checked)

    def _start(self, text: str, work: Work, done: Callable[[Any], object]) -> None:
        self._studio.message.emit(text, "plain")
        task = self._studio.background.start(work, done, self._studio.complain)
        self.run_files.notice.follow(text, task)

    def write_runs(self, rows: Sequence[RunRow], file: Path) -> None:
        """Writes runs to one run file in the background."""
        self.run_files.write(file, partial(export_runs, [row.id for row in rows]))

    def write_logs(self, rows: Sequence[RunRow], folder: Path) -> None:
        """Writes the logs of runs in the background, in every format that can be written."""
        logs = TrainingLogs(str(folder), tuple(one.name for one in available()))

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            with RunStore() as store:
                for place, row in enumerate(rows):
                    write_logs(row.run, store.epochs(row.id), logs, is_cancelled)
                    progress((place + 1) / len(rows))
            return folder

        self._studio.message.emit(f"Writing {counted(len(rows), 'log')} …", "plain")
        self._studio.background.start(work, self._report_logs, self._studio.complain)

    def write_all(self, rows: Sequence[RunRow], kind: Kind, folder: Path) -> None:
        """Writes a file for each run with weights in the background; replaces no other file."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            for place, row in enumerate(rows):
                export(row.run, kind, _free(folder, _name(row), SUFFIXES[kind]), is_cancelled)
                progress((place + 1) / len(rows))
            return folder

        self._start(f"Writing {counted(len(rows), 'file')} …", work, self._report)

    def _dialog_opener(self, rows: Sequence[RunRow], kind: Kind) -> Callable[[], None]:
        trained = [row for row in rows if row.run.trained]

        def write(chosen: str) -> None:
            if len(trained) == 1:
                self.write(trained[0], kind, Path(chosen))
            else:
                self.write_all(trained, kind, Path(chosen))

        def open_dialog() -> None:
            dialog = FileDialog(self._window, "Export weights")
            if len(trained) == 1:
                dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
                dialog.setDefaultSuffix(SUFFIXES[kind].removeprefix("."))
                dialog.selectFile(f"{_name(trained[0])}{SUFFIXES[kind]}")
            else:
                dialog.setFileMode(FileDialog.FileMode.Directory)
            dialog.fileSelected.connect(write)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        return open_dialog

    def _asks_for_run_file(self, rows: Sequence[RunRow]) -> Callable[[], None]:
        name = _name(rows[0]) if len(rows) == 1 else counted(len(rows), "run")
        write = partial(export_runs, [row.id for row in rows])
        return lambda: self.run_files.ask(name, write)

    def _asks_for_log_folder(self, rows: Sequence[RunRow]) -> Callable[[], None]:
        def open_dialog() -> None:
            dialog = FileDialog(self._window, "Folder for logs")
            dialog.setFileMode(FileDialog.FileMode.Directory)
            dialog.fileSelected.connect(lambda chosen: self.write_logs(rows, Path(chosen)))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        return open_dialog

    @Slot(object)
    def _report_logs(self, folder: Path) -> None:
        self._studio.outcome.emit(written(self._studio, "The logs are written", folder))

    @Slot(object)
    def _report(self, file: Path) -> None:
        self._studio.outcome.emit(written(self._studio, "The weights are exported", file))

    @Slot(object)
    def _report_checked(self, done: tuple[Path, str]) -> None:
        file, checked = done
        outcome = written(self._studio, "The weights are exported", file)
        facts = (*outcome.facts, checked) if checked else outcome.facts
        self._studio.outcome.emit(replace(outcome, facts=facts))


def _missing_onnx() -> str:
    """Why no ONNX file can be written; empty if it can."""
    return "" if is_installed() else f"ONNX is not installed. {INSTALL}."


def _formats() -> str:
    return listed([one.title for one in available()])


def _name(row: RunRow) -> str:
    """A name of a file for a run."""
    return row.run.title.replace(" · ", "-").replace("/", "-")


def _free(folder: Path, name: str, suffix: str) -> Path:
    """A path in a folder that does not exist yet."""
    names = chain((name,), (f"{name} {number}" for number in count(2)))
    return next(path for each in names if not (path := folder / f"{each}{suffix}").exists())
