"""Ticks in tables, in the look of all others: the style's own can hardly be seen in the dark.

A check box, painted in the studio's own look.
"""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mnist_studio.gui.theme.icons import pixmap
from mnist_studio.gui.theme.theme import Theme

BOX, GAP, EDGE = 16, 8, 2
"""Points of the box's side, of what lies between it and its word, and before it."""


def text_start(theme: Theme) -> int:
    """Where the word begins, in pixels."""
    return EDGE + theme.pixels(BOX + GAP)


class CheckBox(QCheckBox):
    """A word with a box before it, which is filled and ticked where it is on."""

    def __init__(self, text: str, theme: Theme) -> None:
        super().__init__(text)
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """As high as a finger."""
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(text_start(self._theme) + words + EDGE, self._theme.pixels(28))

    def minimumSizeHint(self) -> QSize:
        """All of it."""
        return self.sizeHint()

    def hitButton(self, place: QPoint) -> bool:
        """Box and word, whatever the style thinks where they are."""
        return self.rect().contains(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame of the focus, the box, its tick and the word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, side = self._theme.palette, self._theme.pixels(BOX)
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        box = QRectF(EDGE + 0.5, (self.height() - side) / 2 + 0.5, side - 1, side - 1)
        paint_box(painter, self._theme, box, self.isChecked(), self.underMouse())
        painter.setPen(QColor(palette.text if self.isEnabled() else palette.secondary))
        room = self.rect().adjusted(text_start(self._theme), 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


def paint_box(
    painter: QPainter, theme: Theme, box: QRectF, on: bool, hovered: bool = False
) -> None:
    """Paints a box, filled and ticked where it is on."""
    palette = theme.palette
    empty = palette.hover if hovered else palette.ground
    painter.setPen(QPen(QColor(palette.accent if on else palette.secondary), 1))
    painter.setBrush(QColor(palette.accent if on else empty))
    painter.drawRoundedRect(box, 4, 4)
    if on:
        density = painter.device().devicePixelRatioF()
        name = f"check {density}"
        if name not in theme.pictures:
            theme.pictures[name] = pixmap("check", palette.on_accent, theme.pixels(BOX), density)
        painter.drawPixmap(box.topLeft(), theme.pictures[name])


class CheckedCellDelegate(QStyledItemDelegate):
    """Paints the fields of a column that may have a tick."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """The field as the style paints it, and over its tick the studio's own."""
        super().paint(painter, option, index)
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is None:
            return
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        element = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        spot = QApplication.style().subElementRect(element, whole, whole.widget)
        side = max(self._theme.pixels(BOX), spot.width() + 1)
        box = QRectF(0, 0, side - 1, side - 1)
        box.moveCenter(spot.center().toPointF())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_box(painter, self._theme, box, Qt.CheckState(state) == Qt.CheckState.Checked)
        painter.restore()
