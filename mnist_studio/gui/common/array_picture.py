"""An array as a picture on a diverging color scale."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import Palette

Numbers = NDArray[np.float64]

_STEPS = 255
"""Color steps on either side of 0."""


def colored(values: Numbers, palette: Palette) -> QImage:
    """A picture of values (height, width) from -1 to 1; NaN is a gap.

    0 has the color of the panel, 1 the accent color and -1 the color of failures.
    """
    steps = np.rint(np.clip(values, -1, 1) * _STEPS) + _STEPS
    steps = np.where(np.isnan(values), 2 * _STEPS + 1, steps)
    pixels = _table(palette)[steps.astype(np.intp)]
    rows, columns = values.shape
    # copy(): otherwise Qt would point to memory that NumPy frees.
    form = QImage.Format.Format_RGB888
    return QImage(pixels.tobytes(), columns, rows, 3 * columns, form).copy()


class ArrayPicture(QWidget):
    """Shows a picture as large as possible without distortion."""

    def __init__(self, theme: Theme, name: str, values: Numbers) -> None:
        """Makes the widget.

        Args:
            theme: colors.
            name: for screen readers.
            values: (height, width) within -1 to 1.
        """
        super().__init__()
        self._theme = theme
        self._values = values
        self._picture: QImage | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._clear_cache)

    def show_values(self, values: Numbers) -> None:
        """Shows other values (height, width) from -1 to 1."""
        self._values = values
        self._clear_cache()

    @property
    def picture(self) -> QImage:
        """One pixel per value; made when it is first needed."""
        if self._picture is None:
            self._picture = colored(self._values, self._theme.palette)
        return self._picture

    def height_at(self, width: int) -> int:
        """The height at a width, without distortion."""
        shape = self._shape
        return max(24, round(width * shape.height() / shape.width()))

    def minimumSizeHint(self) -> QSize:
        """May be small."""
        return QSize(80, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the scaled picture at the upper left."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._shrunk)
        painter.drawImage(QRect(0, 0, self._size.width(), self._size.height()), self.picture)
        painter.end()

    @property
    def _size(self) -> QSize:
        return self._shape.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)

    @property
    def _shrunk(self) -> bool:
        return self._size.width() < self._shape.width() * 2

    @property
    def _shape(self) -> QSize:
        """One pixel per value."""
        rows, columns = self._values.shape
        return QSize(columns, rows)

    def _clear_cache(self) -> None:
        self._picture = None
        self.update()


def _table(palette: Palette) -> NDArray[np.uint8]:
    """(2 * steps + 2, 3): the color of every step from -1 to 1; the last one is of NaN."""
    low, middle, high = _levels(palette.bad), _levels(palette.panel), _levels(palette.accent)
    parts = np.linspace(-1, 1, 2 * _STEPS + 1)[:, None]
    mixed = middle + np.abs(parts) * (np.where(parts > 0, high, low) - middle)
    return np.vstack([mixed, _levels(palette.line)]).round().astype(np.uint8)


def _levels(color: str) -> Numbers:
    """Red, green and blue from 0 to 255."""
    shown = QColor(color)
    return np.array([shown.red(), shown.green(), shown.blue()], dtype=np.float64)
