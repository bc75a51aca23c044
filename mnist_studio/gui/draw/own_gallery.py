"""The user's own images by label, to select, relabel and delete."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.data.own_images import OwnImage
from mnist_studio.formatting import moment
from mnist_studio.gui.common.image_view import picture_of
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS

SIDE, GAP, LABEL = 40, 6, 40

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class OwnImageGallery(QWidget):
    """A wrapped row of images per label. A click selects one, with Ctrl or Shift several.

    A double click opens an image on the canvas. Keys: 0 to 9 relabel the selected images, Delete
    deletes them, arrows move the selection, Enter opens a single image, Ctrl+A selects all.

    Signals:
        chosen: the selection has changed.
        opened: an image to open on the canvas.
        labeled: keys of images and their new label.
        deleted: keys of images.
    """

    chosen = Signal()
    opened = Signal(object)
    labeled = Signal(object, int)
    deleted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._images: tuple[OwnImage, ...] = ()
        self._wrong: frozenset[str] = frozenset()
        self._keys: frozenset[str] = frozenset()
        self._last = ""
        self.setAccessibleName("Your images")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.updateGeometry)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the selected images."""
        return tuple(one.key for one in self._images if one.key in self._keys)

    def show_images(self, images: Sequence[OwnImage]) -> None:
        """Shows these images. Selected ones stay selected if they still exist."""
        self._images = tuple(sorted(images, key=lambda one: (one.label, one.created, one.key)))
        self._choose(self._keys & {one.key for one in images})
        labels = (f"{count} images labeled {label}" for label, count in self._counts() if count)
        self.setAccessibleDescription("; ".join(labels))
        self.updateGeometry()
        self.update()

    def mark(self, wrong: frozenset[str]) -> None:
        """Marks the images that a model predicts incorrectly."""
        if wrong != self._wrong:
            self._wrong = wrong
            self.update()

    def place_of(self, key: str) -> QRectF:
        """The area of an image."""
        return next(spot for one, spot in self._spots(self.width()) if one.key == key)

    def heightForWidth(self, width: int) -> int:
        """The height of all lines."""
        step = self._step()
        last = max((spot.bottom() for _, spot in self._spots(width)), default=step)
        return int(last) + self._theme.pixels(GAP)

    def sizeHint(self) -> QSize:
        """A few images wide."""
        wide = self._theme.pixels(320)
        return QSize(wide, self.heightForWidth(max(self.width(), wide)))

    def minimumSizeHint(self) -> QSize:
        """May be narrow, which makes it higher."""
        wide = self._theme.pixels(160)
        return QSize(wide, self.heightForWidth(max(self.width(), wide)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the labels and the visible images."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        before = -1
        for one, spot in self._spots(self.width()):
            if one.label != before:
                before = one.label
                self._paint_label(painter, one.label, spot)
            if spot.bottom() >= event.rect().top() and spot.top() <= event.rect().bottom():
                self._paint_image(painter, one, spot)
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

    def _paint_image(self, painter: QPainter, one: OwnImage, spot: QRectF) -> None:
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
        """Paints a cross, since color alone does not reach everyone."""
        side = self._theme.pixels(14)
        corner = QRectF(spot.right() - side, spot.top(), side, side)
        painter.fillRect(corner, QColor(self._theme.palette.bad))
        painter.setPen(QColor(self._theme.palette.panel))
        painter.setFont(self._theme.font(11, bold=True))
        painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, "✗")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Selects the image under the mouse."""
        key, modifiers = self._key_at(event.position()), event.modifiers()
        if not key:
            self._choose(frozenset())
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self._choose(self._keys ^ {key})
        elif modifiers & Qt.KeyboardModifier.ShiftModifier and self._last:
            order = [one.key for one in self._images]
            ends = sorted((order.index(self._last), order.index(key)))
            self._choose(frozenset(order[ends[0] : ends[1] + 1]))
            return
        else:
            self._choose(frozenset({key}))
        self._last = key

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens the image under the mouse; with Ctrl or Shift it counts as another click."""
        if event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._open(self._key_at(event.position()))
        else:
            self.mousePressEvent(event)

    def _open(self, key: str) -> None:
        for one in self._images:
            if one.key == key:
                self.opened.emit(one)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Relabels, deletes, opens and selects by keys."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._move(_STEPS[key])
        elif key == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._choose(frozenset(one.key for one in self._images))
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
        """Describes the image under the mouse in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            key = self._key_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._describe(key), self)
            return True
        return super().event(event)

    def _describe(self, key: str) -> str:
        one = next((one for one in self._images if one.key == key), None)
        if one is None:
            return ""
        wrong = "\nThe selected model predicts it incorrectly." if key in self._wrong else ""
        text = f"Label {one.label}, drawn {moment(one.created)}.{wrong}"
        return f"{text}\nDouble-click to open it on the canvas."

    def _move(self, step: int) -> None:
        order = [one.key for one in self._images]
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
        labels = [one.label for one in self._images]
        return [(label, labels.count(label)) for label in range(len(DIGITS))]

    def _step(self) -> int:
        return self._theme.pixels(SIDE) + self._theme.pixels(GAP)

    def _spots(self, width: int) -> list[tuple[OwnImage, QRectF]]:
        """All images with their areas; a label starts a new line."""
        side, step, left = self._theme.pixels(SIDE), self._step(), self._theme.pixels(LABEL)
        across = max(1, (width - left) // step)
        found, line, at, before = [], -1, 0, -1
        for one in self._images:
            at = at + 1 if one.label == before else 0
            line += at % across == 0
            before = one.label
            corner = left + at % across * step, 3 + line * step
            found.append((one, QRectF(*corner, side, side)))
        return found
