"""The labels 0 to 9, with which a drawing is saved as one of the user's own images."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QStackedWidget, QToolButton, QWidget

from mnist_studio.formatting import with_article, word
from mnist_studio.gui.common.basics import button, enable, label, row
from mnist_studio.gui.services.drawing import Drawing, Sheet
from mnist_studio.gui.services.own_images import OwnImagesService
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS

_HINT = "Draw a digit, then press its key to save it to Your images and clear the canvas"
_BLANK = "The canvas is blank. Draw a digit first."
_EXAMPLE = "Examples cannot be saved to your images. Draw a digit first."
_SEVERAL_IN_PICTURE = "The image has several digits. Open an image of one digit."


class LabelBar(QWidget):
    """Ten labels in one row, after a caption or, on a blank canvas, an Undo button.

    Signals:
        labeled: a sentence that confirms a label.
        message: what else was done, or why nothing was.

    Attributes:
        buttons: of the labels.
        undo_button: undoes the last label.
    """

    labeled = Signal(str)
    message = Signal(str)

    def __init__(self, theme: Theme, drawing: Drawing, own_images: OwnImagesService) -> None:
        super().__init__()
        self._drawing, self._own_images = drawing, own_images
        self._theme = theme
        self._saved = False
        self._confirmed: Sheet | None = None
        self.setAccessibleName("Label of the drawing")
        self.buttons = tuple(self._button(digit) for digit in range(len(DIGITS)))
        self.undo_button = button("Undo", self.undo, "Undoes the last label (Backspace)")
        self.undo_button.setProperty("quiet", True)
        self._caption = label("Label", "secondary")
        self._caption.setToolTip(_HINT)
        # Caption and Undo share one place, so that the canvas does not move.
        self._lead = QStackedWidget()
        self._lead.addWidget(self._caption)
        self._lead.addWidget(self.undo_button)
        self._lead.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._line = row(self._lead, gap=3)
        self._keys = row(*self.buttons, gap=3)
        self._line.addLayout(self._keys, 1)
        self.setLayout(self._line)
        self._reason: str | None = None
        drawing.changed.connect(self._show)
        own_images.changed.connect(self._show)
        own_images.saved.connect(self.labeled)
        own_images.message.connect(self.message)
        self._show()

    def _button(self, digit: int) -> QToolButton:
        made = QToolButton()
        made.setObjectName("labelKey")
        made.setText(str(digit))
        made.setAccessibleName(f"Save as {with_article(str(digit))}")
        pixels = self._theme.pixels
        made.setMinimumWidth(pixels(22))
        made.setFixedHeight(pixels(28))
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # The focus stays on the canvas, where the keys work.
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda checked=False: self.save(digit))
        return made

    def set_caption(self, caption: str, above: bool = False) -> None:
        """Shows another caption, before or above the labels."""
        self._caption.setText(caption)
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.TopToBottom if above else direction.LeftToRight)

    def save(self, digit: int) -> None:
        """Saves the drawing with a label, and clears the canvas."""
        drawing = self._drawing
        drawing.finish()
        if drawing.sheet.blank:
            self.message.emit(_BLANK)
            return
        if drawing.sheet.example is not None:
            self.message.emit(_EXAMPLE)
            return
        if self._rejects_number(digit):
            return
        self._own_images.label(drawing.sheet, drawing.tools.pen, digit)
        self._saved = True
        drawing.clear()

    @property
    def saving(self) -> bool:
        """Whether the canvas is blank since its drawing was labeled, which has its own message."""
        return self._saved

    def _rejects_number(self, digit: int) -> bool:
        """Whether the drawing has several digits. The user may insist, as a split can be wrong."""
        sheet, count = self._drawing.sheet, len(self._drawing.images)
        if count < 2 or self._confirmed is sheet:
            return False
        if sheet.picture is not None:
            self.message.emit(_SEVERAL_IN_PICTURE)
            return True
        self._confirmed = sheet
        self.message.emit(
            f"The drawing has {word(count)} digits. Press {digit} again to save it as one."
        )
        return True

    @Slot()
    def undo(self) -> None:
        """Undoes the last label. The saved drawing returns to the canvas."""
        history = self._drawing.history
        if self._saved and self._drawing.blank and history.undo_name == "clear":
            history.undo()
        self._saved = False
        self._own_images.undo()

    @Slot()
    def _show(self) -> None:
        self._saved = self._saved and self._drawing.blank
        blank = _BLANK if self._drawing.blank else ""
        example = _EXAMPLE if self._drawing.sheet.example else ""
        if self._reason != (blank or example):
            # Every move of the pen comes here, and few of them change anything.
            self._reason = blank or example
            for digit, made in enumerate(self.buttons):
                tip = f"Saves the drawing as {with_article(str(digit))} (key {digit})"
                enable(made, self._reason, tip)
        self._lead.setCurrentIndex(int(bool(blank) and self._own_images.can_undo))
