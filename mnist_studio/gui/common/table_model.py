"""A table model with declared columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPixmap

from mnist_studio.gui.services.glossary import meaning

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

SORT_ROLE = Qt.ItemDataRole.UserRole + 1

_TOP_LEVEL = QModelIndex()


@dataclass(frozen=True)
class TableColumn(Generic[Row]):
    """One column.

    Attributes:
        title: of the column.
        text: of a row.
        right: right-aligned, as numbers are.
        sort: what to sort by; the text if None.
        tip: tooltip of a cell.
        color: of the text; the default if None or empty.
        picture: before the text.
        explain: what the column means, as the tooltip of its title.
    """

    title: str
    text: Callable[[Row], str]
    right: bool = False
    sort: Callable[[Row], Any] | None = None
    tip: Callable[[Row], str] | None = None
    color: Callable[[Row], str] | None = None
    picture: Callable[[Row], QPixmap | None] | None = None
    explain: str = ""


class RowsModel(QAbstractTableModel, Generic[Row]):
    """Rows of values; ``refresh`` shows new contents of mutable ones.

    Signals:
        checks_changed: other rows are checked.
    """

    checks_changed = Signal()

    def __init__(
        self,
        columns: Sequence[TableColumn[Row]],
        key: Callable[[Row], str],
        parent: QObject | None = None,
        checkable: bool = False,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._key = key
        self._rows: tuple[Row, ...] = ()
        self._checkable = checkable
        self._checked: frozenset[str] = frozenset()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows."""
        return self._rows

    @property
    def checked_keys(self) -> frozenset[str]:
        """Keys of the checked rows."""
        return self._checked & {self._key(row) for row in self._rows}

    def show(self, rows: Sequence[Row]) -> None:
        """Replaces the rows; the selection stays if the keys are the same."""
        keys = [self._key(row) for row in rows]
        if keys == [self._key(row) for row in self._rows]:
            self._rows = tuple(rows)
            self.refresh()
            return
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def show_columns(self, columns: Sequence[TableColumn[Row]], rows: Sequence[Row]) -> None:
        """Replaces columns and rows."""
        self.beginResetModel()
        self._columns, self._rows = tuple(columns), tuple(rows)
        self.endResetModel()

    def refresh(self) -> None:
        """Shows new values of the current rows."""
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def check(self, keys: frozenset[str]) -> None:
        """Checks exactly these rows."""
        if keys != self._checked:
            self._checked = keys
            self.refresh()
            self.checks_changed.emit()

    def check_also(self, keys: frozenset[str], without: frozenset[str] = frozenset()) -> None:
        """Checks rows, and leaves all others as they are, also those that are not shown.

        Args:
            keys: of the rows to check.
            without: keys of rows whose check mark is removed.
        """
        self.check(self._checked - without | keys)

    def row(self, index: Index) -> Row:
        """The row at an index."""
        return self._rows[index.row()]

    def rowCount(self, parent: Index = _TOP_LEVEL) -> int:
        """The number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _TOP_LEVEL) -> int:
        """The number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles of the columns and their tooltips."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self._columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return column.explain or meaning(column.title) or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column.right)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The contents of a cell."""
        row, column = self._rows[index.row()], self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return column.text(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column.right)
            case Qt.ItemDataRole.ToolTipRole:
                return column.tip(row) if column.tip else None
            case Qt.ItemDataRole.ForegroundRole:
                return _color(column.color(row) if column.color else "")
            case Qt.ItemDataRole.DecorationRole:
                return column.picture(row) if column.picture else None
            case Qt.ItemDataRole.CheckStateRole if self._checkable and index.column() == 0:
                return self._check_state(row)
        return (
            column.sort(row)
            if role == SORT_ROLE and column.sort
            else (column.text(row) if role == SORT_ROLE else None)
        )

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Checks or unchecks a row."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        key = frozenset({self._key(self.row(index))})
        checked = Qt.CheckState(value) == Qt.CheckState.Checked
        self.check(self._checked | key if checked else self._checked - key)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Cells of the first column can be checked."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self._checkable and index.column() == 0:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def _check_state(self, row: Row) -> Qt.CheckState:
        checked = self._key(row) in self._checked
        return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked


def _alignment(right: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _color(name: str) -> QColor | None:
    return QColor(name) if name else None
