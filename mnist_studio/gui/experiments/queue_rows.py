"""The queue of an experiment as a table model whose waiting rows can be dragged. No widgets."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, Signal

from mnist_studio.gui.common.table_model import Index, RowsModel, TableColumn
from mnist_studio.gui.services.experiment_progress import CellRow

_MIME = "application/x-mnist-studio-cell"
_TOP_LEVEL = QModelIndex()


class QueueRows(RowsModel[CellRow]):
    """Rows of cells. A drop only emits a signal: the experiment itself moves the run.

    Signals:
        moved: number of a cell and its new place in the queue, from 0.
    """

    moved = Signal(int, int)

    def __init__(
        self, columns: Sequence[TableColumn[CellRow]], parent: QObject | None = None
    ) -> None:
        super().__init__(columns, lambda row: row.key, parent)
        self._movable = False

    def set_movable(self, movable: bool) -> None:
        """Sets whether waiting rows can be dragged."""
        self._movable = movable

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Waiting rows can be dragged, and dropped between rows."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = super().flags(index)
        waits = self._movable and self.row(index).place > 0
        return flags | Qt.ItemFlag.ItemIsDragEnabled if waits else flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows can only be moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """The format of a dragged cell."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The number of the dragged cell."""
        data = QMimeData()
        data.setData(_MIME, str(self.row(indexes[0]).cell.number).encode())
        return data

    def dropMimeData(
        self,
        data: QMimeData,
        action: Qt.DropAction,
        row: int,
        column: int,
        parent: Index = _TOP_LEVEL,
    ) -> bool:
        """Emits the new place of the cell: before ``row``, or the last if that is negative."""
        if not data.hasFormat(_MIME):
            return False
        number = int(bytes(data.data(_MIME).data()))
        before = self.rows[: row if row >= 0 else len(self.rows)]
        place = sum(one.place > 0 and one.cell.number != number for one in before)
        self.moved.emit(number, place)
        return True
