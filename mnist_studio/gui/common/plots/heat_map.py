"""A matrix as colored cells with their figures."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.analysis.view import Matrix, cell_text
from mnist_studio.gui.common.plots.cells import (
    FOOT,
    HEAD,
    LARGEST,
    LEAST,
    CellLook,
    cell_width,
    looks,
)
from mnist_studio.gui.theme.theme import Theme

Spot = tuple[int, int]

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_CHOOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_EMPTY = Matrix("", "", "", (), (), ())


class HeatMap(QWidget):
    """Cells are chosen with a click, or with the arrow keys and Enter.

    Signals:
        chosen: row and column of a cell.
    """

    chosen = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._matrix = _EMPTY
        self._looks: tuple[tuple[CellLook, ...], ...] = ()
        self._titles = 0
        self._current: Spot | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._dress)

    def draw(self, matrix: Matrix) -> None:
        """Shows exactly this matrix."""
        self._matrix, self._current = matrix, None
        self._dress()

    def sizeHint(self) -> QSize:
        """Cells of a comfortable size."""
        return self._size(34)

    def minimumSizeHint(self) -> QSize:
        """Cells whose figures can still be read."""
        return self._size(LEAST)

    def cell(self, row: int, column: int) -> QRectF:
        """Where a cell is."""
        wide, high = self._side()
        top = self._theme.pixels(HEAD) + row * high
        return QRectF(self._left() + column * wide, top, wide, high)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tells what a cell says."""
        self._move(self._spot_at(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses a cell."""
        spot = self._spot_at(event)
        if spot:
            self._move(spot)
            self.chosen.emit(*spot)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is over no cell; the keyboard keeps its own."""
        if not self.hasFocus():
            self._move(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard begins at the first cell."""
        super().focusInEvent(event)
        if self._current is None and self._matrix.rows:
            self._move((0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move, Enter and Space choose."""
        step = _STEPS.get(Qt.Key(event.key()))
        if self._current and step:
            row = min(max(self._current[0] + step[0], 0), len(self._matrix.rows) - 1)
            column = min(max(self._current[1] + step[1], 0), len(self._matrix.columns) - 1)
            self._move((row, column))
        elif self._current and event.key() in _CHOOSE:
            self.chosen.emit(*self._current)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Titles, and the cells that can be seen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_titles(painter)
        painter.setFont(self._theme.font(11))
        seen = event.rect().toRectF()
        for row, line in enumerate(self._looks):
            if self.cell(row, 0).bottom() < seen.top() or self.cell(row, 0).top() > seen.bottom():
                continue
            for column, look in enumerate(line):
                self._paint_cell(painter, self.cell(row, column), look)
        if self._current:
            painter.setPen(QPen(QColor(self._theme.palette.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.cell(*self._current).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _paint_cell(self, painter: QPainter, spot: QRectF, look: CellLook) -> None:
        box = spot.adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.ground)
        painter.drawRoundedRect(box, 4, 4)
        if look.text:
            painter.setPen(look.ink)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, look.text)

    def _paint_titles(self, painter: QPainter) -> None:
        matrix, left = self._matrix, self._left()
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.palette.secondary))
        wide, high = self._side()
        metrics, middle = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter
        head = QRectF(left, 0, self.width() - left, self._theme.pixels(HEAD))
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft, f"{matrix.row} ↓   {matrix.column} →")
        for place, title in enumerate(matrix.rows):
            spot = QRectF(0, self.cell(place, 0).top(), left - 6, high)
            text = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, int(spot.width()))
            painter.drawText(spot, middle | Qt.AlignmentFlag.AlignRight, text)
        for place, title in enumerate(matrix.columns):
            spot = self.cell(len(matrix.rows), place)
            spot.setHeight(self._theme.pixels(FOOT))
            text = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, int(wide) - 4)
            painter.drawText(spot, middle | Qt.AlignmentFlag.AlignHCenter, text)

    @Slot()
    def _dress(self) -> None:
        """Works out how all looks in the colors and the size of text of the moment."""
        self._looks = looks(self._matrix, self._theme.palette)
        metrics = self.fontMetrics()
        widest = max(map(metrics.horizontalAdvance, self._matrix.rows), default=0)
        self._titles = widest + 12
        self.updateGeometry()
        self.update()

    def _move(self, spot: Spot | None) -> None:
        if spot == self._current:
            return
        self._current = spot
        words = self._words(spot) if spot else ""
        self.setToolTip(words)
        self.setAccessibleDescription(words)
        self.update()

    def _words(self, spot: Spot) -> str:
        matrix = self._matrix
        row, column = matrix.rows[spot[0]], matrix.columns[spot[1]]
        value = cell_text(matrix.values[spot[0]][spot[1]], matrix.unit)
        return f"{matrix.row} {row}, {matrix.column} {column}: {value}"

    def _spot_at(self, event: QMouseEvent) -> Spot | None:
        wide, high = self._side()
        if not wide or not high:
            return None
        column = int((event.position().x() - self._left()) // wide)
        row = int((event.position().y() - self._theme.pixels(HEAD)) // high)
        inside = 0 <= row < len(self._matrix.rows) and 0 <= column < len(self._matrix.columns)
        return (row, column) if inside else None

    def _left(self) -> float:
        """Room for the titles of rows."""
        return min(self._titles, self.width() * 0.4)

    def _side(self) -> tuple[float, float]:
        """Width and height of a cell."""
        rows, columns = max(1, len(self._matrix.rows)), max(1, len(self._matrix.columns))
        high = self.height() - self._theme.pixels(HEAD) - self._theme.pixels(FOOT)
        largest = self._theme.pixels(LARGEST)
        wide = (self.width() - self._left()) / columns
        return min(wide, 1.7 * largest), min(high / rows, largest)

    def _size(self, side: int) -> QSize:
        pixels = self._theme.pixels
        wide = len(self._matrix.columns) * cell_width(self._theme, self._matrix)
        high = pixels(HEAD + FOOT) + len(self._matrix.rows) * pixels(side)
        return QSize(min(self._titles, pixels(120)) + wide, high)
