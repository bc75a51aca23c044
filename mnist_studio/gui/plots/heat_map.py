"""A matrix as coloured cells with their figures."""

from collections.abc import Sequence
from math import log1p

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.analysis.view import Matrix
from mnist_studio.gui.models import figures
from mnist_studio.gui.theme.palette import contrast, mixed
from mnist_studio.gui.theme.theme import Theme

LEAST, LARGEST, FOOT = 26, 54, 22
"""Sides of a cell and the height of the titles of columns, in lengths of the design."""

Spot = tuple[int, int]

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class HeatMap(QWidget):
    """Cells are chosen with a click, or with the arrow keys and Enter.

    Signals:
        chosen: row and column of a cell.
    """

    chosen = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._matrix: Matrix | None = None
        self._current: Spot | None = None
        self._range = (0.0, 1.0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.updateGeometry)

    def draw(self, matrix: Matrix) -> None:
        """Shows exactly this matrix."""
        self._matrix = matrix
        known = [abs(value) for row in matrix.values for value in row if value is not None]
        self._range = strength_range(known)
        self._current = None
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Cells of a comfortable size."""
        return self._size(34)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Cells whose figures can still be read."""
        return self._size(LEAST)

    def cell(self, row: int, column: int) -> QRectF:
        """Where a cell is."""
        wide, high = self._side()
        left = self._left() + column * wide
        return QRectF(left, self._theme.pixels(18) + row * high, wide, high)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tells what a cell says."""
        self._move(self._spot_at(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Chooses a cell."""
        spot = self._spot_at(event)
        if spot:
            self._move(spot)
            self.chosen.emit(*spot)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """The pointer is over no cell; the keyboard keeps its own."""
        if not self.hasFocus():
            self._move(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """The keyboard begins at the first cell."""
        super().focusInEvent(event)
        if self._current is None and self._matrix and self._matrix.rows:
            self._move((0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrow keys move, Enter and Space choose."""
        step = _STEPS.get(Qt.Key(event.key()))
        if self._matrix and self._current and step:
            row = min(max(self._current[0] + step[0], 0), len(self._matrix.rows) - 1)
            column = min(max(self._current[1] + step[1], 0), len(self._matrix.columns) - 1)
            self._move((row, column))
        elif self._current and event.key() in (
            Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space
        ):  # fmt: skip
            self.chosen.emit(*self._current)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Titles, cells and figures."""
        if self._matrix is None or not self._matrix.rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_titles(painter, self._matrix)
        for row, values in enumerate(self._matrix.values):
            for column, value in enumerate(values):
                self._paint_cell(painter, (row, column), value)
        painter.end()

    def _paint_titles(self, painter: QPainter, matrix: Matrix) -> None:
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.palette.secondary))
        wide = self.cell(0, 0).width()
        metrics, middle = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter
        head = QRectF(self._left(), 0, wide * len(matrix.columns), self._theme.pixels(16))
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft, f"{matrix.row} ↓   {matrix.column} →")
        for place, title in enumerate(matrix.rows):
            spot = QRectF(0, self.cell(place, 0).top(), self._left() - 6, self.cell(0, 0).height())
            text = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, int(spot.width()))
            painter.drawText(spot, middle | Qt.AlignmentFlag.AlignRight, text)
        for place, title in enumerate(matrix.columns):
            spot = self.cell(len(matrix.rows), place)
            spot.setHeight(self._theme.pixels(FOOT))
            text = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, int(wide) - 4)
            painter.drawText(spot, middle | Qt.AlignmentFlag.AlignHCenter, text)

    def _paint_cell(self, painter: QPainter, spot: Spot, value: float | None) -> None:
        palette = self._theme.palette
        box = self.cell(*spot).adjusted(1, 1, -1, -1)
        ground = mixed(palette.ground, palette.accent, self._strength(value))
        current = spot == self._current
        painter.setPen(QPen(QColor(palette.text), 2) if current else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(box, 4, 4)
        if value == 0:
            return  # Empty cells let the others be seen.
        readable = max((palette.text, palette.on_accent), key=lambda ink: contrast(ink, ground))
        painter.setPen(QColor(readable))
        text = self._short(value)
        fits = painter.fontMetrics().horizontalAdvance(text) <= box.width()
        painter.setFont(self._theme.font(11 if fits else 9))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _short(self, value: float | None) -> str:
        assert self._matrix is not None
        return figures.text(value, self._matrix.unit).removesuffix(" %")

    def _strength(self, value: float | None) -> float:
        """How much of the accent a cell has: counts by orders of magnitude, few errors matter."""
        if not value or self._matrix is None:
            return 0.0
        least, largest = self._range
        if self._matrix.unit == "count":
            return log1p(abs(value)) / log1p(largest)
        return (abs(value) - least) / (largest - least)

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
        assert matrix is not None
        row, column = matrix.rows[spot[0]], matrix.columns[spot[1]]
        value = figures.text(matrix.values[spot[0]][spot[1]], matrix.unit)
        return f"{matrix.row} {row}, {matrix.column} {column}: {value}"

    def _spot_at(self, event: QMouseEvent) -> Spot | None:
        if self._matrix is None:
            return None
        shape = len(self._matrix.rows), len(self._matrix.columns)
        spots = ((row, column) for row in range(shape[0]) for column in range(shape[1]))
        return next((spot for spot in spots if self.cell(*spot).contains(event.position())), None)

    def _left(self) -> float:
        """Room for the titles of rows."""
        titles = self._matrix.rows if self._matrix else ()
        widest = max((self.fontMetrics().horizontalAdvance(title) for title in titles), default=0)
        return min(widest + 12, self.width() * 0.4)

    def _side(self) -> tuple[float, float]:
        if self._matrix is None or not self._matrix.rows:
            return 0.0, 0.0
        high = self.height() - self._theme.pixels(18) - self._theme.pixels(FOOT)
        largest = self._theme.pixels(LARGEST)
        wide = (self.width() - self._left()) / len(self._matrix.columns)
        return min(wide, 1.7 * largest), min(high / len(self._matrix.rows), largest)

    def _size(self, side: int) -> QSize:
        if self._matrix is None:
            return QSize()
        wide = len(self._matrix.columns) * cell_width(self._theme, self._matrix)
        pixels = self._theme.pixels
        return QSize(pixels(120) + wide, pixels(40) + len(self._matrix.rows) * pixels(side))


def cell_width(theme: Theme, matrix: Matrix) -> int:
    """So wide a cell must be that its figure can be read."""
    metrics = QFontMetrics(theme.font(11))
    values = (value for row in matrix.values for value in row)
    texts = {figures.text(value, matrix.unit).removesuffix(" %") for value in values}
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
    return max(theme.pixels(LEAST), widest + theme.pixels(8))


def matrix_height(theme: Theme, matrix: Matrix) -> int:
    """So high a matrix is at most."""
    rows = len(matrix.rows) * theme.pixels(LARGEST)
    return rows + theme.pixels(18) + theme.pixels(FOOT)


def strength_range(known: Sequence[float]) -> tuple[float, float]:
    """From nothing to the largest figure; from below the least where all are far from nothing."""
    least, largest = min(known, default=0.0), max(known, default=0.0)
    if not least < largest:
        return 0.0, largest or 1.0
    return (least - (largest - least) / 4, largest) if least > largest / 2 else (0.0, largest)
