"""A combo box whose entries have a detail on the right."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QStandardItemModel,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from mnist_studio.gui.common.check_box import ThemedDelegate
from mnist_studio.gui.common.elided import shortened_title
from mnist_studio.gui.theme.icons import pixmap
from mnist_studio.gui.theme.theme import Theme

_DETAIL = Qt.ItemDataRole.UserRole + 2


class ComboBox(QComboBox):
    """One of several named values, each with a detail on the right.

    Signals:
        chosen: the key of the new choice, when the user made it.
        opening: the list will be shown.
    """

    chosen = Signal(str)
    opening = Signal()

    def __init__(
        self, name: str, theme: Theme, parent: QWidget | None = None, only_text: bool = False
    ) -> None:
        """Makes a box without entries.

        Args:
            name: for screen readers.
            theme: colors and sizes.
            parent: of the widget.
            only_text: whether the closed box shows its choice without the detail.
        """
        super().__init__(parent)
        self._theme, self._only_text = theme, only_text
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setItemDelegate(_Entries(theme, self))
        self.activated.connect(lambda: self.chosen.emit(self.choice))
        theme.changed.connect(self.update)

    def offer(self, choices: Sequence[tuple[str, str, str]]) -> None:
        """Sets the entries, as key, text and detail, and keeps the choice if possible.

        An entry without a key is a heading.
        """
        former = self.choice
        self.clear()
        for key, text, detail in choices:
            self.addItem(text, key)
            self.setItemData(self.count() - 1, detail, _DETAIL)
            if not key:
                self._make_heading(self.count() - 1)
        if former:
            self.choose(former)
        elif not self.choice:
            self.setCurrentIndex(next((at for at in range(self.count()) if self.itemData(at)), -1))

    def _make_heading(self, at: int) -> None:
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(at)
        item.setEnabled(False)
        item.setSelectable(False)
        bold = item.font()
        bold.setBold(True)
        item.setFont(bold)

    def describe(self, key: str, detail: str, tip: str) -> None:
        """Gives an entry another detail, and a tooltip."""
        at = self.findData(key)
        if at >= 0:
            self.setItemData(at, detail, _DETAIL)
            self.setItemData(at, tip, Qt.ItemDataRole.ToolTipRole)

    @property
    def choice(self) -> str:
        """The key of the current choice; empty if there are no entries."""
        return str(self.currentData() or "")

    def choose(self, key: str) -> None:
        """Makes a choice without a signal."""
        at = self.findData(key)
        if at >= 0:
            self.setCurrentIndex(at)

    def enable(self, key: str, reason: str = "") -> None:
        """Enables an entry, or disables it with the reason as its tooltip."""
        model = self.model()
        at = self.findData(key)
        if at < 0 or not isinstance(model, QStandardItemModel):
            return
        item = model.item(at)
        item.setEnabled(not reason)
        item.setToolTip(reason)

    def showPopup(self) -> None:
        """Shows the list."""
        self.opening.emit()
        # As wide as its longest entry: the field itself may be narrower.
        metrics = QFontMetrics(self._theme.font(13, bold=True))
        entries = (self.itemText(at) + self.itemData(at, _DETAIL) for at in range(self.count()))
        widest = max(map(metrics.horizontalAdvance, entries))
        self.view().setMinimumWidth(widest + self._theme.pixels(56))
        super().showPopup()
        # Qt paints the border of a menu around the list, and the list covers its sides.
        if (frame := self.view().parentWidget()) is not None:
            frame.setMask(QRegion(self.view().geometry()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignores the wheel: scrolling the page must not change a value."""
        event.ignore()

    def sizeHint(self) -> QSize:
        """The minimum: the row decides the width, whatever the entries are.

        The policy that Qt has for this builds the list at once, which most boxes never need.
        """
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """May be narrow: long texts are shortened."""
        return QSize(self._theme.pixels(64), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints frame, text, detail and a chevron."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter, option)
        self._paint_words(painter)
        painter.end()

    def _paint_frame(self, painter: QPainter, option: QStyleOptionComboBox) -> None:
        palette, hint = self._theme.palette, 0.5
        focused = self.hasFocus()
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver) and self.isEnabled()
        painter.setPen(QPen(QColor(palette.accent if focused else palette.line), 1 + focused))
        painter.setBrush(QColor(palette.hover if hovered else palette.ground))
        inset = hint + focused / 2
        frame = self.rect().toRectF().adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(frame, 6, 6)

    def event(self, event: QEvent) -> bool:
        """Shows a shortened choice in full above the tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            shortened = self._text_that_fits() != self.currentText()
            whole = [self.currentText()] if shortened else []
            tip = "\n".join(filter(None, (*whole, self.toolTip())))
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def _closed_detail(self) -> str:
        """The detail that the closed box shows; none where it would shorten the choice."""
        detail = "" if self._only_text else str(self.currentData(_DETAIL) or "")
        words = self.fontMetrics().horizontalAdvance(self.currentText() + detail)
        return detail if words + 8 <= self._text_room().width() else ""

    def _text_room(self) -> QRect:
        """The place of the choice and its detail."""
        return self.rect().adjusted(10, 0, -self._theme.pixels(16) - 10, 0)

    def _text_that_fits(self) -> str:
        """The choice, shortened if necessary."""
        metrics, detail = self.fontMetrics(), self._closed_detail()
        width = self._text_room().width() - metrics.horizontalAdvance(detail) - 8 * bool(detail)
        return shortened_title(self.currentText(), metrics, width)

    def _paint_words(self, painter: QPainter) -> None:
        palette, size = self._theme.palette, self._theme.pixels(16)
        room = self._text_room()
        detail = self._closed_detail()
        painter.setPen(QColor(palette.secondary))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, detail)
        painter.setPen(QColor(palette.text if self.isEnabled() else palette.secondary))
        text = self._text_that_fits()
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        chevron = pixmap("chevron", palette.secondary, size, self.devicePixelRatioF())
        place = QRect(self.width() - size - 7, (self.height() - size) // 2, size, size)
        painter.drawPixmap(place, chevron)


class _Entries(ThemedDelegate):
    """Paints the entries of the list: text, and a detail on the right."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """The height of a touch target."""
        return QSize(super().sizeHint(option, index).width(), self._theme.pixels(28))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paints a heading or an entry."""
        self.initStyleOption(option, index)
        palette, theme = self._theme.palette, self._theme
        enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
        heading = not index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected and enabled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.hover))
            painter.drawRoundedRect(option.rect, 5, 5)
        room = option.rect.adjusted(8, 0, -8, 0)
        painter.setFont(theme.font(12 if heading else 13, bold=heading))
        painter.setPen(QColor(palette.text if enabled else palette.secondary))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, option.text)
        painter.setPen(QColor(palette.secondary))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(room, right, str(index.data(_DETAIL) or ""))
        painter.restore()
