"""The dialog that asks for a file or folder, large enough to read names and dates."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHeaderView, QTreeView

from mnist_studio.gui.common.dialog import LARGEST_PART

WIDE, HIGH = 860, 540
"""Size where the system has no dialog of its own, in pixels."""

EDGE = 8
"""Distance from the edges of the screen, which the frame of the window may need."""


class FileDialog(QFileDialog):
    """The dialog of the system; Qt's own where there is none, with columns that are not cut."""

    def showEvent(self, event: QShowEvent) -> None:
        """Gives Qt's own dialog its size and its columns."""
        super().showEvent(event)
        self.resize(QSize(WIDE, HIGH).boundedTo(self.screen().availableSize() * LARGEST_PART))
        self._keep_inside_the_screen()
        for tree in self.findChildren(QTreeView):
            head = tree.header()
            tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
            for place in range(head.count()):
                contents, stretch = QHeaderView.ResizeMode, QHeaderView.ResizeMode.Stretch
                head.setSectionResizeMode(place, contents.ResizeToContents if place else stretch)

    def _keep_inside_the_screen(self) -> None:
        """Qt has placed the dialog for its former size, so its buttons may be outside."""
        free = self.screen().availableGeometry().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        parent = self.parentWidget()
        place = QRect(QPoint(0, 0), self.size())
        place.moveCenter(parent.window().geometry().center() if parent else free.center())
        left = min(place.left(), free.right() - place.width())
        top = min(place.top(), free.bottom() - place.height())
        self.move(max(free.left(), left), max(free.top(), top))
