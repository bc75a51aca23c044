"""A titled panel, and a section that opens and closes below its title."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme


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


class CollapsibleSection(QWidget):
    """Closed at first. A click, Space or Enter on the title opens it.

    Attributes:
        head: the title.

    Signals:
        toggled: the user or the program opened or closed it.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, theme: Theme, inside: QWidget) -> None:
        super().__init__()
        self._theme = theme
        self._inside = inside
        self.head = QToolButton()
        self.head.setObjectName("fold")
        self.head.setText(title)
        self.head.setCheckable(True)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.head.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.head.setCursor(Qt.CursorShape.PointingHandCursor)
        self.head.toggled.connect(self._show)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        lines.addWidget(self.head)
        lines.addWidget(inside)
        theme.changed.connect(self._apply_theme)
        self._show(False)

    @property
    def is_open(self) -> bool:
        """Whether its content is shown."""
        return self.head.isChecked()

    def open(self, is_open: bool = True) -> None:
        """Opens or closes the section."""
        self.head.setChecked(is_open)

    @Slot(bool)
    def _show(self, is_open: bool) -> None:
        self._inside.setVisible(is_open)
        self.toggled.emit(is_open)
        self.head.setToolTip("Hides this section." if is_open else "Shows this section.")
        self._apply_theme()

    @Slot()
    def _apply_theme(self) -> None:
        size = self._theme.pixels(16)
        name = "chevron" if self.head.isChecked() else "chevron-right"
        self.head.setIcon(icon(name, self._theme.palette.secondary, size))
        self.head.setIconSize(QSize(size, size))
