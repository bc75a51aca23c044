"""A matrix as colored cells with their values."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log1p

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
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
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import Palette, contrast, mixed

LEAST, LARGEST, HEAD, FOOT = 20, 54, 2, 20
"""Least and largest side of a cell, heights of what is above and below the cells, in lengths of the
design. The line above the chart has the titles of the axes."""

FEW = 8
"""Fewer columns have horizontal titles, which are elided."""
MANY, SMALL, TINY, LONGEST_FOOT = 20, 10, 5, 84
"""More rows or columns than this have small cells of this side, or at least of the next one. Their
values are in the tooltip. The titles of many columns are vertical, with at most this height."""

Spot = tuple[int, int]

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_SELECT = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_EMPTY = Matrix("", "", "", (), (), ())


@dataclass(frozen=True)
class CellLook:
    """How a cell looks.

    Attributes:
        text: its value; empty for zeros, so that the others stand out.
        ground: background color.
        ink: text color, readable on the background.
    """

    text: str
    ground: QColor
    ink: QColor


class HeatMap(QWidget):
    """Cells are selected with a click, or with the arrow keys and Enter.

    Signals:
        selected: row and column of a cell.
    """

    selected = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._matrix = _EMPTY
        self._looks: tuple[tuple[CellLook, ...], ...] = ()
        self._titles = 0
        self._current: Spot | None = None
        self._marked: Spot | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._update_looks)

    def draw(self, matrix: Matrix) -> None:
        """Shows a matrix."""
        self._matrix, self._current, self._marked = matrix, None, None
        self._update_looks()

    def mark(self, row: int, column: int) -> None:
        """Frames a cell."""
        self._marked = (row, column)
        self.update()

    def sizeHint(self) -> QSize:
        """Cells of a comfortable size."""
        return self._size(34)

    def minimumSizeHint(self) -> QSize:
        """Cells whose values are still readable."""
        return self._size(LEAST)

    def cell(self, row: int, column: int) -> QRectF:
        """The area of a cell."""
        width, height = self._side()
        top = self._theme.pixels(HEAD) + row * height
        return QRectF(self._left() + column * width, top, width, height)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows the value of the cell under the pointer as a tooltip."""
        self._move(self._spot_at(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Selects a cell."""
        spot = self._spot_at(event)
        if spot:
            self._move(spot)
            self.selected.emit(*spot)

    def leaveEvent(self, event: QEvent) -> None:
        """Clears the current cell, unless the keyboard has set it."""
        if not self.hasFocus():
            self._move(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Starts at the first cell."""
        super().focusInEvent(event)
        if self._current is None and self._matrix.rows:
            self._move((0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move, Enter and Space select."""
        step = _STEPS.get(Qt.Key(event.key()))
        if self._current and step:
            row = min(max(self._current[0] + step[0], 0), len(self._matrix.rows) - 1)
            column = min(max(self._current[1] + step[1], 0), len(self._matrix.columns) - 1)
            self._move((row, column))
        elif self._current and event.key() in _SELECT:
            self.selected.emit(*self._current)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the titles and the visible cells."""
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
        palette = self._theme.palette
        for spot, color in ((self._marked, palette.accent), (self._current, palette.text)):
            if spot:
                painter.setPen(QPen(QColor(color), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self.cell(*spot).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _paint_cell(self, painter: QPainter, spot: QRectF, look: CellLook) -> None:
        box = spot.adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.ground)
        painter.drawRoundedRect(box, 4, 4)
        if look.text and _fits(painter, look.text, box):
            painter.setPen(look.ink)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, look.text)

    def _paint_titles(self, painter: QPainter) -> None:
        matrix, left = self._matrix, self._left()
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(self._theme.palette.secondary))
        width, height = self._side()
        metrics, middle = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter
        for place in _shown_titles(len(matrix.rows), height, metrics.height()):
            title = matrix.rows[place]
            middle_of = self.cell(place, 0).center().y()
            spot = QRectF(0, middle_of - metrics.height() / 2, left - 6, metrics.height())
            text = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, int(spot.width()))
            painter.drawText(spot, middle | Qt.AlignmentFlag.AlignRight, text)
        if has_vertical_titles(self._theme, matrix):
            self._paint_vertical_titles(painter)
            return
        letters = max(map(len, matrix.columns), default=0) == 1
        needed = metrics.horizontalAdvance("W") if letters else 0
        for place in _shown_titles(len(matrix.columns), width, needed):
            title = matrix.columns[place]
            spot = self.cell(len(matrix.rows), place)
            spot.setHeight(self._theme.pixels(FOOT))
            if letters:
                spot.adjust(-4, 0, 4, 0)
                painter.drawText(spot, middle | Qt.AlignmentFlag.AlignHCenter, title)
                continue
            text = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, int(width) - 4)
            painter.drawText(spot, middle | Qt.AlignmentFlag.AlignHCenter, text)

    def _paint_vertical_titles(self, painter: QPainter) -> None:
        """The titles of the columns from bottom to top, as many as have room."""
        columns, (width, _) = self._matrix.columns, self._side()
        metrics, foot = painter.fontMetrics(), self._foot() - 6
        for place in _shown_titles(len(columns), width, metrics.height()):
            cell = self.cell(len(self._matrix.rows), place)
            text = metrics.elidedText(columns[place], Qt.TextElideMode.ElideRight, int(foot))
            painter.save()
            painter.translate(cell.center().x(), cell.top() + 4)
            painter.rotate(-90)
            spot = QRectF(-foot, -metrics.height() / 2, foot, metrics.height())
            painter.drawText(spot, Qt.AlignmentFlag.AlignRight, text)
            painter.restore()

    @Slot()
    def _update_looks(self) -> None:
        """Computes the colors and texts of all cells, once for many paints."""
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
        text = self._text(spot) if spot else ""
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.update()

    def _text(self, spot: Spot) -> str:
        matrix = self._matrix
        row, column = matrix.rows[spot[0]], matrix.columns[spot[1]]
        value = cell_text(matrix.values[spot[0]][spot[1]], matrix.unit)
        return f"{matrix.row} {row}, {matrix.column} {column}: {value}"

    def _spot_at(self, event: QMouseEvent) -> Spot | None:
        width, height = self._side()
        if not width or not height:
            return None
        column = int((event.position().x() - self._left()) // width)
        row = int((event.position().y() - self._theme.pixels(HEAD)) // height)
        inside = 0 <= row < len(self._matrix.rows) and 0 <= column < len(self._matrix.columns)
        return (row, column) if inside else None

    def _left(self) -> float:
        """Width of the row titles."""
        return min(self._titles, self.width() * 0.4)

    def _side(self) -> tuple[float, float]:
        """Width and height of a cell."""
        rows, columns = max(1, len(self._matrix.rows)), max(1, len(self._matrix.columns))
        height = self.height() - self._theme.pixels(HEAD) - self._foot()
        largest = self._theme.pixels(LARGEST)
        width = (self.width() - self._left()) / columns
        return min(width, 1.7 * largest), min(height / rows, largest)

    def _foot(self) -> int:
        return foot_height(self._theme, self._matrix)

    def _size(self, side: int) -> QSize:
        pixels = self._theme.pixels
        width = len(self._matrix.columns) * cell_width(self._theme, self._matrix)
        if is_large(self._matrix):
            side = SMALL if side > LEAST else TINY
            width = len(self._matrix.columns) * pixels(side)
        height = pixels(HEAD) + self._foot() + len(self._matrix.rows) * pixels(side)
        return QSize(min(self._titles, pixels(120)) + width, height)


def looks(matrix: Matrix, palette: Palette) -> tuple[tuple[CellLook, ...], ...]:
    """All cells, row by row."""
    known = [abs(value) for row in matrix.values for value in row if value is not None]
    least, largest = strength_range(known)

    def look(value: float | None) -> CellLook:
        strength = _strength(value, matrix.unit == "count", least, largest)
        ground = mixed(palette.ground, palette.accent, strength)
        ink = max((palette.text, palette.on_accent), key=lambda one: contrast(one, ground))
        text = "" if value == 0 else short(matrix, value)
        return CellLook(text, QColor(ground), QColor(ink))

    return tuple(tuple(map(look, row)) for row in matrix.values)


def short(matrix: Matrix, value: float | None) -> str:
    """A value without its percent sign, which is in the title of the matrix."""
    return cell_text(value, matrix.unit).removesuffix(" %")


def cell_width(theme: Theme, matrix: Matrix) -> int:
    """The least width at which the values are readable; those of a large matrix need not be."""
    if is_large(matrix):
        return theme.pixels(SMALL)
    metrics = QFontMetrics(theme.font(11))
    texts = {short(matrix, value) for row in matrix.values for value in row}
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
    return max(theme.pixels(LEAST), widest + theme.pixels(8))


def matrix_height(theme: Theme, matrix: Matrix, least: bool = False) -> int:
    """The largest or the least height of a matrix."""
    small, large = (SMALL, LEAST) if is_large(matrix) else (LEAST, LARGEST)
    rows = len(matrix.rows) * theme.pixels(small if least else large)
    return rows + theme.pixels(HEAD) + foot_height(theme, matrix)


def is_large(matrix: Matrix) -> bool:
    """Whether there are too many cells to read their values."""
    return max(len(matrix.rows), len(matrix.columns)) > MANY


def has_vertical_titles(theme: Theme, matrix: Matrix) -> bool:
    """Whether many columns have titles that are wider than their cells."""
    if len(matrix.columns) < FEW or max(map(len, matrix.columns)) == 1:
        return False
    metrics = QFontMetrics(theme.font(11))
    widest = max(map(metrics.horizontalAdvance, matrix.columns))
    return widest + 4 > cell_width(theme, matrix)


def foot_height(theme: Theme, matrix: Matrix) -> int:
    """The height of the titles of the columns."""
    if not has_vertical_titles(theme, matrix):
        return theme.pixels(FOOT)
    metrics = QFontMetrics(theme.font(11))
    widest = max(map(metrics.horizontalAdvance, matrix.columns))
    return min(widest + 10, theme.pixels(LONGEST_FOOT))


def _shown_titles(count: int, room: float, needed: float) -> range:
    """The places of the titles that are written: every one, or every second, third, ..."""
    return range(0, count, max(1, ceil(needed / max(room, 1.0) - 0.15)))


def _fits(painter: QPainter, text: str, box: QRectF) -> bool:
    metrics = painter.fontMetrics()
    return metrics.height() <= box.height() + 4 and metrics.horizontalAdvance(text) <= box.width()


def strength_range(known: Sequence[float]) -> tuple[float, float]:
    """The range of the color scale: from 0, or from below the least value if all are far from 0."""
    least, largest = min(known, default=0.0), max(known, default=0.0)
    if not least < largest:
        return 0.0, largest or 1.0
    return (least - (largest - least) / 4, largest) if least > largest / 2 else (0.0, largest)


def _strength(value: float | None, count: bool, least: float, largest: float) -> float:
    """How strong the accent color is; logarithmic for counts, since few errors matter."""
    if not value:
        return 0.0
    if count:
        return log1p(abs(value)) / log1p(largest)
    return (abs(value) - least) / (largest - least)
