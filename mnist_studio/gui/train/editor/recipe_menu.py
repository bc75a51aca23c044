"""Saves the edited network as a recipe of yours, and manages such recipes."""

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from mnist_studio.errors import SpecError
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.question import QuestionOverlay, ask, ask_text
from mnist_studio.gui.common.text_files import file_name
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.editor.draft import Draft
from mnist_studio.gui.train.editor.recipe_trash import RecipeTrash
from mnist_studio.spec import recipe_files
from mnist_studio.spec.recipes import OwnRecipe, is_own, recipe, recipe_title
from mnist_studio.spec.run import FrameworkName

_FILES = f"Recipes (*{recipe_files.SUFFIX})"


class RecipeMenu(QMenu):
    """What can be done with the recipe of the edited network.

    Attributes:
        frameworks: those that are selected on the Train page.

    Signals:
        saved: the name of the recipe that the network was saved as, or that it has now.
    """

    saved = Signal(str)

    def __init__(self, studio: Studio, draft: Draft, owner: QWidget) -> None:
        super().__init__(owner)
        self._studio, self._draft, self._owner = studio, draft, owner
        self.question: QuestionOverlay | None = None
        self.trash: RecipeTrash | None = None
        self.frameworks: tuple[FrameworkName, ...] = ()
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)

    @Slot()
    def fill(self) -> None:
        """Offers what is possible now."""
        self.clear()
        name, problem = self._draft.run.recipe, self._draft.problem
        if is_own(name):
            save = self.addAction(f"Save changes in “{name}”")
            save.triggered.connect(lambda: self.save(name, overwrite=True))
            save.setEnabled(not problem)
        save_as = self.addAction("Save as your recipe…")
        save_as.triggered.connect(self.ask_name)
        save_as.setEnabled(not problem)
        save_as.setToolTip(problem or "Your recipes are offered wherever there are recipes.")
        if is_own(name):
            self.addSeparator()
            self.addAction(f"Rename “{name}”…").triggered.connect(lambda: self._ask_new_name(name))
            self.addAction(f"Delete “{name}”…").triggered.connect(lambda: self._ask_delete(name))
            self.addAction(f"Export “{name}”…").triggered.connect(lambda: self.ask_export(name))
        else:
            self.addSeparator()
        self.addAction("Import a recipe…").triggered.connect(self.ask_import)
        trash = self.addAction("Recipes in the trash…")
        trash.triggered.connect(self.show_trash)
        trash.setToolTip("Restores recipes that you deleted")

    @Slot()
    def ask_name(self) -> None:
        """Asks for the name of the recipe."""
        proposed = recipe_title(self._draft.run.recipe)
        self.question = ask_text(
            self._owner.window(), "Name of your recipe", proposed, ("Save", self._save_as)
        )

    def save(self, name: str, overwrite: bool = False) -> None:
        """Saves the network with its training under a name."""
        try:
            run = self._draft.trainable()
            run = replace(run, framework=self._framework(name, run.framework))
            self._studio.own_recipes.save(run, name, overwrite=overwrite, done=self._finish)
        except SpecError as error:
            self._studio.complain(error)

    def _framework(self, name: str, default: FrameworkName) -> FrameworkName:
        """The framework in which commands train the recipe if none is named.

        A recipe of yours keeps its own. Another one does not get that of the recipe from which the
        editor started, which has nothing to do with the new network.
        """
        if is_own(name):
            return recipe(name).framework
        if not self.frameworks:
            return default
        return "pytorch" if "pytorch" in self.frameworks else self.frameworks[0]

    def _save_as(self, name: str) -> None:
        """Asks before another recipe of yours is replaced."""
        if not is_own(name.strip()):
            self.save(name)
            return
        self.question = ask(
            self._owner.window(),
            f"Replace “{name.strip()}”?",
            "You have a recipe of this name. Its network and training are replaced.",
            (("Cancel", lambda: None), ("Replace", lambda: self.save(name, overwrite=True))),
            primary=0,
            danger=1,
        )

    def _ask_new_name(self, name: str) -> None:
        self.question = ask_text(
            self._owner.window(),
            "New name",
            name,
            ("Rename", lambda new: self._studio.own_recipes.rename(name, new, self._finish)),
        )

    def _ask_delete(self, name: str) -> None:
        uses = self._studio.own_recipes.uses(name).sentence
        self.question = ask(
            self._owner.window(),
            f"Delete “{name}”?",
            f"{uses} The network stays open here. You can undo this.".strip(),
            (
                ("Cancel", lambda: None),
                ("Delete", lambda: self._studio.own_recipes.delete(name)),
            ),
            primary=0,
            danger=1,
        )

    def ask_export(self, name: str) -> None:
        """Asks for a file, and writes a recipe to it as it is saved."""
        dialog = FileDialog(self._owner, "Export recipe", "", _FILES)
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(recipe_files.SUFFIX.removeprefix("."))
        dialog.selectFile(f"{file_name(name)}{recipe_files.SUFFIX}")
        export = self._studio.own_recipes.export_to
        dialog.fileSelected.connect(lambda file: export(name, Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def ask_import(self) -> None:
        """Asks for a file, and adds its recipe to yours."""
        dialog = FileDialog(self._owner, "Import recipe", "", _FILES)
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        add = self._studio.own_recipes.import_from
        dialog.fileSelected.connect(lambda file: add(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def show_trash(self) -> None:
        """Shows the recipes that were deleted."""
        if self.trash is None:
            self.trash = RecipeTrash(self._studio, self._owner.window())
        self.trash.show()

    @Slot(object)
    def _finish(self, recipe: OwnRecipe) -> None:
        self.saved.emit(recipe.name)
