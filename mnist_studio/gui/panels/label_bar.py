"""What lies on the pad, kept as one of the user's own digits: a key or a click."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QToolButton

from mnist_studio.data.digits import CLASSES
from mnist_studio.gui.bridge.personal import PersonalDigits
from mnist_studio.gui.models.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import Elided, button, column, enable, label, row
from mnist_studio.gui.widgets.card import Card

HINT = "Write a digit, then press its key: it is kept, and the pad is free for the next."


class LabelBar(Card):
    """Ten labels, what was done last, and its undo.

    Attributes:
        buttons: of the labels.
        words: what was done.
        undo_button: takes it back.
    """

    def __init__(self, theme: Theme, drawing: Drawing, personal: PersonalDigits) -> None:
        super().__init__()
        self._drawing, self._personal = drawing, personal
        self._theme = theme
        self._kept = False
        self.setAccessibleName("Keep as one of your own digits")
        self.buttons = tuple(self._button(digit) for digit in range(CLASSES))
        self.words = Elided(HINT, "secondary")
        self.undo_button = button("Undo", self.undo, "Takes it back (Backspace)", quiet=True)
        kept = self.undo_button.sizePolicy()
        # The pad must not move when there is something to undo.
        kept.setRetainSizeWhenHidden(True)
        self.undo_button.setSizePolicy(kept)
        line = row(label("It is a", "secondary"), 1, *self.buttons, gap=3)
        told = row(self.words, self.undo_button, gap=6)
        told.setStretch(0, 1)
        self.body.addLayout(column(line, told, gap=2))
        self.layout().setContentsMargins(12, 8, 12, 6)  # type: ignore[union-attr]
        drawing.changed.connect(self._show)
        personal.changed.connect(self._show)
        personal.told.connect(self._tell)
        self._show()

    def _button(self, digit: int) -> QToolButton:
        made = QToolButton()
        made.setObjectName("labelKey")
        made.setText(str(digit))
        made.setAccessibleName(f"Keep it as a {digit}")
        side = self._theme.pixels(28)
        made.setFixedSize(side, side)
        made.clicked.connect(lambda checked=False: self.keep(digit))
        return made

    def keep(self, digit: int) -> None:
        """Keeps what lies on the pad as that digit, and clears the pad."""
        drawing = self._drawing
        drawing.finish()
        if drawing.sheet.blank:
            self._tell("The pad is blank: write a digit first.")
            return
        self._personal.label(drawing.sheet, drawing.tools.pen, digit)
        drawing.clear()
        self._kept = True

    @Slot()
    def undo(self) -> None:
        """Takes the last change back; what was kept lies on the pad again."""
        history = self._drawing.history
        if self._kept and self._drawing.blank and history.undo_name == "clear":
            history.undo()
        self._kept = False
        self._personal.undo()

    @Slot(str)
    def _tell(self, words: str) -> None:
        self.words.setText(words)
        self.words.setAccessibleName(words)
        self._show()

    @Slot()
    def _show(self) -> None:
        blank = "The pad is blank" if self._drawing.blank else ""
        for digit, made in enumerate(self.buttons):
            enable(made, blank, f"Keep it as a {digit} (key {digit})")
        self.undo_button.setVisible(self._personal.can_undo)
