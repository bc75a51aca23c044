"""A titled panel."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import Elided


class Card(QFrame):
    """A panel with a header line, which has the title on the left, and a body.

    Attributes:
        header: the first line; added widgets are on its right.
        body: the content.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(title)
        self.header = QHBoxLayout()
        self.header.setSpacing(8)
        self.title = Elided(title, "cardTitle", grow=False)
        self.header.addWidget(self.title)
        self.header.addStretch(1)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 14)
        whole.setSpacing(8)
        if title:
            whole.addLayout(self.header)
        whole.addLayout(self.body, 1)
