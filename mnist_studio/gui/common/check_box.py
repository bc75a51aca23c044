"""Check boxes, also in tables. The ones of the style are hardly visible in the dark theme."""

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

from mnist_studio.gui.common.elided import shortened_title
from mnist_studio.gui.theme.icons import pixmap
from mnist_studio.gui.theme.theme import Theme

BOX, GAP, EDGE = 16, 8, 2
"""Side of the box, gap before the text, and margin before the box."""


def text_start(theme: Theme) -> int:
    """Where the text begins, in pixels."""
    return EDGE + theme.pixels(BOX + GAP)


class CheckBox(QCheckBox):
    """A check box with its text."""

    def __init__(self, text: str, theme: Theme) -> None:
        super().__init__(text)
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """The height of a touch target."""
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(text_start(self._theme) + words + EDGE, self._theme.pixels(28))

    def minimumSizeHint(self) -> QSize:
        """The whole text."""
        return self.sizeHint()

    def hitButton(self, place: QPoint) -> bool:
        """The whole widget reacts to clicks."""
        return self.rect().contains(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints focus frame, box, check mark and text."""
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
    """Paints a box, filled and with a check mark if it is on."""
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


class ThemedDelegate(QStyledItemDelegate):
    """Paints cells with the colors and sizes of a theme."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme


class CheckedCellDelegate(ThemedDelegate):
    """Paints the cells of a column of titles that may have a check box."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Shortens every line that is too wide so that the framework of a run stays visible."""
        super().initStyleOption(option, index)
        style, metric = QApplication.style(), QStyle.PixelMetric.PM_FocusFrameHMargin
        spot = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        room = spot.width() - 2 * (style.pixelMetric(metric, option, option.widget) + 1)
        metrics = option.fontMetrics
        if room > 0 and option.rect.isValid():
            lines = option.text.replace("\u2028", "\n").split("\n")
            shown = [shortened_title(line, metrics, room) for line in lines]
            option.text = "\u2028".join(shown)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paints the cell as the style does, and the check box over that of the style."""
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
