"""The dialog with the recipes that you deleted: restore one, or delete all for good."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from mnist_studio.formatting import counted
from mnist_studio.gui.common.basics import button, enable, label, row
from mnist_studio.gui.common.question import QuestionOverlay, ask
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.recipes import OwnRecipe

ABOUT = "Recipes that you deleted, the last one first. Runs and experiments do not need them."
EMPTY = "The trash is empty."


class RecipeTrash(QDialog):
    """Lists the recipes in the trash."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self.question: QuestionOverlay | None = None
        self.setWindowTitle("Recipes in the trash")
        self.list = QListWidget()
        self.list.setObjectName("groupedList")
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setAccessibleName("Recipes in the trash")
        self.list.currentRowChanged.connect(self._enable)
        self.list.itemActivated.connect(self.restore)
        self.about = label(ABOUT, "secondary", wrap=True)
        self.restore_button = button("Restore", self.restore, primary=True)
        self.empty_button = button("Empty trash…", self.ask_to_empty, danger=True)
        close = button("Close", self.accept, "Closes the dialog")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 16, 20, 16)
        whole.setSpacing(10)
        whole.addWidget(self.about)
        whole.addWidget(self.list, 1)
        whole.addLayout(row(self.empty_button, 1, close, self.restore_button, gap=8))
        pixels = studio.theme.pixels
        self.resize(QSize(pixels(460), pixels(360)))
        studio.own_recipes.changed.connect(self.renew)
        self._show(())

    def showEvent(self, event: QShowEvent) -> None:
        """Reads the trash."""
        super().showEvent(event)
        self.renew()

    @Slot()
    def renew(self) -> None:
        """Reads the trash."""
        self._studio.own_recipes.read_trash(self._show)

    @Slot()
    def restore(self) -> None:
        """Moves the selected recipe back to yours."""
        item = self.list.currentItem()
        if item is not None:
            self._studio.own_recipes.restore(str(item.data(Qt.ItemDataRole.UserRole)), self.renew)

    @Slot()
    def ask_to_empty(self) -> None:
        """Asks, and deletes all recipes in the trash for good."""
        number = counted(self.list.count(), "recipe")
        self.question = ask(
            self, "Empty the trash?", f"{number.capitalize()} will be deleted for good.",
            (("Cancel", lambda: None), ("Empty trash", self._empty)), primary=0, danger=1,
        )  # fmt: skip

    def _empty(self) -> None:
        self._studio.own_recipes.empty_trash(self.renew)

    def _show(self, recipes: Sequence[OwnRecipe]) -> None:
        self.list.clear()
        for recipe in recipes:
            item = QListWidgetItem(recipe.name, self.list)
            item.setData(Qt.ItemDataRole.UserRole, recipe.name)
            item.setSizeHint(QSize(0, self._studio.theme.pixels(28)))
            item.setToolTip(recipe.summary or "Saved by you.")
        if recipes:
            self.list.setCurrentRow(0)
        self.about.setText(ABOUT if recipes else EMPTY)
        self._enable()

    @Slot()
    def _enable(self) -> None:
        empty = "" if self.list.count() else EMPTY
        chosen = "" if self.list.currentItem() else "Select a recipe first."
        enable(self.restore_button, empty or chosen, "Moves the recipe back to yours")
        enable(self.empty_button, empty, "Deletes all recipes in the trash for good")
