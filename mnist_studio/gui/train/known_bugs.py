"""The faults of the sources as switches: "as published"."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import Elided, label, row
from mnist_studio.gui.common.check_box import CheckBox, text_start
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.form import Form, sensible_faults
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.recipes import RECIPES, Recipe
from mnist_studio.spec.run import KnownBugName


class KnownBugSwitches(QWidget):
    """A check box for every fault that makes sense; one that is on explains itself.

    Beside it stands where the recipe's source has it, if it does.

    Attributes:
        had_by: the heading of what stands beside the boxes.

    Signals:
        edited: the user switched one.
    """

    edited = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.had_by = label("had by", "secondary")
        self.boxes: dict[KnownBugName, CheckBox] = {}
        self.marks: dict[KnownBugName, QLabel] = {}
        self._words: dict[KnownBugName, QLabel] = {}
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        for name, bug in KNOWN_BUGS.items():
            box = CheckBox(bug.title, theme)
            words = label(bug.explanation, "secondary", wrap=True)
            box.clicked.connect(self._switch)
            # It may be cut, so that no name of a fault decides how wide the page's form is.
            mark = Elided(role="secondary")
            mark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.boxes[name], self.marks[name], self._words[name] = box, mark, words
            lines.addLayout(row(box, mark, gap=8))
            lines.addWidget(words)
        theme.changed.connect(self._indent)
        self._indent()

    @property
    def on(self) -> tuple[KnownBugName, ...]:
        """The faults that are switched on."""
        return tuple(name for name, box in self.boxes.items() if box.isChecked())

    def show_form(self, form: Form) -> None:
        """Offers what makes sense in a form, and shows what is on in it."""
        recipe = RECIPES.get(form.recipe)
        sensible = sensible_faults(form)
        for name, box in self.boxes.items():
            box.setChecked(name in form.known_bugs)
            box.setVisible(name in sensible or name in form.known_bugs)
            self._show_mark(name, _mark(name, recipe))
        self.had_by.setVisible(any(mark.text() for mark in self.marks.values()))
        self._explain()

    def _show_mark(self, name: KnownBugName, text: str) -> None:
        box, mark = self.boxes[name], self.marks[name]
        mark.setText(text)
        mark.setVisible(not box.isHidden())
        told = KNOWN_BUGS[name].explanation
        if text:
            told = f"{told} Had by {text}."
        box.setToolTip(told)
        box.setAccessibleDescription(told)

    @Slot()
    def _indent(self) -> None:
        """Explanations begin under the words that they explain."""
        for words in self._words.values():
            words.setIndent(text_start(self._theme))

    def _switch(self) -> None:
        self._explain()
        self.edited.emit()

    def _explain(self) -> None:
        for name, words in self._words.items():
            words.setVisible(self.boxes[name].isChecked())


def _mark(name: KnownBugName, recipe: Recipe | None) -> str:
    """Where the source of a recipe has a fault: nowhere, in one framework, or wherever it runs."""
    if recipe is None or name not in recipe.known_bugs:
        return ""
    only = dict(recipe.only).get(name)
    return f"its {framework_title(only)}" if only else "the source"
