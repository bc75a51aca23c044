"""The button that adds a layer or a group of layers, and the next steps below the list."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from mnist_studio.gui.common.basics import MenuButton, button, clear, column, label
from mnist_studio.gui.common.layouts import Flow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.editor import edits
from mnist_studio.gui.train.editor.draft import Draft
from mnist_studio.gui.train.editor.edits import LayerStep
from mnist_studio.gui.train.editor.struct_fields import wrapped
from mnist_studio.spec import meanings
from mnist_studio.spec.repairs import Repair

Offered = tuple[str, str, Callable[[], object]]
"""Text and tooltip of a button, and what it does."""


class AddButton(MenuButton):
    """Opens a menu with groups of layers and with every kind of layer."""

    def __init__(self, theme: Theme, draft: Draft) -> None:
        super().__init__(theme, "Add a layer")
        self._draft = draft
        self.setToolTip("Adds a layer after the selected one (Insert)")
        self.choices = QMenu(self)
        self.choices.setToolTipsVisible(True)
        self.choices.aboutToShow.connect(self._fill)
        self.setMenu(self.choices)

    @Slot()
    def _fill(self) -> None:
        """Groups first: their filters depend on the network."""
        draft = self._draft
        place = draft.place + 1 if draft.place >= 0 else len(draft.model.layers)
        self.choices.clear()
        self._heading("Building blocks")
        for block in edits.blocks(draft.model, place, draft.classes):
            self._entry(block)
        self._heading("Layers")
        for kind in edits.KINDS:
            described = meanings.kind(kind)
            layers = (edits.new_layer(kind),)
            self._entry(LayerStep(described.title, described.sentence, layers, place))

    def _heading(self, text: str) -> None:
        self.choices.addAction(text).setEnabled(False)

    def _entry(self, step: LayerStep) -> None:
        action = self.choices.addAction(step.title)
        action.setToolTip(step.sentence)
        action.triggered.connect(lambda: carry_out(self._draft, step))


class AdvicePanel(QWidget):
    """What to do next, with buttons that do it: the nearest repair, or layers to add."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._shown: tuple[str, tuple[str, ...]] | None = None
        self.title = label("", "groupTitle")
        self.sentence = wrapped()
        self.buttons: list[QPushButton] = []
        self._steps = QWidget()
        self._line = Flow(self._steps, 6)
        self.setLayout(column(self.title, self.sentence, self._steps, gap=4))

    def minimumSizeHint(self) -> QSize:
        """All lines at the present width: in a low window, the page scrolls."""
        least, lines = super().minimumSizeHint(), self.layout()
        if lines is None or not self.width():
            return least
        return QSize(least.width(), max(least.height(), lines.heightForWidth(self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Needs another height in another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    @Slot()
    def renew(self) -> None:
        """Shows what fits the network now."""
        draft = self._draft
        advice = edits.advice(draft.model, draft.found, draft.classes)
        if advice.sentence:
            steps = [(f"Add {one.title.lower()}", one.sentence, self._adding(one))
                     for one in advice.steps]  # fmt: skip
            self._show("Next step", advice.sentence, steps)
            return
        first = draft.found.problems[0]
        repairs = [
            (one.sentence, "The nearest repair", self._repairing(one))
            for one in draft.repairs(0)[:1]
        ]
        where = f"Layer {first.place + 1} does not fit." if first.subject == "layer" else ""
        self._show("Repair", f"{where} {first.sentence}".strip(), repairs)

    def _show(self, title: str, sentence: str, steps: list[Offered]) -> None:
        self._actions = [action for _, _, action in steps]
        shown = (sentence, tuple(text for text, _, _ in steps))
        if shown == self._shown:
            return
        self._shown = shown
        self.title.setText(title)
        self.sentence.setText(sentence)
        focused = any(made.hasFocus() for made in self.buttons)
        clear(self._line)
        self.buttons = [
            button(text, lambda at=at: self._actions[at](), tip)  # type: ignore[misc]
            for at, (text, tip, _) in enumerate(steps)
        ]
        for made in self.buttons:
            self._line.addWidget(made)
        self._steps.setVisible(bool(steps))
        self.updateGeometry()
        if focused and self.buttons:
            # The button that was pressed is gone: the keyboard would be somewhere else.
            self.buttons[0].show()
            self.buttons[0].setFocus()

    def _adding(self, step: LayerStep) -> Callable[[], object]:
        return lambda: carry_out(self._draft, step)

    def _repairing(self, repair: Repair) -> Callable[[], object]:
        return lambda: self._draft.apply(repair)


def carry_out(draft: Draft, step: LayerStep) -> None:
    """Adds the layers of a step."""
    draft.insert(step.title.lower(), step.layers, step.place)
