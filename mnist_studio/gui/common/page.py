"""The base of all pages, the message above a page, and the card in its corner."""

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import GAP, label, restyle
from mnist_studio.gui.common.outcome_card import OutcomeCard
from mnist_studio.gui.services.outcome import Outcome
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

MessageKind = Literal["plain", "good", "bad"]


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

    def show_message(self, text: str, kind: MessageKind = "plain") -> None:
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


class Page(QWidget):
    """A page of the window.

    Attributes:
        title: its name in the top bar.
        sentence: its purpose.
        studio: the services that all pages share.
        buttons: for the top bar, one of them primary.
        notice: messages above the page.
        outcome: what has ended, over a corner of the page.
        body: the content.
    """

    title = ""
    sentence = ""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.studio = studio
        self.buttons = QWidget()
        self.action_line = QHBoxLayout(self.buttons)
        self.action_line.setContentsMargins(0, 0, 0, 0)
        self.action_line.setSpacing(GAP)
        self.notice = Notice(studio.theme)
        self.outcome = OutcomeCard(studio.theme, self)
        self.body = QVBoxLayout()
        self.body.setSpacing(GAP)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(GAP)
        whole.addWidget(self.notice)
        whole.addLayout(self.body, 1)

    def show_outcome(self, outcome: Outcome) -> None:
        """Shows how something ended; it replaces the message above the page."""
        self.notice.hide()
        self.outcome.show_outcome(outcome)

    def prepare(self) -> None:
        """Builds what takes long; called once the window is usable."""

    def enter(self) -> None:
        """Called when the page is shown; the keyboard starts at its top."""
        self.setFocus()
