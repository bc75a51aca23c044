"""Two groups of controls: at the ends of one line, or below each other where that is too short."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from mnist_studio.gui.widgets.basics import GAP


class WrapBar(QWidget):
    """Breaks between its groups when the window is narrow or the text is large."""

    def __init__(self, left: QWidget, right: QWidget) -> None:
        super().__init__()
        self._left = left
        self._right = right
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._arrange(False)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As narrow as the wider group."""
        hints = (self._left.minimumSizeHint(), self._right.minimumSizeHint())
        high = super().minimumSizeHint().height()
        return QSize(max(hint.width() for hint in hints), high)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Breaks or joins."""
        super().resizeEvent(event)
        needed = self._left.sizeHint().width() + GAP + self._right.sizeHint().width()
        self._arrange(needed > self.width())

    def _arrange(self, broken: bool) -> None:
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        self._grid.addWidget(self._left, 0, 0, left)
        if broken:
            self._grid.addWidget(self._right, 1, 0, 1, 2, left)
        else:
            self._grid.addWidget(self._right, 0, 1, right)
