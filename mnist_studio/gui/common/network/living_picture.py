"""The picture of a network in which activations flow while one draws."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from mnist_studio.analysis.network_picture import LIVE, TEXT_SIZE, Box, NetworkLayout
from mnist_studio.formatting import confidence
from mnist_studio.gui.common.network.painting import (
    paint_blocks,
    paint_links,
    paint_texts,
    picture_fonts,
    rectangle,
)
from mnist_studio.gui.common.network.picture import NetworkPicture
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import Palette, mixed

if TYPE_CHECKING:
    from mnist_studio.explanation.live import LiveFrame

DIGIT = 14.0
"""Room for a digit before its bar."""


class LivingPicture(NetworkPicture):
    """Shows the activations in front of each block, and the probabilities as ten bars.

    Signals:
        frame_painted: new activations are on the screen.
    """

    frame_painted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, LIVE)
        self._frame: LiveFrame | None = None
        self._is_new = False
        self._images: tuple[QImage, ...] = ()
        self._colors = _color_table(theme.palette)
        self._still: tuple[object, QPixmap] | None = None
        theme.changed.connect(self._recolor)

    @property
    def frame(self) -> "LiveFrame | None":
        """The activations that are shown."""
        return self._frame

    def show_frame(self, frame: "LiveFrame | None") -> None:
        """Shows activations; None shows the network alone."""
        self._frame = frame
        levels = frame.blocks if frame else ()
        self._images = tuple(_image(one, self._colors) for one in levels)
        self._is_new = frame is not None
        self.update()

    def paint(self, painter: QPainter, layout: NetworkLayout) -> None:
        """Paints the parts that stay from a cache, and the activations over them."""
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(0, 0, self._still_part(layout))
        painter.restore()
        self._paint_images(painter, layout)
        paint_links(painter, layout, self.theme.palette)
        if layout.bars is not None:
            self._paint_bars(painter, layout.bars)
        if self._is_new:
            self._is_new = False
            self.frame_painted.emit()

    def _paint_images(self, painter: QPainter, layout: NetworkLayout) -> None:
        # Smooth edges of images would take as long as the images.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for block, image in zip(layout.blocks, self._images, strict=False):
            room = rectangle(block.front).adjusted(0.5, 0.5, -0.5, -0.5)
            if len(block.shape) == 3:
                room = _inside(room, image)
            shrunk = image.width() > room.width() * self.scale * self.devicePixelRatioF()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
            painter.drawImage(room, image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_bars(self, painter: QPainter, bars: Box) -> None:
        palette = self.theme.palette
        plain, bold = picture_fonts(self.theme.font(TEXT_SIZE))
        chances = self._frame.probabilities if self._frame else (0.0,) * 10
        best = max(chances)
        step = bars.height / 10
        for digit, chance in enumerate(chances):
            top, is_best = bars.top + digit * step, 0 < chance == best
            painter.setFont(bold if is_best else plain)
            painter.setPen(QColor(palette.text if is_best else palette.secondary))
            painter.drawText(QRectF(bars.left, top, DIGIT, step), _LEFT, str(digit))
            whole = bars.width - DIGIT - _FIGURE
            long = max(1.0, whole * chance)
            bar = QRectF(bars.left + DIGIT, top + 0.2 * step, long, 0.6 * step)
            painter.fillRect(bar, QColor(palette.accent if is_best else palette.secondary))
            if chance >= _LEAST:
                place = QRectF(bar.right() + 4, top, _FIGURE, step)
                painter.drawText(place, _LEFT, confidence(chance))

    def _still_part(self, layout: NetworkLayout) -> QPixmap:
        """Blocks and texts, painted once for a layout, a size, and a theme."""
        density = self.devicePixelRatioF()
        key = (id(layout), self.scale, density, self.theme.scheme)
        if self._still is None or self._still[0] != key:
            pixmap = QPixmap(self.size() * density)
            pixmap.setDevicePixelRatio(density)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(self.scale, self.scale)
            paint_blocks(painter, layout, self.theme.palette)
            fonts = picture_fonts(self.theme.font(TEXT_SIZE))
            paint_texts(painter, layout, fonts, self.theme.palette)
            painter.end()
            self._still = (key, pixmap)
        return self._still[1]

    @Slot()
    def _recolor(self) -> None:
        self._colors = _color_table(self.theme.palette)
        self.show_frame(self._frame)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_FIGURE = 60.0
"""Room for a percentage after its bar."""

_LEAST = 0.0005
"""Least probability that is written: 0.1 % after rounding."""


def _inside(room: QRectF, image: QImage) -> QRectF:
    """The largest place in a room in which the pixels of an image are squares."""
    size = image.size().toSizeF()
    size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRectF(room.topLeft(), size)
    place.moveCenter(room.center())
    return place


def _image(levels: NDArray[np.uint8], colors: list[int]) -> QImage:
    rows, columns = levels.shape
    image = QImage(levels.tobytes(), columns, rows, columns, QImage.Format.Format_Indexed8)
    image.setColorTable(colors)
    # Qt scales this format four times as fast. It also copies the levels, which NumPy frees.
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _color_table(palette: Palette) -> list[int]:
    """The color of every level: blue above 0, red below, and the color of the front for gaps."""
    table = []
    for level in range(255):
        part = (level - 127) / 127
        end = palette.accent if part > 0 else palette.bad
        table.append(QColor(mixed(palette.panel, end, abs(part))).rgb())
    return [*table, QColor(palette.hover).rgb()]
