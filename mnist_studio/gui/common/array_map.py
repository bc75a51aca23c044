"""An array as a picture with its values in tooltips, and the scale of its colors."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.gui.common.array_picture import ArrayPicture, colored
from mnist_studio.gui.services.array_layout import Layout
from mnist_studio.gui.theme.theme import Theme

_NOTHING = np.zeros((1, 1))


class ArrayMap(ArrayPicture):
    """An array in colors. Its height follows from its width, up to a limit."""

    def __init__(self, theme: Theme, name: str, highest: int = 280) -> None:
        super().__init__(theme, name, _NOTHING)
        self._layout: Layout | None = None
        self._highest = highest
        self._outline: list[QLineF] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def layout_shown(self) -> Layout | None:
        """The layout that is shown."""
        return self._layout

    def show_layout(self, layout: Layout | None, largest: float | None = None) -> None:
        """Shows an array, or nothing.

        Args:
            layout: of the array.
            largest: magnitude of the full color; None for that of the array.
        """
        self._layout = layout
        if layout is None:
            self.show_values(_NOTHING)
        else:
            whole = layout.largest if largest is None else largest
            self.show_values(layout.values / (whole or 1.0))
        self.updateGeometry()

    def draw_outline(self, inside: NDArray[np.bool_]) -> None:
        """Draws an outline around the marked values (height, width)."""
        self._outline = edges(inside)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the picture and the outline."""
        super().paintEvent(event)
        if self._layout is None or not self._outline:
            return
        rows, columns = self._layout.values.shape
        painter = QPainter(self)
        painter.scale(self._size.width() / columns, self._size.height() / rows)
        pen = QPen(QColor(self._theme.palette.secondary), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(self._outline)
        painter.end()

    def hasHeightForWidth(self) -> bool:
        """The height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Keeps the aspect ratio, up to the limit."""
        return min(self.height_at(width), self._theme.pixels(self._highest))

    def sizeHint(self) -> QSize:
        """Large enough to distinguish values."""
        width = self._theme.pixels(240)
        return QSize(width, self.heightForWidth(width))

    def event(self, event: QEvent) -> bool:
        """Shows the value under the mouse in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.value_at(event.pos()), self)
            return True
        return super().event(event)

    def value_at(self, point: QPoint) -> str:
        """The value at a point of the widget as text; empty outside the picture."""
        size = self._size
        if self._layout is None or size.isEmpty():
            return ""
        rows, columns = self._layout.values.shape
        row, column = point.y() * rows // size.height(), point.x() * columns // size.width()
        if not (0 <= row < rows and 0 <= column < columns):
            return ""
        return self._layout.text(row, column)


def edges(inside: NDArray[np.bool_]) -> list[QLineF]:
    """The lines between marked and other values, in units of one value."""
    padded = np.pad(inside, 1)
    across = np.argwhere(padded[1:, 1:-1] != padded[:-1, 1:-1]).tolist()
    down = np.argwhere(padded[1:-1, 1:] != padded[1:-1, :-1]).tolist()
    return [QLineF(x, y, x + 1, y) for y, x in across] + [QLineF(x, y, x, y + 1) for y, x in down]


class ColorScale(QWidget):
    """The color scale of an array with its ends and 0."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._texts = ("", "0", "")
        self.setAccessibleName("Color scale")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    def show_largest(self, largest: float, low: str = "", high: str = "") -> None:
        """Shows a scale from ``-largest`` to ``largest``, with texts for its ends."""
        self._texts = (f"{low} −{largest:.3g}".strip(), "0", f"{largest:.3g} {high}".strip())
        self.setAccessibleDescription(f"From {self._texts[0]} to {self._texts[2]}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A bar over a line of numbers."""
        least = self.minimumSizeHint()
        return least.expandedTo(QSize(self._theme.pixels(180), 0))

    def minimumSizeHint(self) -> QSize:
        """The width of the numbers."""
        metrics = QFontMetrics(self._theme.font(11))
        return QSize(metrics.horizontalAdvance("   ".join(self._texts)), self._theme.pixels(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the bar and its numbers."""
        painter = QPainter(self)
        high = self._theme.pixels(10)
        bar = colored(np.linspace(-1, 1, 101)[np.newaxis], self._theme.palette)
        painter.drawImage(QRectF(0, 0, self.width(), high), bar)
        painter.setPen(QColor(self._theme.palette.line))
        painter.drawRect(QRectF(0, 0, self.width() - 1, high))
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.palette.secondary))
        place = QRectF(0, high + 2, self.width(), self.height() - high - 2)
        sides = (
            Qt.AlignmentFlag.AlignLeft,
            Qt.AlignmentFlag.AlignHCenter,
            Qt.AlignmentFlag.AlignRight,
        )
        for text, side in zip(self._texts, sides, strict=True):
            painter.drawText(place, side | Qt.AlignmentFlag.AlignTop, text)
        painter.end()
