"""The 28x28 that is really fed."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout

from mnist_studio.gui.models.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import column, label
from mnist_studio.gui.widgets.card import Card
from mnist_studio.gui.widgets.digit_view import DigitView

_WORDS = (
    "28 × 28 grey levels, made as MNIST was: fitted into 20 × 20, then moved until its centre of "
    "mass is the centre."
)

SMALLEST, LARGEST = 112, 280


class FedCard(Card):
    """Shows what the networks get, enlarged, and how it came about."""

    def __init__(self, theme: Theme, drawing: Drawing) -> None:
        super().__init__()
        self.view = DigitView(theme, "The image that is fed", side=SMALLEST)
        self._drawing = drawing
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self.view, 0, Qt.AlignmentFlag.AlignTop)
        words = column(
            label("What the networks see", "cardTitle"), label(_WORDS, "secondary", wrap=True), 1
        )
        line.addLayout(words, 1)
        self.body.addLayout(line)
        drawing.image_changed.connect(self._show)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Enlarges the image to the room there is."""
        super().resizeEvent(event)
        room = min(self.contentsRect().height() - 26, self.width() // 2)
        self.view.set_side(min(max(SMALLEST, room), LARGEST))

    @Slot()
    def _show(self) -> None:
        self.view.show_image(self._drawing.image)
