"""Imports run files, and weights of other programs, that are selected or dropped on the window."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.formatting import counted, percent
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.common.task_notice import TaskNotice
from mnist_studio.gui.runs.run_table import RunTable
from mnist_studio.gui.services.background import IsCancelled, Progress, Work
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.prediction.weights_import import SUFFIXES as WEIGHTS
from mnist_studio.prediction.weights_import import ImportedWeights, import_weights
from mnist_studio.running.run_files import import_runs
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import RECIPES, recipe_title, run_spec
from mnist_studio.store.run_file import SUFFIX
from mnist_studio.store.run_import import Imported

_SENTENCE = (
    "Select the recipe that the weights belong to. They are matched by name and shape, and tested "
    "on the test set."
)


class RecipeQuestion(QuestionOverlay):
    """Asks for the recipe of imported weights.

    Attributes:
        recipe: the choice.
    """

    def __init__(
        self, parent: QWidget, theme: Theme, file: Path, on_import: Callable[[str], object]
    ) -> None:
        super().__init__(parent, f"Import {file.name}", _SENTENCE)
        self.recipe = ComboBox("Recipe", theme)
        self.recipe.setToolTip("The network that the weights belong to")
        self.recipe.offer(
            [
                (name, recipe_title(name), counted(parameter_count(recipe.model), "parameter"))
                for name, recipe in RECIPES.items()
            ]
        )
        self.body.addWidget(self.recipe)
        answers = (("Cancel", lambda: None), ("Import", lambda: on_import(self.recipe.choice)))
        self.offer(answers, primary=1)
        self.recipe.setFocus()


class Importer(QObject):
    """Asks for a file, and imports it in the background."""

    def __init__(self, studio: Studio, window: QWidget, table: RunTable) -> None:
        super().__init__(window)
        self._studio, self._window, self._table = studio, window, table
        self.question: RecipeQuestion | None = None
        self.notice = TaskNotice(studio.theme, window)
        studio.import_requested.connect(self.open)

    def ask(self) -> None:
        """Lets the user select a file."""
        dialog = FileDialog(self._window, "Import runs or weights")
        patterns = " ".join(f"*{suffix}" for suffix in (SUFFIX, *WEIGHTS))
        dialog.setNameFilter(f"Run files and weights ({patterns})")
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.open(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def open(self, file: Path) -> None:
        """Imports a file in the background; of weights, the user first selects the recipe."""
        if file.suffix.lower() in WEIGHTS:
            self.question = RecipeQuestion(
                self._window, self._studio.theme, file, partial(self.open_weights, file)
            )
            self.question.open()
            return

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[str, Imported]:
            return file.name, import_runs(file, progress, is_cancelled)

        self._start(f"Importing {file.name} …", work, self._report)

    def _start(self, text: str, work: Work, done: Callable[[Any], object]) -> None:
        self._studio.message.emit(text, "plain")
        task = self._studio.background.start(work, done, self._studio.complain)
        self.notice.follow(text, task)

    @Slot(object)
    def _report(self, done: tuple[str, Imported]) -> None:
        name, imported = done
        self._table.select_when_listed(*imported.runs, *imported.known)
        self._studio.library.refresh()
        self._studio.outcome.emit(self._outcome(name, imported))

    def open_weights(self, file: Path, recipe: str) -> None:
        """Imports weights onto a recipe, and tests them."""
        spec = msgspec.structs.replace(run_spec(RECIPES[recipe]), framework="numpy")

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[str, ImportedWeights]:
            return file.name, import_weights(file, spec, is_cancelled)

        self._start(f"Testing the weights of {file.name} …", work, self._report_weights)

    @Slot(object)
    def _report_weights(self, done: tuple[str, ImportedWeights]) -> None:
        name, imported = done
        self._table.select_when_listed(imported.run)
        self._studio.library.refresh()
        accuracy = f"Test accuracy {percent(imported.accuracy)}."
        facts = (f"From {name}.", accuracy, *imported.assumptions)
        draw = self._draw_step(imported.run)
        self._studio.outcome.emit(Outcome("The weights are imported", facts, "", "good", (draw,)))

    def _draw_step(self, run: str) -> NextStep:
        tip = "Lets the model predict your drawings"
        return NextStep("Draw", tip, partial(self._studio.draw_with, run))

    def _outcome(self, name: str, imported: Imported) -> Outcome:
        runs = (*imported.runs, *imported.known)
        facts = [f"From {name}."]
        if imported.known:
            facts.append(f"You already have {counted(len(imported.known), 'run')} of this file.")
        title = f"{counted(len(imported.runs), 'run').capitalize()} imported"
        compare = NextStep(
            "Compare", "Compares these runs", partial(self._studio.compare, list(runs))
        )
        steps = [compare if len(runs) > 1 else self._draw_step(runs[0])]
        if imported.experiment:
            steps.append(
                NextStep(
                    "Show the experiment",
                    "Opens the Experiments page with this experiment selected",
                    partial(self._studio.item_requested.emit, "experiments", imported.experiment),
                )
            )
        return Outcome(title, tuple(facts), "", "good", tuple(steps))
