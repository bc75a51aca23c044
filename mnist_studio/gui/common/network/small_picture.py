"""The picture of a network in a small room: all of it is visible, whatever its size."""

from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy

from mnist_studio.analysis.network_layout import network_layout
from mnist_studio.analysis.network_picture import SMALL, LayerBlock, NetworkLayout
from mnist_studio.gui.common.network.painting import paint_blocks, paint_links
from mnist_studio.gui.common.network.picture import NetworkPicture
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import Palette
from mnist_studio.spec.layers import text
from mnist_studio.spec.model import ModelSpec

HEIGHT, LABEL = 84, 16
"""Of the picture, and of a line of text, in lengths of the design."""

MOST_LINES = 3
"""A network with many layers is drawn in up to so many lines, as large as possible."""


_GAPS = (72.0, 48.0, 30.0, 18.0)
"""Between the blocks of a network with few layers, which leave room."""


class SmallNetworkPicture(NetworkPicture):
    """Draws a network as large as its fixed height and its width allow, with a few labels."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, SMALL)
        # An image of all blocks, and what it was painted of.
        self._painted: tuple[_Look, QImage] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip("Click a layer to see what it does")

    @property
    def scale(self) -> float:
        """The scale at which all of the network is visible."""
        if self.picture is None:
            return 1.0
        return self._scale_of(self.picture)

    def _scale_of(self, layout: NetworkLayout) -> float:
        high = self.height() - self._label_height(layout)
        return min(
            max(1, self.width()) / layout.width, max(1, high) / layout.height,
            self.theme.pixels(150) / 100,
        )  # fmt: skip

    def _label_height(self, layout: NetworkLayout) -> int:
        """Room below the picture; none if it has several lines."""
        return self.theme.pixels(LABEL) if _lines(layout) == 1 else 0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Clicks a layer, or the first one where there is none."""
        if event.button() == Qt.MouseButton.LeftButton and self.model is not None:
            self.layer_clicked.emit(self.layer_at(event.position()) or 0)

    def hasHeightForWidth(self) -> bool:
        """The height is fixed."""
        return False

    def heightForWidth(self, width: int) -> int:
        """The fixed height."""
        return self.theme.pixels(HEIGHT)

    def sizeHint(self) -> QSize:
        """A fixed height."""
        return QSize(self.theme.pixels(240), self.theme.pixels(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """May be narrow."""
        return QSize(self.theme.pixels(120), self.theme.pixels(HEIGHT))

    def prepare(self, model: ModelSpec) -> None:
        """Computes on any thread what ``show_model`` needs, which is then quick.

        Raises:
            SpecError: the network is not valid.
        """
        layout = self._laid_out(model)
        look = self._look(layout)
        self._painted = look, _image(look)

    def _look(self, layout: NetworkLayout) -> "_Look":
        scale, density = self._scale_of(layout), self.devicePixelRatioF()
        return _Look(layout, self.size(), scale, density, self.theme.palette)

    def _laid_out(self, model: ModelSpec) -> NetworkLayout:
        spread = (network_layout(model, style=replace(SMALL, gap=gap)) for gap in _GAPS)
        narrow = network_layout(model, style=SMALL)
        broken = (
            network_layout(model, 1.04 * narrow.width / lines + 30, SMALL)
            for lines in range(2, MOST_LINES + 1)
        )
        # Of those that are equally large, the first.
        return max((*spread, narrow, *broken), key=self._scale_of)

    def paint(self, painter: QPainter, layout: NetworkLayout) -> None:
        """Paints blocks and links once, and labels in the size of text."""
        look = self._look(layout)
        painted = self._painted
        if painted is None or painted[0] != look:
            self._painted = painted = look, _image(look)
        painter.save()
        painter.resetTransform()
        painter.drawImage(0, 0, painted[1])
        painter.restore()
        if _lines(layout) == 1:
            scale = self.scale
            painter.save()
            painter.scale(1 / scale, 1 / scale)
            self._paint_labels(painter, layout, scale)
            painter.restore()

    def _paint_labels(self, painter: QPainter, layout: NetworkLayout, scale: float) -> None:
        """Paints whole shapes if all fit, else short ones, and leaves out those without room."""
        painter.setFont(self.theme.font(11))
        painter.setPen(QColor(self.theme.palette.secondary))
        metrics = QFontMetricsF(painter.font())
        height = self.theme.pixels(LABEL)
        middles = [block.area.center[0] * scale for block in layout.blocks]
        pitch = min((b - a for a, b in pairwise(middles)), default=100.0)
        whole = all(metrics.horizontalAdvance(_shape(one)) < pitch for one in layout.blocks)
        texts = [_shape(one) if whole else _short(one) for one in layout.blocks]
        last = middles[-1] - metrics.horizontalAdvance(texts[-1]) / 2
        free = 0.0
        for number, (name, middle) in enumerate(zip(texts, middles, strict=True)):
            room = QRectF(0, 0, metrics.horizontalAdvance(name), height)
            room.moveCenter(QPointF(middle, round(layout.height * scale) + height / 2))
            room.moveLeft(max(0.0, min(room.left(), self.width() - room.width())))
            is_last = number == len(texts) - 1
            if room.left() >= free and (is_last or room.right() + 4 <= last):
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)
                free = room.right() + 4


@dataclass(frozen=True)
class _Look:
    """What the image of all blocks depends on; the pixels are those of ``LivingScene``."""

    layout: NetworkLayout
    size: QSize
    scale: float
    density: float
    palette: Palette


def _image(look: _Look) -> QImage:
    """Blocks and links; any thread may paint them."""
    image = QImage(look.size * look.density, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(look.density)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(look.scale, look.scale)
    paint_blocks(painter, look.layout, look.palette)
    paint_links(painter, look.layout, look.palette)
    painter.end()
    return image


def _lines(layout: NetworkLayout) -> int:
    return len({block.area.top for block in layout.blocks})


def _shape(block: LayerBlock) -> str:
    return text(block.shape if block.layers else block.shape[:2])


def _short(block: LayerBlock) -> str:
    """What of a shape matters most: the feature maps, or the units."""
    return f"×{block.shape[-1]}" if block.layers and len(block.shape) == 3 else _shape(block)
