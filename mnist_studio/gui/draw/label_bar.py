"""What lies on the pad, kept as one of the user's own digits: a key or a click."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QToolButton, QWidget

from mnist_studio.data.images import CLASSES
from mnist_studio.formatting import word
from mnist_studio.gui.common.basics import button, enable, label, row
from mnist_studio.gui.services.drawing import Drawing, Sheet
from mnist_studio.gui.services.own_images import OwnImagesService
from mnist_studio.gui.theme.theme import Theme

HINT = "Write a digit, then press its key: it is kept in My digits and the pad is free"


class LabelBar(QWidget):
    """Ten labels in one row; before them their name or, where the pad is blank, the undo.

    Signals:
        kept: a drawing is kept, in a sentence.
        told: what else was done, or why nothing was.

    Attributes:
        buttons: of the labels.
        undo_button: takes the last change back.
    """

    kept = Signal(str)
    told = Signal(str)

    def __init__(self, theme: Theme, drawing: Drawing, personal: OwnImagesService) -> None:
        super().__init__()
        self._drawing, self._personal = drawing, personal
        self._theme = theme
        self._kept = False
        self._insisted: Sheet | None = None
        self.setAccessibleName("Keep as one of your own digits")
        self.buttons = tuple(self._button(digit) for digit in range(CLASSES))
        self.undo_button = button("Undo", self.undo, "Takes it back (Backspace)", quiet=True)
        words = label("Keep as", "secondary")
        words.setToolTip(HINT)
        # One place for both: the pad must not move when there is something to undo.
        self._lead = QStackedWidget()
        self._lead.addWidget(words)
        self._lead.addWidget(self.undo_button)
        self._lead.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setLayout(row(self._lead, *self.buttons, gap=3))
        drawing.changed.connect(self._show)
        personal.changed.connect(self._show)
        personal.kept.connect(self.kept)
        personal.told.connect(self.told)
        self._show()

    def _button(self, digit: int) -> QToolButton:
        made = QToolButton()
        made.setObjectName("labelKey")
        made.setText(str(digit))
        made.setAccessibleName(f"Keep it as a {digit}")
        pixels = self._theme.pixels
        made.setMinimumWidth(pixels(22))
        made.setFixedHeight(pixels(28))
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # The keyboard stays at the pad, where the keys are.
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda checked=False: self.keep(digit))
        return made

    def keep(self, digit: int) -> None:
        """Keeps what lies on the pad as that digit, and clears the pad."""
        drawing = self._drawing
        drawing.finish()
        if drawing.sheet.blank:
            self.told.emit("The pad is blank: write a digit first.")
            return
        if drawing.sheet.example is not None:
            self.told.emit("An example is none of your own digits: write one first.")
            return
        if self._several(digit):
            return
        self._personal.label(drawing.sheet, drawing.tools.pen, digit)
        drawing.clear()
        self._kept = True

    def _several(self, digit: int) -> bool:
        """Whether a number lies on the pad, which is no digit; strokes can be parted wrongly."""
        sheet, count = self._drawing.sheet, len(self._drawing.images)
        if count < 2 or self._insisted is sheet:
            return False
        if sheet.picture is not None:
            self.told.emit("There are several digits on the picture: open a picture of one.")
            return True
        self._insisted = sheet
        self.told.emit(
            f"This reads as {word(count)} digits. Press {digit} again to keep it as one."
        )
        return True

    @Slot()
    def undo(self) -> None:
        """Takes the last change back; what was kept lies on the pad again."""
        history = self._drawing.history
        if self._kept and self._drawing.blank and history.undo_name == "clear":
            history.undo()
        self._kept = False
        self._personal.undo()

    @Slot()
    def _show(self) -> None:
        blank = "The pad is blank" if self._drawing.blank else ""
        example = "An example is none of your own digits" if self._drawing.sheet.example else ""
        for digit, made in enumerate(self.buttons):
            enable(made, blank or example, f"Keep it as a {digit} (key {digit})")
        self._lead.setCurrentIndex(int(bool(blank) and self._personal.can_undo))
