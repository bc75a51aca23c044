"""The command palette: type a part of a name, and Enter runs the first match."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.gui.app.commands import PaletteCommand
from mnist_studio.gui.app.fuzzy import best
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.check_box import ThemedDelegate
from mnist_studio.gui.theme.theme import Theme

MOST = 60
"""Matches that are listed; more are found by typing more."""
WIDE, HIGH, ROW = 560, 420, 30
"""Size of the dialog and height of a match, in lengths of the design."""
_COMMAND = Qt.ItemDataRole.UserRole
_MOVES = {
    Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8,
}  # fmt: skip


class SearchDialog(QDialog):
    """Finds commands by parts of their names. The focus stays in the field.

    Attributes:
        field: what is typed.
        matches: the commands that match, best first.
    """

    def __init__(self, parent: QWidget, theme: Theme, commands: Sequence[PaletteCommand]) -> None:
        super().__init__(parent)
        self._commands = commands
        self.setWindowTitle("Search")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Page, action, recipe, run, or term")
        self.field.setAccessibleName("Search")
        self.field.setClearButtonEnabled(False)
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.matches = QListWidget()
        self.matches.setObjectName("groupedList")
        self.matches.setAccessibleName("Matches")
        self.matches.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.matches.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.matches.setItemDelegate(_MatchDelegate(theme, self))
        self.matches.itemClicked.connect(self._run)
        self._hint = label("", "secondary", wrap=True)
        self._hint.setMinimumHeight(theme.pixels(32))
        inside = QVBoxLayout(self)
        inside.setContentsMargins(14, 14, 14, 12)
        inside.setSpacing(8)
        for part in (self.field, self.matches, self._hint):
            inside.addWidget(part)
        self.matches.currentItemChanged.connect(self._explain)
        room = parent.size() * 0.9
        self.resize(QSize(theme.pixels(WIDE), theme.pixels(HIGH)).boundedTo(room))
        self._find("")
        self.field.setFocus()

    @property
    def found(self) -> list[PaletteCommand]:
        """The commands that are listed."""
        return [self.matches.item(at).data(_COMMAND) for at in range(self.matches.count())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move in the list, and Enter runs, while the focus stays in the field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _MOVES:
                self._move(_MOVES[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.matches.currentItem())
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _find(self, typed: str) -> None:
        self.matches.clear()
        for command in best(typed, self._commands, lambda one: one.title, MOST):
            item = QListWidgetItem(command.title, self.matches)
            item.setData(_COMMAND, command)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{command.title}, {command.kind}")
            item.setToolTip(command.tip or command.title)
        self.matches.setCurrentRow(0)
        if not self.matches.count():
            self._hint.setText("Nothing matches. Type a part of a name, such as “cnn” or “loss”.")

    def _move(self, steps: int) -> None:
        last = self.matches.count() - 1
        self.matches.setCurrentRow(min(max(self.matches.currentRow() + steps, 0), last))

    @Slot(QListWidgetItem)
    def _explain(self, item: QListWidgetItem | None) -> None:
        self._hint.setText(item.data(_COMMAND).tip.split("\n")[0] if item else "")
        # The focus stays in the field, so a screen reader reads the match there.
        self.field.setAccessibleDescription(item.text() if item else "Nothing matches")

    @Slot(QListWidgetItem)
    def _run(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            command: PaletteCommand = item.data(_COMMAND)
            self.accept()
            command.run()


class _MatchDelegate(ThemedDelegate):
    """Paints the title on the left, and the kind and the shortcut on the right."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, self._theme.pixels(ROW))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        self.initStyleOption(option, index)
        palette, command = self._theme.palette, index.data(_COMMAND)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.hover))
            painter.drawRoundedRect(option.rect, 6, 6)
        room = option.rect.adjusted(10, 0, -10, 0)
        right = f"{command.kind}  {command.keys}".rstrip()
        painter.setFont(self._theme.font(12))
        painter.setPen(QColor(palette.secondary))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, right)
        room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(right) - 12)
        painter.setFont(self._theme.font(13))
        painter.setPen(QColor(palette.text))
        elide = Qt.TextElideMode.ElideMiddle
        title = painter.fontMetrics().elidedText(command.title, elide, room.width())
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()
