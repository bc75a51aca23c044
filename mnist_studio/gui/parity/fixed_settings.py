"""The defaults in which frameworks differ, and the value that all of them use here."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from mnist_studio.frameworks.differences import DIFFERENCES, Difference
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.theme.theme import Theme

COLUMNS: tuple[TableColumn[Difference], ...] = (
    TableColumn("Topic", lambda row: row.topic, tip=lambda row: row.topic),
    TableColumn(framework_title("pytorch"), lambda row: row.pytorch, tip=lambda row: row.pytorch),
    TableColumn(framework_title("keras"), lambda row: row.keras, tip=lambda row: row.keras),
    TableColumn("Used here", lambda row: row.setting, tip=lambda row: row.setting),
)
SHARES = (3, 5, 5, 6)
MARGIN = 11
"""Pixels left and right of a cell's text: the padding of the style sheet plus that of Qt."""


class FixedSettingsCard(Card):
    """A table of the default of each framework and the value that is used."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Fixed settings")
        self.header.addWidget(
            label(
                "All frameworks use the values in the last column.",
                "secondary",
            )
        )
        self.model: RowsModel[Difference] = RowsModel(COLUMNS, lambda row: row.topic, self)
        self.table = _Sentences("Fixed settings", theme, self.model)
        self.body.addWidget(self.table)
        self.model.show(DIFFERENCES)


class _Sentences(TableView):
    """Rows as high as their longest cell, columns in fixed shares of the width."""

    def _prepare_header(self) -> None:
        super()._prepare_header()
        self.setWordWrap(True)
        self.setItemDelegate(_Wrapped(self))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.viewport().width()
        for place, share in enumerate(SHARES):
            self.horizontalHeader().resizeSection(place, room * share // sum(SHARES))
        self.resizeRowsToContents()

    def _resize_rows(self) -> None:
        self.verticalHeader().setMinimumSectionSize(self._theme.pixels(30))
        self._fit()


class _Wrapped(QStyledItemDelegate):
    """Requests the height of all lines. Qt's delegate ignores the padding of the style sheet."""

    def __init__(self, table: TableView) -> None:
        super().__init__(table)
        self._table = table

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        width = self._table.columnWidth(index.column())
        room = QRect(0, 0, width - 2 * MARGIN, 10_000)
        text = str(index.data())
        lines = QFontMetrics(self._table.font()).boundingRect(
            room, Qt.TextFlag.TextWordWrap.value, text
        )
        return QSize(width, lines.height() + MARGIN)
