"""The canvas: smooth strokes by mouse, finger or stylus."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from mnist_studio.data.ink.rendering import Ink, InkPoint
from mnist_studio.gui.common.image_view import picture_of
from mnist_studio.gui.draw.ghost import GhostDigit
from mnist_studio.gui.draw.ink_painting import InkLayer, InkLook, extent, paint_piece
from mnist_studio.gui.draw.pointer import Pointer, tool_cursor
from mnist_studio.gui.services.drawing import UNSTEADY, Drawing
from mnist_studio.gui.theme.theme import Theme

SLICE_SECONDS = 0.005
"""Time to paint ink in one go. The rest is painted after other events."""

RADIUS = 8

_COMPRESSED = Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents
"""Without it off, X11 and Windows report only the last of several moves to a busy window."""

INVITATION = "Draw a digit here\nor drop an image of one"


class DrawingCanvas(QWidget):
    """A square to draw on. The strokes themselves belong to the ``Drawing``.

    Attributes:
        message: text on the blank canvas.
        ghost: a digit that draws itself until the user draws.
    """

    def __init__(self, theme: Theme, drawing: Drawing) -> None:
        super().__init__()
        self._theme = theme
        self._drawing = drawing
        self._layer = InkLayer()
        self._pointer = Pointer(drawing, self._point)
        self._painted: tuple[Ink, int] = (), 0
        self.ghost = GhostDigit(theme, self)
        self.ghost.moved.connect(self.update)
        self.message = INVITATION
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._paint_more)
        self._prepare()
        drawing.changed.connect(self._follow)
        drawing.tools.changed.connect(self._renew)
        theme.changed.connect(self._renew)

    def _prepare(self) -> None:
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("Draw a digit with a mouse, finger, or stylus")
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The right button erases.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        expanding = QSizePolicy.Policy.Expanding
        self.setSizePolicy(expanding, expanding)

    def show_message(self, message: str) -> None:
        """Shows a message until something is drawn."""
        self.message = message
        self.setAccessibleDescription(message)
        self.update()

    def sizeHint(self) -> QSize:
        """Large enough to write on; a layout gives it all that is left."""
        return QSize(self._theme.pixels(240), self._theme.pixels(240))

    def minimumSizeHint(self) -> QSize:
        """Small enough for small screens."""
        return QSize(self._theme.pixels(200), self._theme.pixels(200))

    def showEvent(self, event: QShowEvent) -> None:
        """Requests every move, even those that happen while the window is busy."""
        super().showEvent(event)
        self.ghost.start()
        QApplication.setAttribute(_COMPRESSED, False)

    def hideEvent(self, event: QHideEvent) -> None:
        """Restores the default: other widgets need only the last position of the mouse."""
        super().hideEvent(event)
        self.ghost.pause()
        QApplication.setAttribute(_COMPRESSED, True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Starts a stroke."""
        self._pointer.mouse(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Starts a stroke."""
        self._pointer.mouse(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extends a stroke."""
        self._pointer.mouse(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a stroke."""
        self._pointer.mouse(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Handles a stylus and its pressure."""
        self._pointer.tablet(event)

    def event(self, event: QEvent) -> bool:
        """Handles touch; paints the ink again for a screen with another pixel density."""
        if isinstance(event, QTouchEvent):
            self._pointer.touch(event)
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._renew()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paints the ink again at the new size."""
        super().resizeEvent(event)
        self._renew()

    @Slot()
    def _renew(self) -> None:
        """Paints again after a change of size, colors or tools."""
        tools = self._drawing.tools
        width = tools.width * self._square().width()
        self.setCursor(tool_cursor(tools.chosen, width, self.devicePixelRatioF()))
        self._paint_more()
        self.update()

    @Slot()
    def _follow(self) -> None:
        """Paints what is new in the drawing."""
        drawing, (ink, count) = self._drawing, self._painted
        self._painted = drawing.ink, len(drawing.stroke)
        if not drawing.blank:
            self.message = INVITATION
            self.ghost.end()
        self._paint_more()
        if count and ink is drawing.ink and len(drawing.stroke) >= count:
            # A moved point also changes the two segments before it.
            self.update(self._area_since(count - UNSTEADY - 2))
        else:
            self.update()

    @Slot()
    def _paint_more(self) -> None:
        side = self._square().width()
        pen = self._drawing.tools.pen * side
        look = InkLook(side, self.devicePixelRatioF(), pen, self._theme.palette.text)
        before = self._layer.image
        if not self._layer.follow(self._drawing.ink, self._drawing.stroke, look, SLICE_SECONDS):
            self._timer.start(0)
        if self._layer.image is not before:
            self.update()

    def _area_since(self, first: int) -> QRect:
        """The area of the growing stroke from one of its points on."""
        square = self._square()
        pen = self._drawing.tools.pen * square.width()
        around = extent(self._drawing.stroke, first, square.width(), pen)
        return around.translated(square.topLeft()).toAlignedRect()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints background, focus frame, image and strokes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = self._square()
        self._paint_background(painter, square)
        painter.setClipRect(square.adjusted(2, 2, -2, -2), Qt.ClipOperation.IntersectClip)
        painter.translate(square.topLeft())
        if self._drawing.sheet.picture is not None and not self._drawing.stroke:
            self._paint_picture(painter, square.width())
        else:
            self._paint_ink(painter, square.width())
        painter.end()

    def _paint_background(self, painter: QPainter, square: QRectF) -> None:
        palette, focused = self._theme.palette, self.hasFocus()
        painter.setPen(QPen(QColor(palette.accent if focused else palette.line), 1 + focused))
        painter.setBrush(QColor(palette.ground))
        painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if self._drawing.blank:
            invites = not self.ghost.ended and self.message == INVITATION
            if invites:
                self._paint_ghost(painter, square)
            painter.setPen(QColor(palette.secondary))
            painter.setFont(self._theme.font(13))
            place = Qt.AlignmentFlag.AlignBottom if invites else Qt.AlignmentFlag.AlignVCenter
            flags = place | Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(square.adjusted(16, 16, -16, -16), flags, self.message)

    def _paint_ghost(self, painter: QPainter, square: QRectF) -> None:
        painter.save()
        painter.translate(square.topLeft())
        self.ghost.paint(painter, square.width(), self._drawing.tools.pen * square.width())
        painter.restore()

    def _paint_picture(self, painter: QPainter, side: float) -> None:
        picture = self._drawing.sheet.picture
        if picture is not None:
            shown = picture_of(picture)
            if self._theme.scheme == "light":
                shown.invertPixels()
            high = side * shown.height() / shown.width()
            painter.drawImage(QRectF(0, (side - high) / 2, side, high), shown)

    def _paint_ink(self, painter: QPainter, side: float) -> None:
        """Paints the cached ink, and the end of the growing stroke."""
        if self._layer.image is not None:
            painter.drawImage(QRectF(0, 0, side, side), self._layer.image)
        stroke = self._drawing.stroke
        if stroke:
            painter.setBrush(QColor(self._theme.palette.text))
            first, pen = self._layer.rest(stroke), self._drawing.tools.pen * side
            paint_piece(painter, stroke, first, len(stroke) - 1, side, pen)

    def _square(self) -> QRectF:
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def _point(self, position: QPointF, seconds: float, pressure: float) -> InkPoint:
        """A point in canvas coordinates, limited to the visible square."""
        square = self._square()
        place = (position - square.topLeft()) / square.width()
        x, y = (min(max(part, 0.0), 1.0) for part in (place.x(), place.y()))
        return InkPoint(x, y, seconds, pressure)
