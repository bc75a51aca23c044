"""Small painted pictures: norms as lines, histograms over the epochs, and wrong predictions."""

from collections.abc import Sequence
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.formatting import confidence
from mnist_studio.gui.common.array_picture import colored
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import DASHES, mixed
from mnist_studio.spec.run import DIGITS
from mnist_studio.store.epoch_records import ConfidentError

Curve = tuple[str, Sequence[int], Sequence[float]]
"""Name of a layer, epochs, and values."""

LEFT, RIGHT, TOP, BOTTOM = 46, 92, 8, 24


class Painted(QWidget):
    """A picture that is painted again with every theme."""

    def __init__(self, theme: Theme, name: str, least: tuple[int, int]) -> None:
        super().__init__()
        self._theme, self._least = theme, least
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(self._theme.pixels(self._least[0]), self._theme.pixels(self._least[1]))


class NormLines(Painted):
    """One line for every layer over the epochs, on a logarithmic axis, named at its end."""

    def __init__(self, theme: Theme, framework: str) -> None:
        super().__init__(theme, "Norms by layer", (210, 200))
        self._framework = framework
        self._curves: tuple[Curve, ...] = ()
        self._span, self._last, self._epoch = (0, 1), 1, 0

    def show_curves(
        self, curves: Sequence[Curve], span: tuple[int, int], last: int, epoch: int
    ) -> None:
        """Shows curves.

        Args:
            curves: of every layer.
            span: powers of ten at the ends of the vertical axis.
            last: epoch at the end of the horizontal axis.
            epoch: that is marked.
        """
        self._curves, self._span, self._last, self._epoch = tuple(curves), span, last, epoch
        ends = [f"{layer} {values[-1]:.3g}" for layer, _, values in curves if values]
        self.setAccessibleDescription(f"After the last epoch: {', '.join(ends)}.")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints axes, lines, and names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(11))
        self._paint_axes(painter)
        names = []
        for place, (layer, epochs, values) in enumerate(self._curves):
            if not values:
                continue
            color = self._color(place)
            points = [self._at(e, v) for e, v in zip(epochs, values, strict=True)]
            painter.setPen(self._pen(color))
            painter.drawPolyline(QPolygonF(points))
            painter.setBrush(color)
            for point in points[-1:] if len(points) > 1 else points:
                painter.drawEllipse(point, 2.5, 2.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            names.append((points[-1], layer, color))
        self._paint_names(painter, names)
        painter.end()

    @property
    def _area(self) -> QRectF:
        pixels = self._theme.pixels
        return QRectF(self.rect()).adjusted(
            pixels(LEFT), pixels(TOP), -pixels(RIGHT), -pixels(BOTTOM)
        )

    def _at(self, epoch: float, value: float) -> QPointF:
        area, (low, high) = self._area, self._span
        across = (epoch - 1) / max(self._last - 1, 1)
        up = (log10(max(value, 10.0**low)) - low) / (high - low)
        return QPointF(area.left() + across * area.width(), area.bottom() - up * area.height())

    def _color(self, place: int) -> QColor:
        palette = self._theme.palette
        share = place / max(len(self._curves) - 1, 1) * 0.6
        return QColor(mixed(palette.framework(self._framework), palette.text, share))

    def _pen(self, color: QColor) -> QPen:
        pen = QPen(color, 1.8)
        if DASHES[self._framework]:
            pen.setDashPattern(list(DASHES[self._framework]))
        return pen

    def _paint_axes(self, painter: QPainter) -> None:
        palette, area = self._theme.palette, self._area
        for power in range(self._span[0], self._span[1] + 1):
            spot = self._at(1, 10.0**power)
            painter.setPen(QPen(QColor(palette.grid), 1))
            painter.drawLine(QPointF(area.left(), spot.y()), QPointF(area.right(), spot.y()))
            painter.setPen(QColor(palette.secondary))
            room = QRectF(0, spot.y() - 10, area.left() - 6, 20)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, flags, _number(power))
        marked = self._at(max(self._epoch, 1), 1)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawLine(QPointF(marked.x(), area.top()), QPointF(marked.x(), area.bottom()))
        painter.setPen(QColor(palette.secondary))
        foot = QRectF(area.left(), area.bottom() + 2, area.width(), self._theme.pixels(20))
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, "1")
        painter.drawText(foot, Qt.AlignmentFlag.AlignHCenter, "Epoch")
        if self._last > 1:
            painter.drawText(foot, Qt.AlignmentFlag.AlignRight, f"{self._last}")

    def _paint_names(self, painter: QPainter, names: Sequence[tuple[QPointF, str, QColor]]) -> None:
        height = self._theme.pixels(15)
        free = self._area.top() - height
        for spot, layer, color in sorted(names, key=lambda name: name[0].y()):
            free = max(spot.y() - height / 2, free + height)
            painter.setPen(color)
            room = QRectF(spot.x() + 8, free, self.width() - spot.x() - 8, height)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, layer)


