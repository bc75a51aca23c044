"""A small picture of a network: its layers as blocks with their shapes, from left to right."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.formatting import count, counted
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.network_blocks import Block, network_blocks
from mnist_studio.palette import Palette, mixed
from mnist_studio.spec.model import ModelSpec, parameter_count

HEIGHT, SHEET, COLUMN, LABEL = 84, 2, 9, 16
"""Of the picture, of the step between two sheets, of a column of units, and of a line of text, in
lengths of the design."""


class NetworkPicture(QWidget):
    """Draws a network. Blue layers learn, and gray ones do not; tooltips name each layer."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._blocks: tuple[Block, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What is drawn, from left to right."""
        return self._blocks

    def show_model(self, model: ModelSpec) -> None:
        """Draws another network."""
        self._blocks = network_blocks(model)
        layers = counted(len(self._blocks) - 1, "layer")
        parameters = count(parameter_count(model))
        self.setAccessibleName("Network")
        self.setAccessibleDescription(f"{layers} after the image, {parameters} parameters")
        self.update()

    def sizeHint(self) -> QSize:
        """A fixed height."""
        return QSize(self._theme.pixels(240), self._theme.pixels(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """May be narrow."""
        return QSize(self._theme.pixels(120), self._theme.pixels(HEIGHT))

    def event(self, event: QEvent) -> bool:
        """Explains the layer under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._detail_at(event.pos().x()), self)
            return True
        return super().event(event)

    def _detail_at(self, x: float) -> str:
        for block, place in self._places():
            if place.left() <= x <= place.right():
                return block.detail
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints a line through all blocks, then the blocks, then their shapes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, places = self._theme.palette, list(self._places())
        if places:
            middle = places[0][1].center().y()
            painter.setPen(QPen(QColor(palette.line), 2))
            ends = (places[0][1].center().x(), places[-1][1].center().x())
            painter.drawLine(QPointF(ends[0], middle), QPointF(ends[1], middle))
        for block, place in places:
            self._paint_block(painter, block, place)
        self._paint_labels(painter, places)
        painter.end()

    def _paint_block(self, painter: QPainter, block: Block, place: QRectF) -> None:
        border, fill = _colors(self._theme.palette, block)
        painter.setPen(QPen(QColor(border), 1))
        painter.setBrush(QColor(fill))
        shown = self._shape(block)
        step = self._theme.pixels(SHEET)
        for sheet in reversed(range(block.sheets)):
            shift = step * (sheet - (block.sheets - 1) / 2)
            shown.moveCenter(place.center() + QPointF(shift, -shift))
            painter.drawRoundedRect(shown, 2, 2)
        if block.kind == "image":
            painter.setFont(self._theme.font(0.6 * shown.height() * 13 / self._theme.pixels(13)))
            painter.drawText(shown, Qt.AlignmentFlag.AlignCenter, "7")

    def _paint_labels(self, painter: QPainter, places: list[tuple[Block, QRectF]]) -> None:
        """Paints whole shapes if all fit, else short ones, and leaves out those without room."""
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.palette.secondary))
        metrics = QFontMetricsF(painter.font())
        height = self._theme.pixels(LABEL)
        whole = all(
            metrics.horizontalAdvance(block.label) <= place.width() for block, place in places
        )
        free = 0.0
        for block, place in places:
            text = block.label if whole else block.short
            room = QRectF(0, self.height() - height, metrics.horizontalAdvance(text), height)
            room.moveCenter(QPointF(place.center().x(), room.center().y()))
            last = block is places[-1][0]
            if room.left() >= free and (last or room.right() + 4 <= self._last_label(metrics)):
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
                free = room.right() + 4

    def _last_label(self, metrics: QFontMetricsF) -> float:
        """Where the label of the last block begins, which is always shown."""
        *_, (block, place) = self._places()
        return place.center().x() - metrics.horizontalAdvance(block.short) / 2

    def _shape(self, block: Block) -> QRectF:
        """The outline of one sheet or column, anywhere."""
        pixels = self._theme.pixels
        room = min(self.height() - pixels(LABEL) - 8, 1.5 * self.width() / (len(self._blocks) + 1))
        if block.kind == "units":
            tall = self.height() - pixels(LABEL) - 8
            return QRectF(0, 0, pixels(COLUMN), tall * block.size)
        side = max(float(pixels(5)), block.size * room * 0.8)
        return QRectF(0, 0, side, side)

    def _places(self) -> Iterator[tuple[Block, QRectF]]:
        """Every block with its place, which includes the gaps around it."""
        step = self._theme.pixels(SHEET)
        widths = [self._shape(one).width() + step * (one.sheets - 1) for one in self._blocks]
        gap = (self.width() - 2 - sum(widths)) / max(1, len(widths))
        left, height = 1.0, self.height() - self._theme.pixels(LABEL)
        for block, width in zip(self._blocks, widths, strict=True):
            yield block, QRectF(left, 0, width + gap, height)
            left += width + gap


def _colors(palette: Palette, block: Block) -> tuple[str, str]:
    """Border and fill: layers that learn have the accent."""
    match block.kind:
        case "learned":
            return palette.accent, mixed(palette.panel, palette.accent, 0.25)
        case "units":
            return palette.accent, palette.accent
        case _:
            return palette.secondary, palette.hover
