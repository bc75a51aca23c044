"""Mouse, touch and stylus events as strokes, and the mouse cursor of each tool."""

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
from mnist_studio.gui.services.pen_and_eraser import Tool

Place = Callable[[QPointF, float, float], InkPoint]
"""Makes a point of the canvas from a widget position, seconds and pressure."""


class Pointer:
    """Turns events of a widget into strokes, from one device at a time.

    The right mouse button, the end of a stylus and its button erase.
    """

    def __init__(self, drawing: Drawing, place: Place) -> None:
        self._drawing = drawing
        self._place = place
        self._button = Qt.MouseButton.NoButton
        self._stylus_down = False
        self._finger: int | None = None
        self._moves: list[InkPoint] = []
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw)

    @property
    def _busy(self) -> bool:
        mouse = self._button != Qt.MouseButton.NoButton
        return mouse or self._stylus_down or self._finger is not None

    def mouse(self, event: QMouseEvent) -> None:
        """Draws with the left button, erases with the right one."""
        if event.source() != Qt.MouseEventSource.MouseEventNotSynthesized:
            return  # Synthesized from a touch or stylus event that is handled already.
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
        """Draws with a stylus and its pressure. Accepted, so that no mouse event follows."""
        event.accept()
        point = self._place(event.position(), event.timestamp() / 1000, _pressure(event))
        match event.type():
            case QEvent.Type.TabletPress if not self._busy:
                self._stylus_down = True
                self._drawing.begin(point, "eraser" if _erases(event) else None)
            case QEvent.Type.TabletMove if self._stylus_down:
                self._move(point)
            case QEvent.Type.TabletRelease if self._stylus_down:
                self._stylus_down = False
                self._lift()

    def touch(self, event: QTouchEvent) -> None:
        """Draws with the first finger; ignores others, such as the ball of the hand."""
        event.accept()
        if event.type() == QEvent.Type.TouchCancel:
            self._cancel_touch()
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
        """Collects moves and draws them together: a mouse may report a thousand per second."""
        self._moves.append(point)
        self._timer.start(0)

    def _draw(self) -> None:
        moves, self._moves = tuple(self._moves), []
        if moves:
            self._drawing.extend(moves)

    def _lift(self) -> None:
        self._draw()
        self._drawing.finish()

    def _cancel_touch(self) -> None:
        """Removes the stroke: the system has recognized the touch as a gesture."""
        if self._finger is not None:
            self._finger = None
            self._moves.clear()
            self._drawing.drop()

    def _point(self, event: QMouseEvent) -> InkPoint:
        return self._place(event.position(), event.timestamp() / 1000, EVEN)


def _erases(event: QTabletEvent) -> bool:
    """Whether the eraser end of the stylus touches, or its button is held."""
    eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
    return eraser or bool(event.buttons() & Qt.MouseButton.RightButton)


def _pressure(event: QTabletEvent) -> float:
    supported = event.pointingDevice().capabilities() & QInputDevice.Capability.Pressure
    return event.pressure() if supported else EVEN


_MARGIN = 2
_SMALLEST, _LARGEST = 6.0, 120.0
"""Diameters of the ring in screen points; systems reject large cursors."""


def tool_cursor(tool: Tool, width: float, density: float) -> QCursor:
    """A cursor that is visible on light and dark: a ring as large as the tool.

    Args:
        tool: the pen has a dot in its center.
        width: of the tool, in screen points.
        density: device pixels per point.
    """
    ring = min(max(width, _SMALLEST), _LARGEST)
    side = round(ring) + 2 * _MARGIN
    side += 1 - side % 2  # Odd, so that there is a center pixel.
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
