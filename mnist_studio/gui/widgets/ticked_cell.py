"""Ticks in tables, in the look of all others: the style's own can hardly be seen in the dark."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.tick_box import BOX, paint_box


class TickedCell(QStyledItemDelegate):
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
