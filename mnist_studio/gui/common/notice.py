"""A message above a page that can be dismissed."""

from typing import Literal

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from mnist_studio.gui.common.basics import label, restyle
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

Kind = Literal["plain", "good", "bad"]


class Notice(QFrame):
    """A sentence above the page, hidden until there is one."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._theme = theme
        self._text = label(wrap=True)
        self._close = QToolButton()
        self._close.setObjectName("step")
        self._close.setAccessibleName("Dismiss")
        self._close.setToolTip("Hides this message (Esc).")
        self._close.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 4, 6, 4)
        line.addWidget(self._text, 1)
        line.addWidget(self._close)
        theme.changed.connect(self._paint_close)
        self._paint_close()
        self.hide()

    @property
    def text(self) -> str:
        """The message."""
        return self._text.text()

    def tell(self, text: str, kind: Kind = "plain") -> None:
        """Shows a message."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setProperty("kind", kind)
        restyle(self)
        self.show()

    def _paint_close(self) -> None:
        size = self._theme.pixels(16)
        self._close.setIcon(icon("cross", self._theme.palette.secondary, size))
        self._close.setIconSize(QSize(size, size))
        self._close.setFixedSize(self._theme.pixels(28), self._theme.pixels(28))
