"""The picture of a network as a widget: every layer can be clicked, or chosen with the keyboard."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.analysis.network_layout import network_layout
from mnist_studio.analysis.network_picture import FULL, TEXT_SIZE, LayerBlock, NetworkLayout, Style
from mnist_studio.gui.common.network.painting import (
    paint_blocks,
    paint_links,
    paint_outline,
    paint_texts,
    picture_fonts,
)
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.model import ModelSpec, describe

ZOOMS = (0.25, 0.35, 0.5, 0.7, 0.85, 1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0)
"""Sizes relative to the text of the window."""

ALL_TEXTS = 0.85
"""The smallest size with all texts; below it, there are names and shapes."""

_STEPS = {
    Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1
}  # fmt: skip


class NetworkPicture(QWidget):
    """Draws a network in lines of its own width. Blue layers have parameters, and gray ones do not.

    Arrow keys choose a layer, and Enter clicks it.

    Signals:
        layer_clicked: the position of a layer in the network, from 0.
    """

    layer_clicked = Signal(int)

    def __init__(self, theme: Theme, style: Style = FULL) -> None:
        super().__init__()
        self.theme, self._style = theme, style
        self._model: ModelSpec | None = None
        self._layout: NetworkLayout | None = None
        self._zoom = 1.0
        self._selected: int | None = None
        self._hovered: LayerBlock | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Picture of the network")
        theme.changed.connect(self._arrange)

    @property
    def picture(self) -> NetworkLayout | None:
        """What is drawn; None before there is a network."""
        return self._layout

    @property
    def model(self) -> ModelSpec | None:
        """The network that is drawn."""
        return self._model

    @property
    def scale(self) -> float:
        """Pixels per unit of the picture."""
        return self._scale_at(self._zoom)

    def _scale_at(self, zoom: float) -> float:
        return max(1.0, zoom) * self.theme.pixels(100) / 100

    def _style_at(self, zoom: float) -> Style:
        """Below 1, blocks become smaller and texts fewer, so that they can always be read."""
        if zoom >= 1:
            return self._style
        texts = self._style.texts if zoom >= ALL_TEXTS else "names"
        gap = max(10.0, self._style.gap * zoom)
        return replace(self._style, scale=self._style.scale * zoom, texts=texts, gap=gap)

    def _at_width(self, model: ModelSpec, width: int, zoom: float) -> NetworkLayout:
        return network_layout(model, width / self._scale_at(zoom), self._style_at(zoom))

    @property
    def zoom(self) -> float:
        """The size, relative to the text of the window."""
        return self._zoom

    @property
    def selected(self) -> int | None:
        """The position of the selected layer in the network."""
        return self._selected

    def show_model(self, model: ModelSpec) -> None:
        """Draws another network.

        Raises:
            SpecError: it is not valid; the former picture stays.
        """
        if model == self._model:
            return
        layout = self._laid_out(model)
        self._model, self._hovered = model, None
        if self._selected is not None and self._selected >= len(model.layers):
            self._selected = None
        self._take(layout)

    def set_zoom(self, zoom: float) -> None:
        """Draws larger or smaller; 1 has the text size of the window."""
        zoom = min(max(zoom, ZOOMS[0]), ZOOMS[-1])
        if zoom != self._zoom:
            self._zoom = zoom
            self._arrange()

    def fitting_zoom(self, room: QSize) -> float:
        """The largest size, up to 1, at which all of the network is visible in a room."""
        for zoom in reversed([one for one in ZOOMS if one <= 1]):
            if self._model is None:
                return 1.0
            scale = self._scale_at(zoom)
            layout = self._at_width(self._model, room.width(), zoom)
            if max(layout.height * scale - room.height(), layout.width * scale - room.width()) <= 0:
                return zoom
        return ZOOMS[0]

    def select(self, layer: int | None) -> None:
        """Outlines the block of a layer, by its position in the network."""
        if layer != self._selected:
            self._selected = layer
            self._describe()
            self.update()

    def rectangle_of(self, layer: int) -> QRect:
        """Where the block of a layer is, in pixels."""
        if self._layout is None:
            return QRect()
        area, scale = self._layout.block_of(layer).area, self.scale
        return QRect(
            round(area.left * scale), round(area.top * scale),
            round(area.width * scale), round(area.height * scale),
        )  # fmt: skip

    def hasHeightForWidth(self) -> bool:
        """Lines end at the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all lines."""
        if self._model is None:
            return 0
        if self._layout is not None and width == self.width():
            return round(self._layout.height * self.scale)
        return round(
            network_layout(self._model, width / self.scale, self._style).height * self.scale
        )

    def sizeHint(self) -> QSize:
        """As wide as the parent has room for."""
        width = max(self.width(), self.theme.pixels(320))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """As wide as the widest block."""
        if self._layout is None:
            return QSize(0, 0)
        widest = max(block.area.width for block in self._layout.blocks) + self._style.gap
        return QSize(round(widest * self.scale), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ends lines at the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints blocks, links, texts, and the outline of the selected block."""
        if self._layout is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.scale, self.scale)
        self.paint(painter, self._layout)
        self._paint_marks(painter, self._layout)
        painter.end()

    def paint(self, painter: QPainter, layout: NetworkLayout) -> None:
        """Paints the picture without the marks of selection."""
        paint_blocks(painter, layout, self.theme.palette)
        paint_links(painter, layout, self.theme.palette)
        fonts = picture_fonts(self.theme.font(TEXT_SIZE))
        paint_texts(painter, layout, fonts, self.theme.palette)

    def _paint_marks(self, painter: QPainter, layout: NetworkLayout) -> None:
        palette = self.theme.palette
        if self._hovered is not None and self._hovered.layers:
            paint_outline(painter, self._hovered, palette.line, 1.5)
        if self._selected is not None:
            width = 2.5 if self.hasFocus() else 1.5
            paint_outline(painter, layout.block_of(self._selected), palette.accent, width)

    def layer_at(self, point: QPointF) -> int | None:
        """The position of the layer at a point of the widget; None if there is none."""
        if self._layout is None:
            return None
        return self._layout.layer_at(point.x() / self.scale, point.y() / self.scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Clicks a layer."""
        layer = self.layer_at(event.position())
        if layer is not None and event.button() == Qt.MouseButton.LeftButton:
            self._click(layer)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outlines the block under the pointer."""
        self._hover(self._block_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Removes the outline."""
        super().leaveEvent(event)
        self._hover(None)

    def _hover(self, block: LayerBlock | None) -> None:
        if block is not self._hovered:
            self._hovered = block
            clickable = block is not None and block.layers
            shape = Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            self.update()

    def _block_at(self, point: QPointF) -> LayerBlock | None:
        if self._layout is None:
            return None
        x, y = point.x() / self.scale, point.y() / self.scale
        return next((one for one in self._layout.blocks if one.area.contains(x, y)), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Chooses a layer with the arrow keys, and clicks it with Enter or Space."""
        step = _STEPS.get(Qt.Key(event.key()))
        count = len(self._model.layers) if self._model else 0
        if step and count:
            start = -1 if step > 0 else count
            at = start if self._selected is None else self._selected
            self.select(min(max(at + step, 0), count - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._selected is not None:
                self._click(self._selected)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows where the keyboard is."""
        super().focusInEvent(event)
        if self._selected is None and self._model and event.reason() in _BY_TAB:
            self.select(0)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Shows that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Explains the block under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            block = self._block_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), block.description if block else "", self)
            return True
        return super().event(event)

    def _click(self, layer: int) -> None:
        self.select(layer)
        self.layer_clicked.emit(layer)

    @Slot()
    def _arrange(self) -> None:
        if self._model is not None:
            self._take(self._laid_out(self._model))

    def _laid_out(self, model: ModelSpec) -> NetworkLayout:
        return self._at_width(model, max(self.width(), self.theme.pixels(120)), self._zoom)

    def _take(self, layout: NetworkLayout) -> None:
        self._layout, self._hovered = layout, None
        self._describe()
        self.updateGeometry()
        self.update()

    def _describe(self) -> None:
        """Lets screen readers read the selected layer, or the whole network."""
        if self._layout is None or self._model is None:
            return
        text = self._layout.summary
        if self._selected is not None:
            report = describe(self._model)[self._selected]
            lines = self._layout.block_of(self._selected).description.split("\n")
            own = next(line for line in lines if line.startswith(f"{report.name}:"))
            text = f"Layer {self._selected + 1} of {len(self._model.layers)}. {own}"
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)


_BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
