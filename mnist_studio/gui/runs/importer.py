"""Imports run files that are selected, or dropped on the window."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.formatting import counted
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.runs.run_table import RunTable
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.services.studio import Studio
from mnist_studio.running.run_files import import_runs
from mnist_studio.store.run_file import SUFFIX
from mnist_studio.store.run_import import Imported


class Importer(QObject):
    """Asks for a file, and imports it in the background."""

    def __init__(self, studio: Studio, window: QWidget, table: RunTable) -> None:
        super().__init__(window)
        self._studio, self._window, self._table = studio, window, table
        studio.import_requested.connect(self.open)

    def ask(self) -> None:
        """Lets the user select a file."""
        dialog = FileDialog(self._window, "Import runs")
        dialog.setNameFilter(f"Run files (*{SUFFIX})")
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.open(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def open(self, file: Path) -> None:
        """Imports a file in the background, and reports what it had."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[str, Imported]:
            return file.name, import_runs(file, progress, is_cancelled)

        self._studio.message.emit(f"Importing {file.name} …", "plain")
        self._studio.background.start(work, self._report, self._studio.complain)

    @Slot(object)
    def _report(self, done: tuple[str, Imported]) -> None:
        name, imported = done
        self._table.select_when_listed(*imported.runs, *imported.known)
        self._studio.library.refresh()
        self._studio.outcome.emit(self._outcome(name, imported))

    def _outcome(self, name: str, imported: Imported) -> Outcome:
        runs = (*imported.runs, *imported.known)
        facts = [f"From {name}."]
        if imported.known:
            facts.append(f"You already have {counted(len(imported.known), 'run')} of this file.")
        title = f"{counted(len(imported.runs), 'run').capitalize()} imported"
        compare = NextStep(
            "Compare", "Compares these runs", partial(self._studio.compare, list(runs))
        )
        draw = NextStep(
            "Draw", "Lets the model predict your drawings", partial(self._studio.draw_with, runs[0])
        )
        return Outcome(title, tuple(facts), "", "good", (compare if len(runs) > 1 else draw,))
