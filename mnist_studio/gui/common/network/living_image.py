"""The image of a network with its activations. Any thread may paint it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from mnist_studio.analysis.network_picture import Box, LayerBlock, NetworkLayout
from mnist_studio.formatting import confidence
from mnist_studio.gui.common.network.painting import (
    paint_blocks,
    paint_links,
    paint_texts,
    picture_fonts,
    rectangle,
)
from mnist_studio.palette import Palette, mixed
from mnist_studio.spec.run import DIGITS

if TYPE_CHECKING:
    from mnist_studio.explanation.live import LiveFrame

DIGIT = 14.0
"""Room for a digit before its bar."""


@dataclass(frozen=True, eq=False)
class LivingScene:
    """All that stays while activations flow. What it paints once, it keeps.

    Attributes:
        layout: of the network.
        size: of the image, in pixels of the window.
        scale: pixels of the window per unit of the layout.
        density: pixels of the screen per pixel of the window.
        palette: colors.
        font: of the texts.
    """

    layout: NetworkLayout
    size: QSize
    scale: float
    density: float
    palette: Palette
    font: QFont

    def image(self, frame: "LiveFrame | None") -> QImage:
        """The network with activations; None paints the network alone."""
        image = QImage(self._still)
        painter = self._painter(image)
        self._paint_levels(painter, frame.blocks if frame else ())
        self._paint_links(painter)
        if self.layout.bars is not None:
            self._paint_bars(painter, self.layout.bars, self._chances(frame))
        painter.end()
        return image

    def _chances(self, frame: "LiveFrame | None") -> tuple[tuple[str, float], ...]:
        """Names and probabilities: of all classes in order, or of the most probable ones."""
        if frame is None:
            units = self.layout.blocks[-1].shape[-1]
            names = DIGITS if units == len(DIGITS) else ("",) * min(units, MOST_BARS)
            return tuple((name, 0.0) for name in names)
        pairs = tuple(zip(frame.class_names, frame.probabilities, strict=True))
        if len(pairs) > MOST_BARS:
            return tuple(sorted(pairs, key=lambda pair: -pair[1])[:MOST_BARS])
        return pairs

    def _blank(self) -> QImage:
        image = QImage(self.size * self.density, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self.density)
        image.fill(Qt.GlobalColor.transparent)
        return image

    def _painter(self, image: QImage) -> QPainter:
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.scale, self.scale)
        return painter

    @cached_property
    def _still(self) -> QImage:
        """Blocks and texts, which are below the activations."""
        image = self._blank()
        painter = self._painter(image)
        paint_blocks(painter, self.layout, self.palette)
        paint_texts(painter, self.layout, self._fonts, self.palette)
        painter.end()
        return image

    @cached_property
    def _links(self) -> tuple[QRectF, QImage]:
        """The lines over the activations, and the rectangle around all of them."""
        image = self._blank()
        painter = self._painter(image)
        paint_links(painter, self.layout, self.palette)
        painter.end()
        fronts = [rectangle(block.front) for block in self.layout.blocks]
        area = QRectF()
        for front in fronts:
            area = area.united(front)
        scaled = QRectF(area.topLeft() * self.scale, area.size() * self.scale)
        return scaled.adjusted(-12, -12, 12, 12), image

    @cached_property
    def _fonts(self) -> tuple[QFont, QFont]:
        return picture_fonts(self.font)

    @cached_property
    def _colors(self) -> list[int]:
        return color_table(self.palette)

    def _paint_links(self, painter: QPainter) -> None:
        area, image = self._links
        source = QRectF(area.topLeft() * self.density, area.size() * self.density)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, image, source)
        painter.restore()

    def _paint_levels(self, painter: QPainter, blocks: tuple[NDArray[np.uint8], ...]) -> None:
        # Smooth edges of images would take as long as the images.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for block, levels in zip(self.layout.blocks, blocks, strict=False):
            image = _image(levels, self._colors)
            room = _room(block, image)
            shrunk = image.width() > room.width() * self.scale * self.density
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
            painter.drawImage(room, image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_bars(
        self, painter: QPainter, bars: Box, chances: tuple[tuple[str, float], ...]
    ) -> None:
        palette, (plain, bold) = self.palette, self._fonts
        best = max(chance for _, chance in chances)
        step = bars.height / MOST_BARS
        room = NAME if max(len(name) for name, _ in chances) > 1 else DIGIT
        for line, (name, chance) in enumerate(chances):
            top, is_best = bars.top + line * step, 0 < chance == best
            painter.setFont(bold if is_best else plain)
            painter.setPen(QColor(palette.text if is_best else palette.secondary))
            text = painter.fontMetrics().elidedText(name, _RIGHT, int(room))
            painter.drawText(QRectF(bars.left, top, room, step), _LEFT, text)
            whole = bars.width - room - _FIGURE
            long = max(1.0, whole * chance)
            bar = QRectF(bars.left + room, top + 0.2 * step, long, 0.6 * step)
            painter.fillRect(bar, QColor(palette.accent if is_best else palette.secondary))
            if chance >= _LEAST:
                place = QRectF(bar.right() + 4, top, _FIGURE, step)
                painter.drawText(place, _LEFT, confidence(chance))


MOST_BARS = 10
"""Classes whose probabilities have room."""
NAME = 48.0
"""Room for the name of a class, where names are longer than a digit."""
_RIGHT = Qt.TextElideMode.ElideRight
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_FIGURE = 60.0
"""Room for a percentage after its bar."""

_LEAST = 0.0005
"""Least probability that is written: 0.1 % after rounding."""


def _room(block: LayerBlock, image: QImage) -> QRectF:
    """The place of the activations on the front of a block; pixels of maps are squares."""
    room = rectangle(block.front).adjusted(0.5, 0.5, -0.5, -0.5)
    if len(block.shape) < 3:
        return room
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


def color_table(palette: Palette) -> list[int]:
    """The color of every level: blue above 0, red below, and the color of the front for gaps."""
    table = []
    for level in range(255):
        part = (level - 127) / 127
        end = palette.accent if part > 0 else palette.bad
        table.append(QColor(mixed(palette.panel, end, abs(part))).rgb())
    return [*table, QColor(palette.hover).rgb()]
