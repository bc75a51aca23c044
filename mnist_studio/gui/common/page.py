"""The base of all pages."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import GAP
from mnist_studio.gui.common.notice import Notice
from mnist_studio.gui.services.studio import Studio


class Page(QWidget):
    """A page of the window.

    Attributes:
        title: its name in the top bar.
        sentence: its purpose.
        studio: the services that all pages share.
        buttons: for the top bar, one of them primary.
        notice: messages above the page.
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
        self.body = QVBoxLayout()
        self.body.setSpacing(GAP)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(GAP)
        whole.addWidget(self.notice)
        whole.addLayout(self.body, 1)

    def prepare(self) -> None:
        """Builds what takes long; called once the window is usable."""

    def enter(self) -> None:
        """Called when the page is shown; the keyboard starts at its top."""
        self.setFocus()
