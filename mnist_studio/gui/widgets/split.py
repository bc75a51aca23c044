"""Parts whose border can be dragged."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from mnist_studio.gui.widgets.basics import GAP


def split(
    orientation: Qt.Orientation, parts: tuple[QWidget, ...], sizes: tuple[int, ...]
) -> QSplitter:
    """Parts beside or below each other, of these sizes and growing in proportion."""
    made = QSplitter(orientation)
    made.setHandleWidth(GAP)
    made.setChildrenCollapsible(False)
    for place, part in enumerate(parts):
        made.addWidget(part)
        made.setStretchFactor(place, sizes[place])
    made.setSizes(list(sizes))
    return made
