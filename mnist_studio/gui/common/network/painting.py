"""Paints the picture of a network with Qt, from the same values as in files."""

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF

from mnist_studio.analysis.network_picture import (
    TEXT_SIZE,
    Box,
    LayerBlock,
    Link,
    NetworkLayout,
    block_colors,
)
from mnist_studio.palette import Palette, mixed

_CENTERED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


def rectangle(box: Box) -> QRectF:
    """A box as Qt's."""
    return QRectF(box.left, box.top, box.width, box.height)


def paint_blocks(painter: QPainter, layout: NetworkLayout, palette: Palette) -> None:
    """Paints all blocks; the painter is scaled to the units of the layout."""
    for block in layout.blocks:
        _paint_block(painter, block, palette)


def paint_links(painter: QPainter, layout: NetworkLayout, palette: Palette) -> None:
    """Paints what connects the blocks, over them."""
    for link in layout.links:
        _paint_link(painter, link, palette)


def picture_fonts(font: QFont) -> tuple[QFont, QFont]:
    """The fonts of a picture, plain and bold, whose painter is scaled to the text of the window."""
    fonts = QFont(font), QFont(font)
    for made, weight in zip(fonts, (QFont.Weight.Normal, QFont.Weight.DemiBold), strict=True):
        made.setPixelSize(round(TEXT_SIZE))
        made.setWeight(weight)
    return fonts


def paint_texts(
    painter: QPainter, layout: NetworkLayout, fonts: tuple[QFont, QFont], palette: Palette
) -> None:
    """Paints the texts of all blocks."""
    for block in layout.blocks:
        for text in block.texts:
            painter.setFont(fonts[text.style == "name"])
            painter.setPen(QColor(palette.secondary if text.style == "figure" else palette.text))
            room = QRectF(text.x - 200, text.baseline - TEXT_SIZE, 400, 1.5 * TEXT_SIZE)
            painter.drawText(room, _CENTERED, text.text)


def picture_image(layout: NetworkLayout, font: QFont, palette: Palette, density: float) -> QImage:
    """The picture as an image, with so many pixels per unit. Any thread may call it."""
    size = QSize(round(layout.width * density), round(layout.height * density))
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(QColor(palette.panel))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(density, density)
    paint_blocks(painter, layout, palette)
    paint_links(painter, layout, palette)
    paint_texts(painter, layout, picture_fonts(font), palette)
    painter.end()
    return image


def paint_outline(painter: QPainter, block: LayerBlock, color: str, width: float) -> None:
    """Paints an outline around a block, which is selected or under the pointer."""
    painter.setPen(_pen(color, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rectangle(block.area).adjusted(-4, -2, 4, 1), 6, 6)


def _paint_block(painter: QPainter, block: LayerBlock, palette: Palette) -> None:
    colors = block_colors(palette, block.role)
    fills = {"front": colors.front, "top": colors.top, "side": colors.side}
    painter.setPen(_pen(colors.border, 1))
    for face in block.faces:
        painter.setBrush(QColor(fills[face.side]))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in face.points]))


def _paint_link(painter: QPainter, link: Link, palette: Palette) -> None:
    painter.setPen(_pen(mixed(palette.panel, palette.secondary, 0.75), 0.9))
    painter.drawLines([QLineF(QPointF(*start), QPointF(*end)) for start, end in link.lines])
    if link.window:
        painter.setPen(_pen(palette.text, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rectangle(link.window))


def _pen(color: str, width: float) -> QPen:
    made = QPen(QColor(color), width)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    # Lines stay thin in a picture that is enlarged, and visible in one that is reduced.
    made.setCosmetic(True)
    return made
