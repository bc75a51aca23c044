"""The list of the layers: shapes and sizes beside each, moved by mouse or keyboard."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from mnist_studio.gui.common.check_box import ThemedDelegate
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.editor.layer_rows import ListedLayer
from mnist_studio.palette import mixed

Index = QModelIndex | QPersistentModelIndex

ROW, PROBLEM, HEAD = 30, 20, 24
"""Height of a row, of its second line with a problem, and of the titles above."""
NUMBER, SHAPE, PARAMETERS, OPERATIONS = 26, 84, 84, 66
"""Widths of the columns; the titles get the rest."""
NARROW = 330
"""A narrower list leaves out the multiply-adds."""
_TOP = QModelIndex()


class LayerModel(QAbstractListModel):
    """The rows of a network."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ListedLayer, ...] = ()

    @property
    def rows(self) -> tuple[ListedLayer, ...]:
        """What is shown."""
        return self._rows

    def show(self, rows: Sequence[ListedLayer]) -> None:
        """Shows other rows; those that stay keep their place."""
        former, before, after = self._rows, len(self._rows), len(rows)
        if after > before:
            self.beginInsertRows(_TOP, before, after - 1)
        elif after < before:
            self.beginRemoveRows(_TOP, after, before - 1)
        self._rows = tuple(rows)
        if after > before:
            self.endInsertRows()
        elif after < before:
            self.endRemoveRows()
        changed = [
            at for at, (one, other) in enumerate(zip(former, rows, strict=False)) if one != other
        ]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def rowCount(self, parent: Index = _TOP) -> int:
        """How many layers there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, tooltip, and text for screen readers."""
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return row.detail
            case Qt.ItemDataRole.UserRole:
                return row
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be dragged, and dropped between others."""
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows only move."""
        return Qt.DropAction.MoveAction


