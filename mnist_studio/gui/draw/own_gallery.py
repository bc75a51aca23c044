"""The user's own digits by label; chosen ones get another label or go, by the keyboard too."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.data.own_images import OwnImage
from mnist_studio.formatting import moment
from mnist_studio.gui.common.image_view import picture_of
from mnist_studio.gui.theme.theme import Theme

SIDE, GAP, LABEL = 40, 6, 40

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class OwnImageGallery(QWidget):
    """A row for every label, wrapped; a click chooses one, with Ctrl or Shift more.

    A double click lays one on the pad again. Keys: 0 to 9 label the chosen ones, Delete deletes
    them, arrows move, Enter lays a single chosen one on the pad, Ctrl+A chooses all.

    Signals:
        chosen: other digits are chosen.
        opened: a digit that is to lie on the pad again.
        labeled: keys and their new label.
        deleted: keys.
    """

    chosen = Signal()
    opened = Signal(object)
    labeled = Signal(object, int)
    deleted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._digits: tuple[OwnImage, ...] = ()
        self._wrong: frozenset[str] = frozenset()
        self._keys: frozenset[str] = frozenset()
        self._last = ""
        self.setAccessibleName("Your own digits")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.updateGeometry)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the chosen digits."""
        return tuple(one.key for one in self._digits if one.key in self._keys)

    def show_digits(self, digits: Sequence[OwnImage]) -> None:
        """Shows these; those that are still there stay chosen."""
        self._digits = tuple(sorted(digits, key=lambda one: (one.label, one.created, one.key)))
        self._choose(self._keys & {one.key for one in digits})
        told = (f"{count} digits labeled {label}" for label, count in self._counts() if count)
        self.setAccessibleDescription("; ".join(told))
        self.updateGeometry()
        self.update()

    def mark(self, wrong: frozenset[str]) -> None:
        """Marks the digits that a model answers wrongly."""
        if wrong != self._wrong:
            self._wrong = wrong
            self.update()

    def place_of(self, key: str) -> QRectF:
        """Where a digit is painted."""
        return next(spot for one, spot in self._spots(self.width()) if one.key == key)

    def heightForWidth(self, width: int) -> int:
        """As many lines as the labels need."""
        step = self._step()
        last = max((spot.bottom() for _, spot in self._spots(width)), default=step)
        return int(last) + self._theme.pixels(GAP)

    def sizeHint(self) -> QSize:
        """A few digits wide."""
        wide = self._theme.pixels(320)
        return QSize(wide, self.heightForWidth(max(self.width(), wide)))

    def minimumSizeHint(self) -> QSize:
        """May be narrow: then it is higher."""
        wide = self._theme.pixels(160)
        return QSize(wide, self.heightForWidth(max(self.width(), wide)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The labels and the digits in sight."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        before = -1
        for one, spot in self._spots(self.width()):
            if one.label != before:
                before = one.label
                self._paint_label(painter, one.label, spot)
            if spot.bottom() >= event.rect().top() and spot.top() <= event.rect().bottom():
                self._paint_digit(painter, one, spot)
        painter.end()

    def _paint_label(self, painter: QPainter, label: int, spot: QRectF) -> None:
        palette, wide = self._theme.palette, self._theme.pixels(LABEL) - 4
        count = dict(self._counts())[label]
        place = QRectF(0, spot.top(), wide, spot.height())
        painter.setPen(QColor(palette.text))
        painter.setFont(self._theme.font(15, bold=True))
        painter.drawText(place, Qt.AlignmentFlag.AlignTop, str(label))
        painter.setPen(QColor(palette.secondary))
        painter.setFont(self._theme.font(11))
        painter.drawText(place, Qt.AlignmentFlag.AlignBottom, f"{count:,}")

    def _paint_digit(self, painter: QPainter, one: OwnImage, spot: QRectF) -> None:
        palette = self._theme.palette
        painter.drawImage(spot, picture_of(one.image))
        if one.key in self._wrong:
            painter.setPen(QPen(QColor(palette.bad), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(spot.adjusted(1, 1, -1, -1), 2, 2)
            self._paint_cross(painter, spot)
        if one.key in self._keys:
            painter.setPen(QPen(QColor(palette.accent), 2.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(spot.adjusted(-2, -2, 2, 2), 4, 4)

    def _paint_cross(self, painter: QPainter, spot: QRectF) -> None:
        """Color alone would not be enough."""
        side = self._theme.pixels(14)
        corner = QRectF(spot.right() - side, spot.top(), side, side)
        painter.fillRect(corner, QColor(self._theme.palette.bad))
        painter.setPen(QColor(self._theme.palette.panel))
        painter.setFont(self._theme.font(11, bold=True))
        painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, "✗")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses the digit under the pointer."""
        key, modifiers = self._key_at(event.position()), event.modifiers()
        if not key:
            self._choose(frozenset())
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self._choose(self._keys ^ {key})
        elif modifiers & Qt.KeyboardModifier.ShiftModifier and self._last:
            order = [one.key for one in self._digits]
            ends = sorted((order.index(self._last), order.index(key)))
            self._choose(frozenset(order[ends[0] : ends[1] + 1]))
            return
        else:
            self._choose(frozenset({key}))
        self._last = key

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Lays the digit under the pointer on the pad; with Ctrl or Shift it is a second click."""
        if event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._open(self._key_at(event.position()))
        else:
            self.mousePressEvent(event)

    def _open(self, key: str) -> None:
        for one in self._digits:
            if one.key == key:
                self.opened.emit(one)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Labels, deletes, opens, moves."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._move(_STEPS[key])
        elif key == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._choose(frozenset(one.key for one in self._digits))
        elif not self._keys:
            super().keyPressEvent(event)
        elif key in _ENTER and len(self._keys) == 1:
            self._open(*self._keys)
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.labeled.emit(self.keys, key - Qt.Key.Key_0)
        elif key == Qt.Key.Key_Delete:
            self.deleted.emit(self.keys)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tells what is under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            key = self._key_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(key), self)
            return True
        return super().event(event)

    def _words(self, key: str) -> str:
        one = next((one for one in self._digits if one.key == key), None)
        if one is None:
            return ""
        wrong = "\nThe chosen model answers it wrongly" if key in self._wrong else ""
        told = f"Labeled {one.label}, written {moment(one.created)}{wrong}"
        return f"{told}\nA double click lays it on the pad"

    def _move(self, step: int) -> None:
        order = [one.key for one in self._digits]
        at = order.index(self._last) + step if self._last in order else 0
        if 0 <= at < len(order):
            self._last = order[at]
            self._choose(frozenset({self._last}))

    def _choose(self, keys: frozenset[str]) -> None:
        if keys != self._keys:
            self._keys = keys
            self.chosen.emit()
            self.update()

    def _key_at(self, place: QPointF) -> str:
        spots = self._spots(self.width())
        return next((one.key for one, spot in spots if spot.contains(place)), "")

    def _counts(self) -> list[tuple[int, int]]:
        labels = [one.label for one in self._digits]
        return [(label, labels.count(label)) for label in range(10)]

    def _step(self) -> int:
        return self._theme.pixels(SIDE) + self._theme.pixels(GAP)

    def _spots(self, width: int) -> list[tuple[OwnImage, QRectF]]:
        """Every digit and its place: a new line for every label."""
        side, step, left = self._theme.pixels(SIDE), self._step(), self._theme.pixels(LABEL)
        across = max(1, (width - left) // step)
        found, line, at, before = [], -1, 0, -1
        for one in self._digits:
            at = at + 1 if one.label == before else 0
            line += at % across == 0
            before = one.label
            corner = left + at % across * step, 3 + line * step
            found.append((one, QRectF(*corner, side, side)))
        return found
