"""The tables of all pages."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Slot,
)
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolTip

from mnist_studio.gui.common.check_box import CheckedCellDelegate
from mnist_studio.gui.common.table_model import SORT_ROLE
from mnist_studio.gui.theme.theme import Theme

LEAST_WIDE = 200
"""A table scrolls sideways rather than make its first or its wide column narrower than this."""

LEAST_TITLE = 150
"""The same for titles in two lines, or in a table that does not scroll sideways."""

MEASURED_ROWS = 20
"""How many of the first and of the visible rows decide the widths of the columns."""

GRID = 2
"""Space between two cells, and for rounding."""

HEADER_PADDING = 18
"""Padding of a column title on both sides, as in the style sheet, and for rounding."""

ROW_HEIGHT = 30
"""Height of a row with one line of text."""

LINE_HEIGHT = 16
"""Height of each further line."""

SETTLE_MS = 60


class TableView(QTableView):
    """A table with rows of one height, without a frame.

    Space checks the current row if rows can be checked. Text that is too long is shortened in its
    middle, because titles of runs differ at their ends. The tooltip of a shortened cell begins
    with the complete text.

    Attributes:
        widest: width of all other columns at most, in lengths of the design; 0 for no limit. The
            first one, with the titles, may be wider where there is room.
        dispensable: columns that are hidden, in this order, rather than shortening the titles.
        squeezed: the wide column is shortened rather than that the table scrolls sideways.
    """

    squeezed = False
    widest = 0
    dispensable: tuple[int, ...] = ()

    def __init__(
        self,
        name: str,
        theme: Theme,
        model: QAbstractItemModel,
        wide: int = 0,
        empty: str = "",
        lines: int = 1,
    ) -> None:
        """Makes a table.

        Args:
            name: for screen readers.
            theme: colors and sizes.
            model: what is shown.
            wide: the column that takes the remaining width.
            empty: shown while there are no rows.
            lines: of text in each row.
        """
        super().__init__()
        self._theme = theme
        self._empty = empty
        self._wide = wide
        self._row_height = ROW_HEIGHT + (lines - 1) * LINE_HEIGHT
        self.setAccessibleName(name)
        self.setModel(model)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.setItemDelegateForColumn(0, CheckedCellDelegate(theme, self))
        self._prepare_header()
        theme.changed.connect(self._resize_rows)
        self._wanted: list[int] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._measure)
        model.modelReset.connect(self._measure_next)
        model.layoutChanged.connect(self._measure_next)
        model.dataChanged.connect(self._measure_soon)
        self._resize_rows()

    def _prepare_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(self._theme.pixels(48))
        header.sortIndicatorChanged.connect(self._measure_next)

    def show_empty(self, text: str) -> None:
        """Sets the text for a table without rows."""
        self._empty = text
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the wide column the remaining width."""
        super().resizeEvent(event)
        self._fit()

    @property
    def wanted_width(self) -> int:
        """The width at which no cell is shortened, judged by the measured rows."""
        if self._timer.isActive():
            self._measure()
        return sum(self._wanted)

    @Slot()
    def _measure_next(self) -> None:
        """Measures once for all changes within this turn of the event loop."""
        self._timer.start(0)

    @Slot()
    def _measure_soon(self) -> None:
        """Measures soon: new values may be wider, but measuring every cell is slow."""
        if not self._timer.isActive():
            self._timer.start(SETTLE_MS)

    @Slot()
    def _measure(self) -> None:
        """Measures the columns and sets their widths."""
        self._timer.stop()
        header = self.horizontalHeader()
        least = header.minimumSectionSize()
        rows = self._measured_rows()
        self._wanted = [
            max(self._width(rows, place), self._title_width(place), least)
            for place in range(self.model().columnCount())
        ]
        if most := self._theme.pixels(self.widest):
            self._wanted = [
                wanted if place in (0, self._wide) else min(wanted, most)
                for place, wanted in enumerate(self._wanted)
            ]
        self._fit()

    def _title_width(self, place: int) -> int:
        """The width of a column title, with an arrow only where the table is sorted by it.

        Qt reserves space for an arrow in every column, which takes it from the wide column.
        """
        header = self.horizontalHeader()
        if header.isSortIndicatorShown() and header.sortIndicatorSection() == place:
            return header.sectionSizeHint(place)
        title = str(self.model().headerData(place, Qt.Orientation.Horizontal))
        return header.fontMetrics().horizontalAdvance(title) + HEADER_PADDING

    def _measured_rows(self) -> list[int]:
        """The first and the visible rows."""
        count = self.model().rowCount()
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height())
        seen = range(max(top, 0), count if bottom < 0 else bottom + 1)
        return sorted({*range(min(count, MEASURED_ROWS)), *seen[:MEASURED_ROWS]})

    def _width(self, rows: list[int], place: int) -> int:
        """The width of a column: the widest text plus the margins of the first cell.

        The view itself would request eight roles of every cell from the model.
        """
        if not rows:
            return 0
        model, metrics = self.model(), self.fontMetrics()
        fields = [model.index(row, place) for row in rows]
        texts = [
            max(map(metrics.horizontalAdvance, str(field.data()).split("\n"))) for field in fields
        ]
        return self.sizeHintForIndex(fields[0]).width() - texts[0] + max(texts) + GRID

    def show_column(self, place: int, shown: bool) -> None:
        """Shows or hides a column; the others get its width."""
        if self.isColumnHidden(place) == shown:
            self.setColumnHidden(place, not shown)
            self._fit()

    def _fit(self) -> None:
        """Sets the width of every column; the wide one gets the rest."""
        header = self.horizontalHeader()
        if not self._wanted or len(self._wanted) != header.count():
            return
        self._dispense()
        widths = [
            0 if self.isColumnHidden(at) else wanted for at, wanted in enumerate(self._wanted)
        ]
        wide, most = self._wide, self._theme.pixels(self.widest)
        if wide and most and sum(widths) > self.viewport().width():
            widths[0] = min(widths[0], most)
        left = self.viewport().width() - sum(widths) + widths[wide]
        # Titles of runs are long, and their tooltips have them whole.
        short = self.squeezed or self._row_height > ROW_HEIGHT
        title = self._theme.pixels(LEAST_TITLE if short else LEAST_WIDE)
        least = min(widths[wide], self._theme.pixels(LEAST_WIDE) if wide else title)
        spare = max(0, widths[0] - title) if wide else 0
        if left < least and (self.squeezed or least - spare <= left):
            taken = min(spare, least - left)
            widths[0] -= taken
            left += taken
        if self.squeezed or left >= least:
            widths[wide] = max(left, header.minimumSectionSize())
        for place, width in enumerate(widths):
            if header.sectionSize(place) != width:
                header.resizeSection(place, width)

    def _dispense(self) -> None:
        """Hides as few of the dispensable columns as the titles of the others need."""
        needed = sum(self._wanted)
        for place in self.dispensable:
            hidden = needed > self.viewport().width()
            if self.isColumnHidden(place) != hidden:
                self.setColumnHidden(place, hidden)
            needed -= self._wanted[place] if hidden else 0

    def viewportEvent(self, event: QEvent) -> bool:
        """Shows the complete text of a shortened cell above its tooltip.

        Measures before it paints, so that new rows are never shown in columns of the wrong width.
        """
        at_once = self._timer.isActive() and not self._timer.interval()
        if at_once and event.type() == QEvent.Type.Paint:
            self._measure()
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.indexAt(event.pos())
            if cell.isValid() and self.is_shortened(cell):
                QToolTip.showText(event.globalPos(), _complete_tip(cell), self.viewport())
                return True
        return super().viewportEvent(event)

    def is_shortened(self, cell: QModelIndex) -> bool:
        """Whether the column of a cell is too narrow for its text."""
        return self.sizeHintForIndex(cell).width() > self.columnWidth(cell.column())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space checks or unchecks the current row; Alt and arrow keys sort."""
        alt = self.isSortingEnabled() and event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and self._sort_by_key(Qt.Key(event.key())):
            return
        first = self.currentIndex().siblingAtColumn(0)
        checkable = first.isValid() and first.flags() & Qt.ItemFlag.ItemIsUserCheckable
        if event.key() == Qt.Key.Key_Space and checkable:
            checked = first.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
            state = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
            self.model().setData(first, state, Qt.ItemDataRole.CheckStateRole)
            return
        super().keyPressEvent(event)

    def _sort_by_key(self, key: Qt.Key) -> bool:
        """Left and right choose the column, up and down the order; returns whether it sorted."""
        header, orders = self.horizontalHeader(), Qt.SortOrder
        column, order = header.sortIndicatorSection(), header.sortIndicatorOrder()
        shown = [at for at in range(header.count()) if not header.isSectionHidden(at)]
        match key:
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                step = 1 if key == Qt.Key.Key_Right else -1
                place = shown.index(column) + step if column in shown else 0
                column = shown[min(max(place, 0), len(shown) - 1)]
            case Qt.Key.Key_Up:
                order = orders.AscendingOrder
            case Qt.Key.Key_Down:
                order = orders.DescendingOrder
            case _:
                return False
        self.sortByColumn(max(column, 0), order)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the rows, or the text for an empty table."""
        super().paintEvent(event)
        if self._empty and self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.palette.secondary))
            painter.setFont(self._theme.font(12))
            place = self.viewport().rect().adjusted(8, 12, -8, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, self._empty)
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Adapts the row height to the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._resize_rows()

    def _resize_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.pixels(self._row_height))
        self._measure_next()


def _complete_tip(cell: QModelIndex) -> str:
    """The text of a cell and its tooltip, which may repeat it."""
    text, tip = str(cell.data()), str(cell.data(Qt.ItemDataRole.ToolTipRole) or "")
    return tip if tip.startswith(text) else "\n".join(filter(None, (text, tip)))


def sorted_by(model: QAbstractItemModel) -> QSortFilterProxyModel:
    """A model whose rows are sorted by a click on a column title."""
    proxy = QSortFilterProxyModel(model)
    proxy.setSourceModel(model)
    proxy.setSortRole(SORT_ROLE)
    return proxy
