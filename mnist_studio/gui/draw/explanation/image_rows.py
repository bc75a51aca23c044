"""Images with their labels and a figure each, six per row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.gui.common.image_view import picture_of
from mnist_studio.gui.theme.theme import Theme

ACROSS, SIDE, WORDS = 6, 84, 38


@dataclass(frozen=True, eq=False)
class CaptionedImage:
    """An image and what is written under it.

    Attributes:
        image: (28, 28).
        label: under it on the left.
        figure: under it on the right.
        tip: its description.
    """

    image: NDArray[np.uint8]
    label: str
    figure: str
    tip: str


class ImageRows(QWidget):
    """Images with their labels and figures, six per row."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._entries: tuple[CaptionedImage, ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_entries(self, entries: Sequence[CaptionedImage]) -> None:
        """Shows other images."""
        self._entries = tuple(entries)
        self.setAccessibleDescription("; ".join(one.tip for one in entries))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for all."""
        down = -(-len(self._entries) // ACROSS)
        step = self._theme.pixels(SIDE + WORDS)
        return QSize(ACROSS * self._theme.pixels(SIDE), down * step)

    def minimumSizeHint(self) -> QSize:
        """May be narrow, which makes the images smaller."""
        return QSize(ACROSS * self._theme.pixels(40), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Describes the image under the mouse in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = event.pos()
            place = int(at.y() / self._step().height()) * ACROSS + int(
                at.x() / self._step().width()
            )
            QToolTip.showText(event.globalPos(), self.text_at(place), self)
            return True
        return super().event(event)

    def text_at(self, place: int) -> str:
        """A description of the image at a place; empty if there is none."""
        return self._entries[place].tip if 0 <= place < len(self._entries) else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints images with their labels and figures."""
        painter = QPainter(self)
        step = self._step()
        for place, one in enumerate(self._entries):
            corner = (place % ACROSS) * step.width(), (place // ACROSS) * step.height()
            self._paint(painter, one, QRectF(*corner, step.width(), step.height()))
        painter.end()

    def _paint(self, painter: QPainter, one: CaptionedImage, spot: QRectF) -> None:
        palette, side = self._theme.palette, self._side
        painter.drawImage(QRectF(spot.left(), spot.top(), side, side), picture_of(one.image))
        words = QRectF(spot.left(), spot.top() + side + 3, side, self._theme.pixels(20))
        painter.setFont(self._theme.font(13, bold=True))
        painter.setPen(QColor(palette.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, one.label)
        painter.setFont(self._theme.font(12))
        painter.setPen(QColor(palette.secondary))
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, one.figure)

    def _step(self) -> QSize:
        wide = min(self.width() // ACROSS, self._theme.pixels(SIDE + 24))
        return QSize(wide, self._theme.pixels(SIDE + WORDS - 8))

    @property
    def _side(self) -> int:
        """The side of an image."""
        return min(self._theme.pixels(SIDE - 8), self._step().width() - 6)
