"""A part that opens and closes under its title."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme


class CollapsibleSection(QWidget):
    """Closed at first. Space or Enter on the title opens it.

    Attributes:
        head: the title.
    """

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
        theme.changed.connect(self._paint)
        self._show(False)

    def open(self, wide: bool = True) -> None:
        """Opens it, or closes it."""
        self.head.setChecked(wide)

    @Slot(bool)
    def _show(self, wide: bool) -> None:
        self._inside.setVisible(wide)
        self.head.setToolTip("Hide" if wide else "Show")
        self._paint()

    @Slot()
    def _paint(self) -> None:
        size = self._theme.pixels(16)
        name = "chevron" if self.head.isChecked() else "chevron-right"
        self.head.setIcon(icon(name, self._theme.palette.secondary, size))
        self.head.setIconSize(QSize(size, size))