class LayerList(QListView):
    """The layers in order; one of them is selected.

    Signals:
        selected: index of the layer that the user selected.
        moved: indexes of a layer before and after, as the user wishes.
        removal_requested: of the selected layer.
        copy_requested: of the selected layer.
        field_requested: the user pressed Enter to edit the selected layer.
    """

    selected = Signal(int)
    moved = Signal(int, int)
    removal_requested = Signal()
    copy_requested = Signal()
    field_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._updating = False
        self._gap = -1
        self.layers = LayerModel(self)
        self.setModel(self.layers)
        self.setItemDelegate(_Rows(theme, self))
        self.setObjectName("layerList")
        self.setAccessibleName("Layers")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(False)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(False)
        self.setMouseTracking(True)
        self.selectionModel().currentChanged.connect(self._tell)
        theme.changed.connect(self._fit)
        self._fit()

    def sizeHint(self) -> QSize:
        """Room for eight layers."""
        return QSize(self._theme.pixels(360), self._theme.pixels(8 * ROW))

    def minimumSizeHint(self) -> QSize:
        """May be small: it scrolls."""
        return QSize(self._theme.pixels(220), self._theme.pixels(2 * ROW))

    def show_rows(self, rows: Sequence[ListedLayer], selected: int) -> None:
        """Shows the rows of a network. Emits nothing."""
        self._updating = True
        heights = [bool(row.problem) for row in self.layers.rows]
        if tuple(rows) != self.layers.rows:
            self.layers.show(rows)
        if heights != [bool(row.problem) for row in rows]:
            self._fit()
        if selected != self.currentIndex().row():
            self.setCurrentIndex(self.layers.index(selected) if selected >= 0 else _TOP)
        self._updating = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves with Alt and an arrow, removes with Delete, copies with Ctrl+D."""
        row, last = self.currentIndex().row(), len(self.layers.rows) - 1
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        match event.key():
            case Qt.Key.Key_Up if alt and row > 0:
                self.moved.emit(row, row - 1)
            case Qt.Key.Key_Down if alt and 0 <= row < last:
                self.moved.emit(row, row + 1)
            case Qt.Key.Key_Up | Qt.Key.Key_Down if alt:
                pass
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.removal_requested.emit()
            case Qt.Key.Key_D if control:
                self.copy_requested.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.field_requested.emit()
            case _:
                super().keyPressEvent(event)
                return
        event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Shows where the layer would go."""
        super().dragMoveEvent(event)
        self._gap = self.gap_at(event.position().toPoint())
        event.acceptProposedAction()
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Moves the dragged layer between the others."""
        gap, row = self.gap_at(event.position().toPoint()), self.currentIndex().row()
        self._gap = -1
        self.viewport().update()
        # Ignored by Qt, which would remove the row itself after a move.
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        to = gap - 1 if gap > row else gap
        if row >= 0 and to != row:
            self.moved.emit(row, to)

    def gap_at(self, place: QPoint) -> int:
        """The gap between rows nearest to a point; 0 is before the first row."""
        for at in range(len(self.layers.rows)):
            if place.y() < self.visualRect(self.layers.index(at)).center().y():
                return at
        return len(self.layers.rows)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints a line where a dragged layer would go."""
        super().paintEvent(event)
        if self._gap < 0:
            return
        count = len(self.layers.rows)
        last = self.visualRect(self.layers.index(count - 1))
        at = (
            self.visualRect(self.layers.index(self._gap)).top()
            if self._gap < count
            else (last.bottom())
        )
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(self._theme.palette.accent), 3))
        painter.drawLine(4, at, self.viewport().width() - 4, at)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lays out the rows in the new width."""
        super().resizeEvent(event)
        self._relayout()
        QTimer.singleShot(0, self, self._reveal)

    def _reveal(self) -> None:
        """Scrolls to the selected layer."""
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _fit(self) -> None:
        """No higher than its rows, so that what follows is close to the last one."""
        pixels, rows = self._theme.pixels, self.layers.rows
        wrong = sum(bool(row.problem) for row in rows)
        self.setMaximumHeight(max(2, len(rows)) * pixels(ROW) + wrong * pixels(PROBLEM) + 6)
        self._relayout()

    def _relayout(self) -> None:
        self.scheduleDelayedItemsLayout()

    def _tell(self, current: QModelIndex, former: QModelIndex) -> None:
        if not self._updating and current.isValid():
            self.selected.emit(current.row())


class _Rows(ThemedDelegate):
    """Paints a layer: number, title, shape, parameters, and below them a problem."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines if there is a problem."""
        row = index.data(Qt.ItemDataRole.UserRole)
        height = ROW + PROBLEM * bool(row and row.problem)
        return QSize(0, self._theme.pixels(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paints one row."""
        row = index.data(Qt.ItemDataRole.UserRole)
        if row is None:
            return
        self.initStyleOption(option, index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, bool(row.problem) and not row.unfinished)
        line = option.rect.adjusted(8, 0, -8, 0)
        line.setHeight(self._theme.pixels(ROW))
        self._paint_columns(painter, line, row)
        if row.problem:
            below = option.rect.adjusted(8 + self._theme.pixels(NUMBER), line.height() - 4, -8, -2)
            painter.setFont(self._theme.font(12))
            palette = self._theme.palette
            painter.setPen(QColor(palette.secondary if row.unfinished else palette.bad))
            metrics = painter.fontMetrics()
            words = metrics.elidedText(row.problem, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, wrong: bool) -> None:
        palette, state = self._theme.palette, QStyle.StateFlag
        chosen = bool(option.state & state.State_Selected)
        focused = chosen and bool(option.state & state.State_HasFocus)
        hovered = bool(option.state & state.State_MouseOver)
        place = option.rect.toRectF().adjusted(1, 1, -1, -1)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            tone = mixed(palette.panel, palette.accent, 0.14) if chosen else palette.hover
            painter.setBrush(QColor(tone))
            painter.drawRoundedRect(place, 6, 6)
        if focused or wrong:
            color = palette.accent if focused else palette.bad
            painter.setPen(QPen(QColor(color), 1 + focused))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place, 6, 6)

    def _paint_columns(self, painter: QPainter, line: QRect, row: ListedLayer) -> None:
        palette, pixels = self._theme.palette, self._theme.pixels
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        painter.setFont(self._theme.font(12))
        painter.setPen(QColor(palette.secondary))
        painter.drawText(line, middle, str(row.number))
        end = line.right()
        for words, width in columns(line.width(), pixels, row):
            place = QRect(end - width, line.top(), width, line.height())
            painter.drawText(place, middle | right, words)
            end -= width
        painter.setFont(self._theme.font(13))
        painter.setPen(QColor(palette.text))
        start = line.left() + pixels(NUMBER)
        room = QRect(start, line.top(), end - start, line.height())
        words = painter.fontMetrics().elidedText(
            row.title, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, middle, words)


def columns(width: int, pixels: Any, row: ListedLayer) -> list[tuple[str, int]]:
    """Texts and widths of the columns on the right, from the right; fewer in a narrow list."""
    found = [(row.parameters, pixels(PARAMETERS)), (row.output, pixels(SHAPE))]
    if width > pixels(NARROW):
        found.insert(0, (row.operations, pixels(OPERATIONS)))
    return found


_HEADS = ListedLayer(0, "Layer", "Output", "Parameters", "Mult-adds", "", "")
_HEAD_TIPS = (
    "Output: shape for one image (height × width × channels, or units). "
    "Parameters: weights and biases that the layer learns. "
    "Mult-adds: multiply-adds for one image."
)


class LayerHead(QWidget):
    """The titles of the columns above a list of layers."""

    def __init__(self, theme: Theme, below: LayerList) -> None:
        super().__init__()
        self._theme, self._bar = theme, below.verticalScrollBar()
        self.setToolTip(_HEAD_TIPS)
        self.setFixedHeight(theme.pixels(HEAD))
        self._bar.rangeChanged.connect(self._follow)
        theme.changed.connect(lambda: self.setFixedHeight(theme.pixels(HEAD)))

    @Slot(int, int)
    def _follow(self, low: int, high: int) -> None:
        """Leaves room for the scroll bar of the list."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the titles above their columns."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.palette.secondary))
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        bar = self._bar.width() if self._bar.maximum() else 0
        line = self.rect().adjusted(8, 0, -8 - bar, 0)
        end = line.right()
        for words, width in columns(line.width(), self._theme.pixels, _HEADS):
            painter.drawText(QRect(end - width, 0, width, self.height()), middle | right, words)
            end -= width
        painter.drawText(line, middle, _HEADS.title)
        painter.end()
