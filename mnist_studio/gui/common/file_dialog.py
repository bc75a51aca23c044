"""The dialog that asks for a file or folder, large enough to read names and dates."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHeaderView, QTreeView

from mnist_studio.gui.common.dialog import LARGEST_PART

WIDE, HIGH = 860, 540
"""Size where the system has no dialog of its own, in pixels."""


class FileDialog(QFileDialog):
    """The dialog of the system; Qt's own where there is none, with columns that are not cut."""

    def showEvent(self, event: QShowEvent) -> None:
        """Gives Qt's own dialog its size and its columns."""
        super().showEvent(event)
        self.resize(QSize(WIDE, HIGH).boundedTo(self.screen().availableSize() * LARGEST_PART))
        for tree in self.findChildren(QTreeView):
            head = tree.header()
            tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
            for place in range(head.count()):
                contents, stretch = QHeaderView.ResizeMode, QHeaderView.ResizeMode.Stretch
                head.setSectionResizeMode(place, contents.ResizeToContents if place else stretch)
