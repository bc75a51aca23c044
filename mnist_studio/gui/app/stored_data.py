"""The dialog that checks, backs up, restores and rebuilds what is stored.

It also opens by itself when the database is missing, empty or damaged.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from mnist_studio import paths
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import MnistStudioError
from mnist_studio.formatting import counted, moment
from mnist_studio.gui.common.basics import (
    ProgressLine,
    button,
    enable,
    keep_focus,
    label,
    row,
)
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.question import Answer, QuestionOverlay, ask
from mnist_studio.gui.services.background import BackgroundTask, IsCancelled, Progress, Work
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.texts import error_text
from mnist_studio.store import backup
from mnist_studio.store import check as checking
from mnist_studio.store import rebuild as rebuilding
from mnist_studio.store.backup import Backup
from mnist_studio.store.crash_report import crash_report, facts_without_imports
from mnist_studio.store.runs import RunStore

WIDTH = 620
"""Pixels; paths are long."""
MOST_PROBLEMS = 6
"""Problems that are listed; the command line lists all."""

_SENTENCE = (
    "Your runs are listed in a database, which is backed up after every run. "
    "The folder of each run contains all of its data, so the database can be rebuilt."
)
_NEWEST = "Newest backup"
_TRAINS = "Wait until no run is training."


class StoredDataDialog(QuestionOverlay):
    """Stays open until it is closed; one action runs at a time."""

    def __init__(self, parent: QWidget, studio: Studio, damage: Exception | None = None) -> None:
        """A dialog above the window.

        Args:
            parent: the window.
            studio: does the work, off the GUI thread.
            damage: why the database cannot be opened; None if it is not known to be damaged.
        """
        title = "Your data cannot be opened" if damage else "Your data"
        super().__init__(parent, title, _damage_text(damage) if damage else _SENTENCE)
        self._studio = studio
        self._task: BackgroundTask | None = None
        self.question: QuestionOverlay | None = None
        self._damaged = damage is not None
        self.check_button = button("Check", self.check)
        self.backup_button = button("Back up now", self.back_up)
        more = "" if self._damaged else "…"
        self.report_button = button("Save crash report…", self.ask_for_report)
        self.rebuild_button = button(f"Rebuild{more}", self.rebuild, primary=self._damaged)
        self.restore_button = button(f"Restore{more}", self.restore)
        self.cancel_button = button("Cancel", self._cancel)
        self.backups = ComboBox("Backup to restore", studio.theme)
        self.backups.addItem(_NEWEST, _NEWEST)
        self.backups.setMinimumWidth(studio.theme.pixels(220))
        self.backups.setToolTip("Which backup to go back to (default: the newest)")
        self.outcome = label("", wrap=True)
        self.progress = ProgressLine("Progress")
        self._lay_out()
        self.finished.connect(self._cancel)
        self._show_task()
        if not self._damaged:
            self.check_button.setFocus()
        self._list_backups()

    def reject(self) -> None:
        """Closes the dialog, except where the database must be repaired first."""
        if not self._damaged:
            super().reject()

    def check(self) -> None:
        """Checks everything and shows the result."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> checking.StoreReport:
            return checking.check(None, progress, is_cancelled)

        self._start("Checking runs, images, and backups…", work, self._on_check)

    def back_up(self) -> None:
        """Makes a backup."""
        self._start("Copying the database…", _back_up, self._on_backup)

    def ask_for_report(self) -> None:
        """Asks where to save a crash report."""
        dialog = FileDialog(self, "Save crash report", "", "Text (*.txt)")
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.selectFile("mnist-studio-report.txt")
        dialog.fileSelected.connect(lambda chosen: self.save_report(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_report(self, file: Path) -> None:
        """Writes a crash report that the user can read and send."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            write_bytes(file, crash_report(facts_without_imports()).encode())
            return file

        self._start("Writing the report…", work, self._on_report)

    def rebuild(self) -> None:
        """Rebuilds the database from the folders; asks first if the present one can be read."""
        self._ask(
            "Rebuild the database?",
            "All runs are read again from their folders, and everything else from the present "
            "database.",
            ("Rebuild", lambda: self._replace(None)),
        )

    def restore(self) -> None:
        """Goes back to the selected backup; asks first if the present database can be read."""
        chosen = self.backups.currentData()
        self._ask(
            f"Restore {_described(self.backups.currentText())}?",
            "The database becomes that of the backup, with the runs that have a folder and the "
            "labeled images of today. Runs and images that you deleted since then come back.",
            ("Restore", lambda: self._replace(chosen)),
        )

    def _ask(self, title: str, sentence: str, answer: Answer) -> None:
        """Says how much is replaced, and asks; a damaged database has nothing to lose."""
        if self._damaged:
            answer[1]()
            return
        library = self._studio.library
        own = [row for row in library.rows if not row.run.bundled]
        runs = counted(len(own) + len(library.trashed), "run")
        images = counted(len(library.own_images), "labeled image")
        self.question = ask(
            self,
            title,
            f"{sentence} Your database now lists {runs}, {images}, and "
            f"{counted(len(library.experiments), 'experiment')}. It is not deleted: it is moved to "
            "the folder of the backups.",
            (("Cancel", lambda: None), answer),
            primary=0,
            danger=1,
        )

    def _lay_out(self) -> None:
        self.setMinimumWidth(WIDTH)
        layout = self.body
        layout.addLayout(row(self.rebuild_button, self.restore_button, self.backups, 1))
        if self._damaged:
            layout.addLayout(row(self.report_button, 1))
        else:
            layout.addLayout(row(self.check_button, self.backup_button, self.report_button, 1))
        layout.addWidget(self.progress)
        layout.addWidget(self.outcome)
        leave = (
            ("Quit", self._quit, "Closes MNIST Studio without changing anything")
            if self._damaged
            else ("Close", self.accept, "Closes this dialog")
        )
        self.foot.addWidget(self.cancel_button)
        self.foot.addStretch(1)
        self.foot.addWidget(button(*leave))

    def _replace(self, chosen: Path | str | None) -> None:
        """Rebuilds the database, from a backup if one is named, while the store is closed."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> rebuilding.Rebuilt:
            return rebuilding.rebuild(None, _path_of(chosen), progress, is_cancelled)

        self._begin("Reading the backup and all runs…" if chosen else "Reading all runs…")
        self._task = self._studio.library.replace(work, self._on_rebuilt, self._fail)
        self._follow(self._task)

    def _start(self, what: str, work: Work, done: Callable[..., object]) -> None:
        self._begin(what)
        self._task = self._studio.background.start(work, done, self._fail)
        self._follow(self._task)

    def _begin(self, what: str) -> None:
        self._show(what)
        self.progress.show_fraction(0.0)

    def _follow(self, task: BackgroundTask) -> None:
        task.progressed.connect(self.progress.show_fraction)
        task.ended.connect(self._on_ended)
        self._show_task()

    def _list_backups(self) -> None:
        self._studio.background.start(
            lambda progress, cancelled: backup.all_in(paths.backups()), self._offer, self._fail
        )

    @Slot(object)
    def _offer(self, found: tuple[Backup, ...]) -> None:
        for each in found:
            self.backups.addItem(f"{moment(each.created)} · {each.size / 1e6:.1f} MB", each.path)
        self._show_task()

    @Slot(object)
    def _on_check(self, report: checking.StoreReport) -> None:
        lines = [f"{problem.what} {problem.remedy}" for problem in report.problems]
        more = len(lines) - MOST_PROBLEMS
        shown = lines[:MOST_PROBLEMS] + ([f"{more} more"] if more > 0 else [])
        found = counted(len(lines), "problem").capitalize()
        backups = counted(report.backups, "backup")
        self._show("\n".join([f"{found}. {backups.capitalize()}.", *shown]))

    @Slot(object)
    def _on_backup(self, path: Path) -> None:
        self._show(f"Backed up to {path}.")

    @Slot(object)
    def _on_report(self, file: Path) -> None:
        self._show(f"Report saved to {file}. Read it before you send it.")

    @Slot(object)
    def _on_rebuilt(self, result: rebuilding.Rebuilt) -> None:
        runs, images = counted(result.runs, "run"), counted(result.own_images, "labeled image")
        text = f"The database now has {runs} and {images}."
        if result.replaced:
            text += f" The old database is now {result.replaced}."
        self._show(text)
        if self._damaged:
            self.accept()
            self._studio.message.emit(text, "good")

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._show(error_text(error))

    @Slot()
    def _on_ended(self) -> None:
        """Leaves the result; what was canceled has none."""
        self._task = None
        if self.outcome.text().endswith("…"):
            self._show("Canceled.")
        self._show_task()

    def _show(self, text: str) -> None:
        self.outcome.setText(text)

    def _show_task(self) -> None:
        order = (
            self.cancel_button, self.check_button, self.backup_button, self.report_button,
            self.backups,
        )  # fmt: skip
        # A disabled button would pass the focus on to one that replaces the database.
        keep_focus((*order, self.rebuild_button, self.restore_button), self._enable)

    def _enable(self) -> None:
        busy = "Wait for it to finish, or cancel it." if self._task else ""
        trains = busy or (_TRAINS if self._studio.busy else "")
        none = "" if self.backups.count() > 1 else "There are no backups yet."
        enable(self.check_button, busy, "Reads every run, image, and backup")
        enable(self.backup_button, busy, "Copies the database")
        enable(self.report_button, busy, "Saves what failed, without your names and folders")
        enable(self.rebuild_button, trains, "Lists all runs again from their folders")
        enable(
            self.restore_button,
            trains or none,
            "Goes back to the selected backup. Newer runs are read from their folders.",
        )
        idle = "" if self._task else "No task is running."
        enable(self.cancel_button, idle, "Stops the running task")
        self.progress.setVisible(self._task is not None)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _quit(self) -> None:
        self.accept()
        window = self.parentWidget()
        if window is not None:
            window.close()


def _described(backup_title: str) -> str:
    """A backup of the list in the middle of a sentence."""
    newest = backup_title == _NEWEST
    return "the newest backup" if newest else f"the backup of {backup_title.split(' · ')[0]}"


def _damage_text(error: Exception) -> str:
    """What is wrong, without the commands that the dialog offers as buttons."""
    problem = error.problem if isinstance(error, MnistStudioError) else str(error)
    return f"{problem} Nothing was changed. Rebuild lists your runs again from their folders."


def _back_up(progress: Progress, is_cancelled: IsCancelled) -> Path:
    with RunStore() as store:
        return store.back_up()


def _path_of(chosen: Path | str | None) -> Path | None:
    """The backup to use: a path, the newest whole one, or none."""
    if chosen != _NEWEST:
        return Path(chosen) if chosen else None
    newest = backup.newest_whole(paths.backups())
    if newest is None:
        raise MnistStudioError("No backup can be read.", "Rebuild the database.")
    return newest.path
