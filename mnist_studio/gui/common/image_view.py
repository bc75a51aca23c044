"""Shows a grayscale image with crisp pixels."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.gui.theme.theme import Theme

Image = NDArray[np.uint8]


def picture_of(image: Image) -> QImage:
    """A (28, 28) image as a QImage of the same size."""
    rows, columns = image.shape
    levels = np.ascontiguousarray(image)
    # copy(): otherwise Qt would point to memory that NumPy frees.
    return QImage(levels.data, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()


class ImageView(QWidget):
    """Shows an image enlarged, without smoothing."""

    def __init__(self, theme: Theme, name: str, side: int = 112) -> None:
        super().__init__()
        self._theme = theme
        self._side = side
        self._picture: QImage | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    @property
    def empty(self) -> bool:
        """Whether no image is shown."""
        return self._picture is None

    def show_image(self, image: Image | None) -> None:
        """Shows a (28, 28) image, or nothing."""
        self._picture = None if image is None else picture_of(image)
        self.update()

    def set_side(self, side: int) -> None:
        """Sets the largest side, in lengths of the design."""
        if side != self._side:
            self._side = side
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """A square with whole pixels per image pixel."""
        side = max(28, self._theme.pixels(self._side) // 28 * 28)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the image, or an empty frame."""
        painter = QPainter(self)
        side = min(self.width(), self.height())
        place = QRect(0, 0, side, side)
        if self._picture is None:
            # Black is the background of an image: there would seem to be an empty one.
            painter.fillRect(place, QColor(self._theme.palette.hover))
        else:
            painter.drawImage(place, self._picture)
        painter.setPen(QPen(QColor(self._theme.palette.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        painter.end()