def span_of(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around all positive values."""
    positive = [value for value in values if value > 0]
    if not positive:
        return (-1, 1)
    low, high = floor(log10(min(positive))), ceil(log10(max(positive)))
    return (low, high) if high > low else (low, low + 1)


def _number(power: int) -> str:
    return f"{10.0**power:g}" if -4 < power < 5 else f"1e{power}"


class HistogramStrip(Painted):
    """Outputs of a layer over the epochs: the darker, the more often; one epoch is framed."""

    def __init__(self, theme: Theme, layer: str) -> None:
        super().__init__(theme, f"Outputs of {layer}", (150, 74))
        self._strip: NDArray[np.float64] = np.zeros((1, 1))
        self._span = (0.0, 1.0)
        self._column = 0
        self._image: QImage | None = None
        theme.changed.connect(self._forget)

    def show_strip(
        self, strip: NDArray[np.float64], span: tuple[float, float], column: int
    ) -> None:
        """Shows a strip.

        Args:
            strip: (bins, epochs) from 0 to 1.
            span: values at the bottom and top.
            column: to frame; none if negative.
        """
        self._strip, self._span, self._column = strip, span, column
        self.setAccessibleDescription(f"Outputs from {span[0]:.3g} to {span[1]:.3g}.")
        self._forget()

    def _forget(self) -> None:
        self._image = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the strip with its scale on the left."""
        if self._image is None:
            self._image = colored(self._strip, self._theme.palette)
        painter, pixels, palette = QPainter(self), self._theme.pixels, self._theme.palette
        painter.setFont(self._theme.font(11))
        area = QRectF(self.rect()).adjusted(pixels(LEFT), 2, -2, -4)
        painter.drawImage(area, self._image)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawRect(area)
        painter.setPen(QColor(palette.secondary))
        room = QRectF(0, area.top(), area.left() - 6, area.height())
        for value, flag in (
            (self._span[1], Qt.AlignmentFlag.AlignTop),
            (self._span[0], Qt.AlignmentFlag.AlignBottom),
        ):
            words = f"{value:.3g}".replace("-", "−")
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | flag, words)
        columns = self._strip.shape[1]
        if 0 <= self._column < columns:
            width = area.width() / columns
            painter.setPen(QPen(QColor(palette.text), 1.5))
            left = area.left() + self._column * width
            painter.drawRect(QRectF(left, area.top(), width, area.height()))
        painter.end()


class ErrorGrid(Painted):
    """Images with true label, prediction, and confidence."""

    COLUMNS = 4

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Most confident errors", (250, 300))
        self._errors: tuple[ConfidentError, ...] = ()
        self._names = DIGITS
        self._images: NDArray[np.uint8] = np.zeros((0, 28, 28), np.uint8)

    def show_errors(
        self,
        errors: Sequence[ConfidentError],
        images: NDArray[np.uint8],
        names: tuple[str, ...] = DIGITS,
    ) -> None:
        """Shows images (n, 28, 28) with their errors; ``names`` are those of the classes."""
        self._names = names
        self._errors, self._images = tuple(errors), images
        said = [f"{names[one.label]} as {names[one.predicted]}" for one in errors]
        self.setAccessibleDescription(f"{', '.join(said)}." if said else "There are no errors.")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints all images with two lines of text below each."""
        painter, palette = QPainter(self), self._theme.palette
        painter.setFont(self._theme.font(11))
        foot = self._theme.pixels(34)
        rows = max(1, -(-len(self._errors) // self.COLUMNS))
        cell = self.width() / self.COLUMNS
        side = max(8.0, min(cell - 10, self.height() / rows - foot - 4))
        for place, (error, image) in enumerate(zip(self._errors, self._images, strict=True)):
            row, column = divmod(place, self.COLUMNS)
            left, top = column * cell, row * (side + foot + 4)
            levels = np.asarray(255 - image) if self._theme.scheme == "light" else image
            # copy(): otherwise Qt would point to memory that NumPy frees.
            form = QImage.Format.Format_Grayscale8
            picture = QImage(np.ascontiguousarray(levels).tobytes(), 28, 28, 28, form).copy()
            spot = QRectF(left + (cell - side) / 2, top, side, side)
            painter.drawImage(spot, picture)
            painter.setPen(QPen(QColor(palette.line), 1))
            painter.drawRect(spot)
            painter.setPen(QColor(palette.text))
            pair = f"{self._names[error.label]} → {self._names[error.predicted]}"
            pair = painter.fontMetrics().elidedText(pair, Qt.TextElideMode.ElideRight, int(cell))
            words = f"{pair}\n{confidence(error.confidence)}"
            room = QRectF(left, top + side + 1, cell, foot)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, words)
        painter.end()
