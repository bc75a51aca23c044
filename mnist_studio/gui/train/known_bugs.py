"""Switches for the known bugs of the sources that recipes come from, with what each costs."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import label, row
from mnist_studio.gui.common.check_box import CheckBox, text_start
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train import bug_costs
from mnist_studio.gui.train.form import Form, applicable_bugs
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.recipes import RECIPES, Recipe
from mnist_studio.spec.run import KnownBugName

_WHAT = "Bugs found in published scripts. Turn one on, train, and compare with a run without it."


class KnownBugSwitches(QWidget):
    """A check box for every known bug that applies, and its cost. One that is on explains itself.

    A mark next to a box says whether the source of the recipe has this bug.

    Attributes:
        source_heading: heading of the marks.
        boxes: check boxes by the names of the bugs.
        marks: labels by the names of the bugs.
        costs: labels with what each bug costs, by the names of the bugs.

    Signals:
        edited: the user switched a bug on or off.
    """

    edited = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.source_heading = label("found in", "secondary")
        self.source_heading.setToolTip("Where the recipe's source has the bug")
        self.source_heading.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.boxes: dict[KnownBugName, CheckBox] = {}
        self.marks: dict[KnownBugName, QLabel] = {}
        self.costs: dict[KnownBugName, QLabel] = {}
        self._explanations: dict[KnownBugName, QLabel] = {}
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(label(_WHAT, "secondary", wrap=True))
        lines.addWidget(self.source_heading)
        for name, bug in KNOWN_BUGS.items():
            box = CheckBox(bug.title, theme)
            explanation = label(bug.explanation, "secondary", wrap=True)
            box.clicked.connect(self._switch)
            # Elided, so that no mark makes the form wider.
            mark = Elided(role="secondary")
            mark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            cost = label(role="secondary", wrap=True)
            cost.setToolTip(bug_costs.SOURCE)
            self.boxes[name], self.marks[name], self.costs[name] = box, mark, cost
            self._explanations[name] = explanation
            lines.addLayout(row(box, mark, gap=8))
            for text in (explanation, cost):
                lines.addWidget(text)
        theme.changed.connect(self._indent)
        self._indent()

    @property
    def selected(self) -> tuple[KnownBugName, ...]:
        """The known bugs that are switched on."""
        return tuple(name for name, box in self.boxes.items() if box.isChecked())

    def show_form(self, form: Form) -> None:
        """Shows the known bugs that apply to a form, and which of them are on."""
        recipe = RECIPES.get(form.recipe)
        applicable = applicable_bugs(form)
        for name, box in self.boxes.items():
            box.setChecked(name in form.known_bugs)
            box.setVisible(name in applicable or name in form.known_bugs)
            self._show_mark(name, _source_mark(name, recipe))
            self.costs[name].setVisible(not box.isHidden())
            if not box.isHidden():
                self.costs[name].setText(bug_costs.cost_text(name, form.recipe))
        self.source_heading.setVisible(any(mark.text() for mark in self.marks.values()))
        self._explain()

    def _show_mark(self, name: KnownBugName, text: str) -> None:
        box, mark = self.boxes[name], self.marks[name]
        mark.setText(text)
        mark.setVisible(not box.isHidden())
        tip = KNOWN_BUGS[name].explanation
        if text:
            tip = f"{tip} Found in the {text} of this recipe."
        box.setToolTip(tip)
        box.setAccessibleDescription(tip)

    @Slot()
    def _indent(self) -> None:
        """Aligns explanations and costs with the titles of their bugs."""
        for text in (*self._explanations.values(), *self.costs.values()):
            text.setContentsMargins(text_start(self._theme), 0, 0, 4)

    def _switch(self) -> None:
        self._explain()
        self.edited.emit()

    def _explain(self) -> None:
        for name, explanation in self._explanations.items():
            explanation.setVisible(self.boxes[name].isChecked())


def _source_mark(name: KnownBugName, recipe: Recipe | None) -> str:
    """Where a recipe's source has a bug: in one framework, in all, or (empty) nowhere."""
    if recipe is None or name not in recipe.known_bugs:
        return ""
    only = dict(recipe.bug_frameworks).get(name)
    return f"{framework_title(only)} source" if only else "source"
