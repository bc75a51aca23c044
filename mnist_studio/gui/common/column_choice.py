"""Lets the user choose the columns of a table."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QMenu, QPushButton

from mnist_studio.gui.common.table import TableView


class ColumnChoice(QObject):
    """The menu of the columns of a table, on its header and on a button.

    The first column always stays.

    Signals:
        changed: the user has chosen other columns.

    Attributes:
        button: opens the menu.
    """

    changed = Signal()

    def __init__(self, table: TableView, titles: Sequence[str], usual: Sequence[str]) -> None:
        """Shows the usual columns.

        Args:
            table: that can be sorted; its rows come with the newest first.
            titles: of all its columns, in order.
            usual: titles of those that are shown at first.
        """
        super().__init__(table)
        self._table, self._titles, self._usual = table, tuple(titles), tuple(usual)
        self.button = QPushButton("Columns")
        self.button.setProperty("quiet", True)
        self.button.setToolTip("Chooses the columns of the table. A click on a title sorts by it.")
        self.button.clicked.connect(self._open_below)
        header = table.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open_at)
        self.show(self._usual)

    @property
    def shown(self) -> tuple[str, ...]:
        """Titles of the columns that are shown."""
        return tuple(
            title
            for place, title in enumerate(self._titles)
            if not self._table.isColumnHidden(place)
        )

    def show(self, titles: Sequence[str]) -> None:
        """Shows these columns and the first one; the usual ones if none of them exists."""
        known = [title for title in titles if title in self._titles] or self._usual
        for place, title in enumerate(self._titles):
            self._table.show_column(place, place == 0 or title in known)

    def sort_newest_first(self) -> None:
        """Sorts by no column, as the rows come."""
        self._table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)

    def menu(self) -> QMenu:
        """A menu with a check box for each column."""
        menu = QMenu(self._table)
        for place, title in enumerate(self._titles[1:], start=1):
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(not self._table.isColumnHidden(place))
            action.toggled.connect(lambda on, title=title: self._toggle(title, on))
        menu.addSeparator()
        menu.addAction("Usual columns").triggered.connect(lambda: self._change(self._usual))
        menu.addAction("Newest first").triggered.connect(self.sort_newest_first)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _toggle(self, title: str, shown: bool) -> None:
        former = (one for one in self.shown if one != title)
        self._change((*former, *([title] if shown else ())))

    def _change(self, titles: Sequence[str]) -> None:
        self.show(titles)
        self.changed.emit()

    @Slot()
    def _open_below(self) -> None:
        self.menu().popup(self.button.mapToGlobal(QPoint(0, self.button.height() + 2)))

    @Slot(QPoint)
    def _open_at(self, place: QPoint) -> None:
        self.menu().popup(self._table.horizontalHeader().mapToGlobal(place))
