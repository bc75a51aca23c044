"""The faults of the sources as switches: "as published"."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from mnist_studio.gui.models.form import Form, sensible_faults
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import label
from mnist_studio.gui.widgets.tick_box import TickBox, text_start
from mnist_studio.spec.faults import FAULTS
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import FaultName


class FaultSwitches(QWidget):
    """A check box for every fault that makes sense; one that is on explains itself.

    Signals:
        edited: the user switched one.
    """

    edited = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.boxes: dict[FaultName, TickBox] = {}
        self._words: dict[FaultName, QLabel] = {}
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        for name, fault in FAULTS.items():
            box = TickBox(fault.title, theme)
            words = label(fault.explanation, "secondary", wrap=True)
            box.setToolTip(fault.explanation)
            box.setAccessibleDescription(fault.explanation)
            box.clicked.connect(self._switch)
            self.boxes[name], self._words[name] = box, words
            lines.addWidget(box)
            lines.addWidget(words)
        theme.changed.connect(self._indent)
        self._indent()

    @property
    def on(self) -> tuple[FaultName, ...]:
        """The faults that are switched on."""
        return tuple(name for name, box in self.boxes.items() if box.isChecked())

    def show_form(self, form: Form) -> None:
        """Offers what makes sense in a form, and shows what is on in it."""
        recipe = RECIPES.get(form.recipe)
        published = recipe.faults if recipe else ()
        sensible = sensible_faults(form)
        for name, box in self.boxes.items():
            box.setChecked(name in form.faults)
            box.setVisible(name in sensible or name in form.faults)
            mark = ", in the source" if name in published else ""
            box.setText(FAULTS[name].title + mark)
        self._explain()

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
