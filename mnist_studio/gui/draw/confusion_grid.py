"""A small confusion matrix: what each digit is taken for."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.analysis.predictions import Confusion
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import mixed

CELL, HEAD, CLASSES = 20, 16, 10


class ConfusionGrid(QWidget):
    """Rows are what digits are, columns what was answered; the counts are in the cells."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._counts: Confusion = np.zeros((CLASSES, CLASSES), np.int64)
        self.setAccessibleName("Confusion of your own digits")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_counts(self, counts: Confusion) -> None:
        """Shows a matrix (10, 10), rows the labels."""
        self._counts = counts
        off = [(a, b) for a in range(CLASSES) for b in range(CLASSES) if a != b and counts[a, b]]
        told = "; ".join(f"{a} taken for {b}: {counts[a, b]} times" for a, b in off)
        self.setAccessibleDescription(told or "No mistakes")
        self.update()

    def sizeHint(self) -> QSize:
        """Ten cells and their heads."""
        side = self._theme.pixels(HEAD + CLASSES * CELL)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Heads, cells, counts; what is right is green, what is wrong red, more of it stronger."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(11))
        head, cell = self._theme.pixels(HEAD), self._theme.pixels(CELL)
        painter.setPen(QColor(self._theme.palette.secondary))
        for digit in range(CLASSES):
            at = head + digit * cell
            center = Qt.AlignmentFlag.AlignCenter
            painter.drawText(QRectF(at, 0, cell, head), center, str(digit))
            painter.drawText(QRectF(0, at, head, cell), center, str(digit))
        for label in range(CLASSES):
            for answer in range(CLASSES):
                spot = QRectF(head + answer * cell, head + label * cell, cell - 1, cell - 1)
                self._paint_cell(painter, spot, label, answer)
        painter.end()

    def _paint_cell(self, painter: QPainter, spot: QRectF, label: int, answer: int) -> None:
        palette, count = self._theme.palette, int(self._counts[label, answer])
        if not count:
            painter.fillRect(spot, QColor(palette.grid))
            return
        whole = max(1, int(self._counts[label].sum()))
        color = palette.good if label == answer else palette.bad
        painter.fillRect(spot, QColor(mixed(color, palette.panel, 0.8 - 0.35 * count / whole)))
        painter.setPen(QColor(palette.text))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
