"""Tables as all pages show them."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QSortFilterProxyModel, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from mnist_studio.gui.common.check_box import CheckedCellDelegate
from mnist_studio.gui.common.table_model import SORT_ROLE
from mnist_studio.gui.theme.theme import Theme

LEAST_WIDE = 200
"""Before its widest column is narrower than this, and would end in dots, a table scrolls."""

LOOKED_AT = 20
"""So many of the first rows, and of those in sight, decide how wide the columns are."""

GRID = 2
"""Between two fields, and what rounding may take."""

SETTLE_MS = 60


class TableView(QTableView):
    """Rows of one height without a frame; numbers are of one width.

    Space ticks the row where rows can be ticked.

    Attributes:
        squeezed: the widest column ends in dots rather than that the table scrolls sideways.
    """

    squeezed = False

    def __init__(
        self, name: str, theme: Theme, model: QAbstractItemModel, wide: int = 0, empty: str = ""
    ) -> None:
        """Makes a table.

        Args:
            name: for screen readers.
            theme: colors and sizes.
            model: what is shown.
            wide: the column that takes the room that is left.
            empty: what is said where there are no rows.
        """
        super().__init__()
        self._theme = theme
        self._empty = empty
        self._wide = wide
        self.setAccessibleName(name)
        self.setModel(model)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the widest column what is left, or scrolls where nothing is."""
        super().resizeEvent(event)
        self._fit()

    @property
    def wanted_width(self) -> int:
        """So wide that no field is cut, as far as the first rows tell."""
        if self._timer.isActive():
            self._measure()
        return sum(self._wanted)

    @Slot()
    def _measure_next(self) -> None:
        """Other rows or another font: once for all changes of this turn of the event loop."""
        self._timer.start(0)

    @Slot()
    def _measure_soon(self) -> None:
        """New values may need more room; asking every field for its width takes a while."""
        if not self._timer.isActive():
            self._timer.start(SETTLE_MS)

    @Slot()
    def _measure(self) -> None:
        """Asks how wide the columns must be, and makes them so."""
        self._timer.stop()
        header = self.horizontalHeader()
        least = header.minimumSectionSize()
        rows = self._looked_at()
        self._wanted = [
            max(self._width(rows, place), header.sectionSizeHint(place), least)
            for place in range(self.model().columnCount())
        ]
        self._fit()

    def _looked_at(self) -> list[int]:
        """The first rows and those in sight."""
        count = self.model().rowCount()
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height())
        seen = range(max(top, 0), count if bottom < 0 else bottom + 1)
        return sorted({*range(min(count, LOOKED_AT)), *seen[:LOOKED_AT]})

    def _width(self, rows: list[int], place: int) -> int:
        """What a column needs: beside its text, a field of it needs as much as the first.

        Asking the view for every field would ask the model for eight things of each.
        """
        if not rows:
            return 0
        model, metrics = self.model(), self.fontMetrics()
        fields = [model.index(row, place) for row in rows]
        texts = [metrics.horizontalAdvance(str(field.data())) for field in fields]
        return self.sizeHintForIndex(fields[0]).width() - texts[0] + max(texts) + GRID

    def show_column(self, place: int, shown: bool) -> None:
        """Shows or hides a column; the others get its room."""
        if self.isColumnHidden(place) == shown:
            self.setColumnHidden(place, not shown)
            self._fit()

    def _fit(self) -> None:
        """Gives every column what it needs, and the wide one what is left."""
        header = self.horizontalHeader()
        if not self._wanted or len(self._wanted) != header.count():
            return
        widths = [
            0 if self.isColumnHidden(at) else wanted for at, wanted in enumerate(self._wanted)
        ]
        wide = self._wide
        left = self.viewport().width() - sum(widths) + widths[wide]
        if self.squeezed or left >= min(widths[wide], self._theme.pixels(LEAST_WIDE)):
            widths[wide] = max(left, header.minimumSectionSize())
        for place, width in enumerate(widths):
            if header.sectionSize(place) != width:
                header.resizeSection(place, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks the current row from any of its columns."""
        first = self.currentIndex().siblingAtColumn(0)
        checkable = first.isValid() and first.flags() & Qt.ItemFlag.ItemIsUserCheckable
        if event.key() == Qt.Key.Key_Space and checkable:
            ticked = first.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
            state = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
            self.model().setData(first, state, Qt.ItemDataRole.CheckStateRole)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows, or what is said instead."""
        super().paintEvent(event)
        if self._empty and self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.palette.secondary))
            painter.setFont(self._theme.font(12))
            place = self.viewport().rect().adjusted(8, 12, -8, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, self._empty)
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Keeps rows as high as the text asks."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._resize_rows()

    def _resize_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.pixels(30))
        self._measure_next()


def sorted_by(model: QAbstractItemModel) -> QSortFilterProxyModel:
    """A model whose rows are sorted by a click on a title."""
    proxy = QSortFilterProxyModel(model)
    proxy.setSourceModel(model)
    proxy.setSortRole(SORT_ROLE)
    return proxy
