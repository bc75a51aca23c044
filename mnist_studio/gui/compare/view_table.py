"""The table of a view."""

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, Slot
from PySide6.QtGui import QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QApplication

from mnist_studio.analysis import view
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.table import TableView, sorted_by
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme


class ViewTable(TableView):
    """Shows any table; all charts highlight the run of the row under the pointer."""

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        self.rows: RowsModel[view.Row] = RowsModel((), lambda row: row.key)
        self._sorted = sorted_by(self.rows)
        super().__init__("Values", theme, self._sorted)
        self.rows.setParent(self)
        self._marks, self._hover = marks, hover
        self._table: view.Table | None = None
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.entered.connect(self._point)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.activated.connect(self.copy)
        self.setSortingEnabled(True)

    def show_table(self, name: str, table: view.Table) -> None:
        """Shows a table; ``name`` is the title of its view, for screen readers."""
        self.setAccessibleName(f"{name}: values")
        if self._table is not None and self._table.columns == table.columns:
            self.rows.show(table.rows)
        else:
            self._sorted.sort(-1)
            self.horizontalHeader().setSortIndicator(-1, self._sorted.sortOrder())
            self.rows.show_columns(self._columns(table), table.rows)
        self._table = table

    def copy(self) -> None:
        """Copies the selected rows, or all rows, as tab-separated text."""
        model = self.model()
        rows = sorted({index.row() for index in self.selectedIndexes()})
        columns = range(model.columnCount())
        lines = ["\t".join(column.title for column in self._table.columns)] if self._table else []
        for row in rows or range(model.rowCount()):
            lines.append("\t".join(str(model.index(row, at).data()) for at in columns))
        QApplication.clipboard().setText("\n".join(lines))

    def leaveEvent(self, event: QEvent) -> None:
        """Ends the highlighting."""
        self._hover.point("")
        super().leaveEvent(event)

    @Slot(QModelIndex)
    def _point(self, index: QModelIndex) -> None:
        self._hover.point(self.rows.row(self._sorted.mapToSource(index)).key)

    def _columns(self, table: view.Table) -> tuple[TableColumn[view.Row], ...]:
        return tuple(self._column(at, column, table) for at, column in enumerate(table.columns))

    def _column(self, at: int, column: view.Column, table: view.Table) -> TableColumn[view.Row]:
        return TableColumn(
            column.title,
            partial(_text, at, column.unit),
            right=_numbers(at, table),
            sort=partial(_sort, at),
            tip=partial(_tip, at),
            picture=self._picture if at == 0 else None,
        )

    def _picture(self, row: view.Row) -> QPixmap | None:
        return self._marks.picture(row.key) if row.key else None


def _text(at: int, unit: view.Unit, row: view.Row) -> str:
    return cell_text(row.cells[at], unit)


def _tip(at: int, row: view.Row) -> str:
    """The whole of a long text, or all decimals of a number."""
    value = row.cells[at]
    return "" if value is None else str(value)


def _sort(at: int, row: view.Row) -> Any:
    """Missing values sort last."""
    value = row.cells[at]
    return float("inf") if value is None else value


def _numbers(at: int, table: view.Table) -> bool:
    """Whether a column holds only numbers, which are right-aligned."""
    cells = [row.cells[at] for row in table.rows if row.cells[at] is not None]
    return bool(cells) and not any(isinstance(cell, str) for cell in cells)
