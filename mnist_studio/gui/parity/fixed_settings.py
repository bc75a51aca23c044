"""What the frameworks do differently by default, and how the studio pins each."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from mnist_studio.frameworks.differences import DIFFERENCES, Difference
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.theme.theme import Theme

COLUMNS: tuple[TableColumn[Difference], ...] = (
    TableColumn("Topic", lambda row: row.topic, tip=lambda row: row.topic),
    TableColumn(framework_title("pytorch"), lambda row: row.pytorch, tip=lambda row: row.pytorch),
    TableColumn(framework_title("keras"), lambda row: row.keras, tip=lambda row: row.keras),
    TableColumn("All of them in the studio", lambda row: row.studio, tip=lambda row: row.studio),
)
SHARES = (3, 5, 5, 6)
MARGIN = 11
"""Pixels left and right of a cell's text, the padding of the style sheet and Qt's own together."""


class FixedSettingsCard(Card):
    """A table of sentences."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("What they do differently by default, and what the studio pins")
        self.model: RowsModel[Difference] = RowsModel(COLUMNS, lambda row: row.topic, self)
        self.table = _Sentences("Differences by default", theme, self.model)
        self.body.addWidget(self.table)
        self.model.show(DIFFERENCES)


class _Sentences(TableView):
    """Rows as high as their longest cell asks, columns in fixed shares of the width."""

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
    """Asks for the height of all lines: Qt's own forgets the padding of the style sheet."""

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
