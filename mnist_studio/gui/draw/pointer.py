"""The pointer over the pad: a ring as large as what the tool draws or takes away.

Mouse, fingers and pens as one tool that is put down, moved and lifted.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QCursor,
    QEventPoint,
    QInputDevice,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)

from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.ink.strokes import EVEN
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.services.tools import Tool

Place = Callable[[QPointF, float, float], InkPoint]
"""A point of the pad, from a place in its widget, seconds and pressure."""


class Pointer:
    """Turns events of a widget into strokes; one device at a time writes.

    The right button of a mouse, the other end of a pen and its button are the eraser.
    """

    def __init__(self, drawing: Drawing, place: Place) -> None:
        self._drawing = drawing
        self._place = place
        self._button = Qt.MouseButton.NoButton
        self._pen_down = False
        self._finger: int | None = None
        self._moves: list[InkPoint] = []
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw)

    @property
    def _busy(self) -> bool:
        mouse = self._button != Qt.MouseButton.NoButton
        return mouse or self._pen_down or self._finger is not None

    def mouse(self, event: QMouseEvent) -> None:
        """Writes with the left button, erases with the right one."""
        if event.source() != Qt.MouseEventSource.MouseEventNotSynthesized:
            return  # Made of a touch or a pen, which has written already.
        match event.type():
            case QEvent.Type.MouseButtonPress | QEvent.Type.MouseButtonDblClick:
                self._press(event)
            case QEvent.Type.MouseMove if event.buttons() & self._button:
                self._move(self._point(event))
            case QEvent.Type.MouseButtonRelease if event.button() == self._button:
                self._button = Qt.MouseButton.NoButton
                self._lift()

    def _press(self, event: QMouseEvent) -> None:
        tools: dict[Qt.MouseButton, Tool | None] = {
            Qt.MouseButton.LeftButton: None, Qt.MouseButton.RightButton: "eraser",
        }  # fmt: skip
        if event.button() in tools and not self._busy:
            self._button = event.button()
            self._drawing.begin(self._point(event), tools[self._button])

    def tablet(self, event: QTabletEvent) -> None:
        """Writes with a pen, as wide as it is pressed; accepted, so that no mouse event follows."""
        event.accept()
        point = self._place(event.position(), event.timestamp() / 1000, _pressure(event))
        match event.type():
            case QEvent.Type.TabletPress if not self._busy:
                self._pen_down = True
                self._drawing.begin(point, "eraser" if _turned(event) else None)
            case QEvent.Type.TabletMove if self._pen_down:
                self._move(point)
            case QEvent.Type.TabletRelease if self._pen_down:
                self._pen_down = False
                self._lift()

    def touch(self, event: QTouchEvent) -> None:
        """Writes with the first finger; others, such as the ball of the hand, are left alone."""
        event.accept()
        if event.type() == QEvent.Type.TouchCancel:
            self._lose_finger()
            return
        for finger in event.points():
            self._touch(finger)

    def _touch(self, finger: QEventPoint) -> None:
        point = self._place(finger.position(), finger.timestamp() / 1000, EVEN)
        match finger.state():
            case QEventPoint.State.Pressed if not self._busy:
                self._finger = finger.id()
                self._drawing.begin(point)
            case QEventPoint.State.Updated if finger.id() == self._finger:
                self._move(point)
            case QEventPoint.State.Released if finger.id() == self._finger:
                self._finger = None
                self._lift()

    def _move(self, point: InkPoint) -> None:
        """Moves that come together are drawn together: a mouse may tell a thousand a second."""
        self._moves.append(point)
        self._timer.start(0)

    def _draw(self) -> None:
        moves, self._moves = tuple(self._moves), []
        if moves:
            self._drawing.extend(moves)

    def _lift(self) -> None:
        self._draw()
        self._drawing.finish()

    def _lose_finger(self) -> None:
        """The system took the touch for a gesture of its own: nothing was meant for the pad."""
        if self._finger is not None:
            self._finger = None
            self._moves.clear()
            self._drawing.drop()

    def _point(self, event: QMouseEvent) -> InkPoint:
        return self._place(event.position(), event.timestamp() / 1000, EVEN)


def _turned(event: QTabletEvent) -> bool:
    """The pen's other end touches, or its button is held."""
    eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
    return eraser or bool(event.buttons() & Qt.MouseButton.RightButton)


def _pressure(event: QTabletEvent) -> float:
    able = event.pointingDevice().capabilities() & QInputDevice.Capability.Pressure
    return event.pressure() if able else EVEN


_MARGIN = 2
_SMALLEST, _LARGEST = 6.0, 120.0
"""Rings in points of the screen; systems refuse large pointers."""


def tool_cursor(tool: Tool, width: float, density: float) -> QCursor:
    """A pointer that can be seen on light and on dark.

    Args:
        tool: a pen has a dot in its middle.
        width: of the tool, in points of the screen.
        density: pixels of the screen a point.
    """
    ring = min(max(width, _SMALLEST), _LARGEST)
    side = round(ring) + 2 * _MARGIN
    side += 1 - side % 2  # A middle pixel to point with.
    picture = QPixmap(QSize(side, side) * density)
    picture.setDevicePixelRatio(density)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(side / 2, side / 2)
    for color, thick in (("#FFFFFF", 3.0), ("#1B1F27", 1.2)):
        painter.setPen(QPen(QColor(color), thick))
        painter.drawEllipse(middle, ring / 2, ring / 2)
        if tool == "pen":
            painter.setBrush(QColor(color))
            painter.drawEllipse(middle, thick / 3, thick / 3)
            painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.end()
    return QCursor(picture, side // 2, side // 2)
