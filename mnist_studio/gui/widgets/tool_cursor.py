"""The pointer over the pad: a ring as large as what the tool draws or takes away."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

from mnist_studio.gui.models.tools import Tool

_MARGIN = 2
_SMALLEST, _LARGEST = 6.0, 120.0
"""Rings in points of the screen; systems refuse large pointers."""


def tool_cursor(tool: Tool, width: float, density: float) -> QCursor:
    """A pointer that can be seen on light and on dark.

    Args:
        tool: a pen has a dot in its middle.
        width: of the tool, in points of the screen.
        density: pixels of the screen a point.
    """
    ring = min(max(width, _SMALLEST), _LARGEST)
    side = round(ring) + 2 * _MARGIN
    side += 1 - side % 2  # A middle pixel to point with.
    picture = QPixmap(QSize(side, side) * density)
    picture.setDevicePixelRatio(density)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(side / 2, side / 2)
    for colour, thick in (("#FFFFFF", 3.0), ("#1B1F27", 1.2)):
        painter.setPen(QPen(QColor(colour), thick))
        painter.drawEllipse(middle, ring / 2, ring / 2)
        if tool == "pen":
            painter.setBrush(QColor(colour))
            painter.drawEllipse(middle, thick / 3, thick / 3)
            painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.end()
    return QCursor(picture, side // 2, side // 2)
