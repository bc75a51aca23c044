"""Parts whose border can be dragged."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QSplitter, QWidget

from mnist_studio.gui.widgets.basics import GAP


def split(
    orientation: Qt.Orientation,
    parts: tuple[QWidget, ...],
    sizes: tuple[int, ...],
    place: QBoxLayout | None = None,
) -> QSplitter:
    """Parts beside or below each other, of these sizes and growing in proportion.

    Args:
        orientation: beside or below.
        parts: in their order.
        sizes: of them.
        place: where the whole goes, before its parts: moving them with it would take a while.
    """
    made = QSplitter(orientation)
    if place is not None:
        place.addWidget(made, 1)
    made.setHandleWidth(GAP)
    made.setChildrenCollapsible(False)
    for at, part in enumerate(parts):
        made.addWidget(part)
        made.setStretchFactor(at, sizes[at])
    made.setSizes(list(sizes))
    return made
