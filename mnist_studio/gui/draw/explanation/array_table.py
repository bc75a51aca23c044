"""An array as a table of numbers."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from mnist_studio.explanation.trace_files import matrix, row_names
from mnist_studio.frameworks.base import Array

_TOP_LEVEL = QModelIndex()


class NumbersTable(QAbstractTableModel):
    """Every number; its last index across, all others down."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: Array | None = None
        self._names: tuple[str, ...] = ()

    def show_array(self, array: Array | None) -> None:
        """Shows an array, or nothing."""
        self.beginResetModel()
        self._numbers = None if array is None else matrix(array)
        self._names = () if array is None else row_names(array.shape)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _TOP_LEVEL) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _TOP_LEVEL) -> int:
        """How many numbers stand beside each other."""
        return 0 if parent.isValid() or self._numbers is None else self._numbers.shape[1]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Indices."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return str(section) if orientation == Qt.Orientation.Horizontal else self._names[section]

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """A number; in full under the pointer."""
        if self._numbers is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{self._numbers[index.row(), index.column()]:.4g}"
            case Qt.ItemDataRole.ToolTipRole:
                return repr(float(self._numbers[index.row(), index.column()]))
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None
