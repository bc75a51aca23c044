"""What all models say, in one digit and one sentence."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout

from mnist_studio.gui.models.consensus import Consensus
from mnist_studio.gui.models.numbers import NOTHING
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import column, label
from mnist_studio.gui.widgets.card import Card


class ConsensusCard(Card):
    """A large digit beside the sentence."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.digit = label(NOTHING, "huge")
        self.digit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.headline = label(role="headline", wrap=True)
        self.detail = label(role="secondary", wrap=True)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self.digit)
        line.addLayout(column(1, self.headline, self.detail, 1, gap=4), 1)
        self.body.addLayout(line)
        theme.changed.connect(self._size)
        self._size()
        self.invite()

    def show_consensus(self, found: Consensus) -> None:
        """Shows what they say."""
        self.digit.setText(str(found.digit))
        self.headline.setText(found.headline)
        self.detail.setText(found.detail)
        self.setAccessibleDescription(f"{found.headline}. {found.detail}")

    def invite(self) -> None:
        """The pad is blank."""
        self.digit.setText(NOTHING)
        self.headline.setText("Draw a digit on the left")
        self.detail.setText("Every trained model answers while you draw.")

    @Slot()
    def _size(self) -> None:
        self.digit.setFixedWidth(self._theme.pixels(56))
        self.setFixedHeight(self._theme.pixels(98))
