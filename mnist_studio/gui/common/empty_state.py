"""What an empty page shows: a headline, a sentence and one action."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.basics import button, column, label
from mnist_studio.gui.theme.icons import pixmap
from mnist_studio.gui.theme.theme import Theme

LEAST_HEIGHT = 124
"""The icon is hidden below this height."""


class EmptyState(QWidget):
    """An icon, what will appear here, and a button that starts it."""

    def __init__(
        self,
        theme: Theme,
        picture: str,
        headline: str,
        sentence: str,
        action: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._name = picture
        self._picture = label()
        self._headline = label(headline, "headline")
        self._sentence = label(sentence, "secondary", wrap=True)
        for part in (self._picture, self._headline, self._sentence):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        whole = column(1, self._picture, self._headline, self._sentence, gap=8, margin=16)
        if action is not None:
            self.button = button(action[0], action[1], tip=sentence, primary=True)
            whole.addSpacing(6)
            whole.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addStretch(1)
        self.setLayout(whole)
        theme.changed.connect(self._paint_picture)
        self._paint_picture()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hides the icon if only the text fits."""
        super().resizeEvent(event)
        self._picture.setVisible(self.height() >= self._theme.pixels(LEAST_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Room for the text."""
        return QSize(self._theme.pixels(160), self._theme.pixels(80))

    def set_text(self, headline: str, sentence: str) -> None:
        """Changes headline and sentence."""
        self._headline.setText(headline)
        self._sentence.setText(sentence)

    @property
    def text(self) -> str:
        """Headline and sentence."""
        return f"{self._headline.text()} {self._sentence.text()}"

    def _paint_picture(self) -> None:
        color, side = self._theme.palette.secondary, self._theme.pixels(36)
        self._picture.setPixmap(pixmap(self._name, color, side, self.devicePixelRatioF()))
