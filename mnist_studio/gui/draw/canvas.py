"""The pad: smooth strokes by mouse, finger or pen."""

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
from mnist_studio.gui.draw.ink_painting import InkLayer, InkLook, extent, paint_piece
from mnist_studio.gui.draw.pointer import Pointer, tool_cursor
from mnist_studio.gui.services.drawing import UNSTEADY, Drawing
from mnist_studio.gui.theme.theme import Theme

SLICE_SECONDS = 0.005
"""So long at a time ink is painted anew; what is left is painted after other events."""

RADIUS = 8

_COMPRESSED = Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents
"""Of the moves that a busy window finds, X11 and Windows otherwise give it the last one only."""

INVITATION = "Draw a digit here\nor drop a picture of one"


class DrawingCanvas(QWidget):
    """A square to draw on. What is drawn lies in the drawing, not here.

    Attributes:
        words: what stands on it while it is blank.
    """

    def __init__(self, theme: Theme, drawing: Drawing) -> None:
        super().__init__()
        self._theme = theme
        self._drawing = drawing
        self._layer = InkLayer()
        self._pointer = Pointer(drawing, self._point)
        self._seen: tuple[Ink, int] = (), 0
        self.words = INVITATION
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._paint_on)
        self._prepare()
        drawing.changed.connect(self._follow)
        drawing.tools.changed.connect(self._renew)
        theme.changed.connect(self._renew)

    def _prepare(self) -> None:
        self.setAccessibleName("Drawing pad")
        self.setAccessibleDescription("Draw a digit with mouse, finger or pen")
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The right button erases.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        expanding = QSizePolicy.Policy.Expanding
        self.setSizePolicy(expanding, expanding)

    def say(self, words: str) -> None:
        """Tells something where nothing is drawn, until something is."""
        self.words = words
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Large enough to write comfortably."""
        return QSize(self._theme.pixels(380), self._theme.pixels(380))

    def minimumSizeHint(self) -> QSize:
        """Small enough for small screens."""
        return QSize(self._theme.pixels(200), self._theme.pixels(200))

    def showEvent(self, event: QShowEvent) -> None:
        """Every point counts, also those that come while the window is busy."""
        super().showEvent(event)
        QApplication.setAttribute(_COMPRESSED, False)

    def hideEvent(self, event: QHideEvent) -> None:
        """Other widgets need no more than the last place of the mouse."""
        super().hideEvent(event)
        QApplication.setAttribute(_COMPRESSED, True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Puts a tool down."""
        self._pointer.mouse(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Puts it down again."""
        self._pointer.mouse(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves it."""
        self._pointer.mouse(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lifts it."""
        self._pointer.mouse(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen writes as a mouse does, with its pressure."""
        self._pointer.tablet(event)

    def event(self, event: QEvent) -> bool:
        """Fingers write; a screen of another density gets ink of its own."""
        if isinstance(event, QTouchEvent):
            self._pointer.touch(event)
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._renew()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ink is painted at the size that is shown."""
        super().resizeEvent(event)
        self._renew()

    @Slot()
    def _renew(self) -> None:
        """The size, the colors or the tools are others."""
        tools = self._drawing.tools
        width = tools.width * self._square().width()
        self.setCursor(tool_cursor(tools.chosen, width, self.devicePixelRatioF()))
        self._paint_on()
        self.update()

    @Slot()
    def _follow(self) -> None:
        """The drawing is another one: paints and shows what is new of it."""
        drawing, (ink, count) = self._drawing, self._seen
        self._seen = drawing.ink, len(drawing.stroke)
        if not drawing.blank:
            self.words = INVITATION
        self._paint_on()
        if count and ink is drawing.ink and len(drawing.stroke) >= count:
            # Two segments before a point that moves take another shape, too.
            self.update(self._shown_since(count - UNSTEADY - 2))
        else:
            self.update()

    @Slot()
    def _paint_on(self) -> None:
        side = self._square().width()
        pen = self._drawing.tools.pen * side
        look = InkLook(side, self.devicePixelRatioF(), pen, self._theme.palette.text)
        before = self._layer.image
        if not self._layer.follow(self._drawing.ink, self._drawing.stroke, look, SLICE_SECONDS):
            self._timer.start(0)
        if self._layer.image is not before:
            self.update()

    def _shown_since(self, first: int) -> QRect:
        """Where the growing stroke is new from one of its points on."""
        square = self._square()
        pen = self._drawing.tools.pen * square.width()
        around = extent(self._drawing.stroke, first, square.width(), pen)
        return around.translated(square.topLeft()).toAlignedRect()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper, picture, strokes, and where the focus is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = self._square()
        self._paint_paper(painter, square)
        painter.setClipRect(square.adjusted(2, 2, -2, -2), Qt.ClipOperation.IntersectClip)
        painter.translate(square.topLeft())
        if self._drawing.sheet.picture is not None and not self._drawing.stroke:
            self._paint_picture(painter, square.width())
        else:
            self._paint_ink(painter, square.width())
        painter.end()

    def _paint_paper(self, painter: QPainter, square: QRectF) -> None:
        palette, focused = self._theme.palette, self.hasFocus()
        painter.setPen(QPen(QColor(palette.accent if focused else palette.line), 1 + focused))
        painter.setBrush(QColor(palette.ground))
        painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if self._drawing.blank:
            painter.setPen(QColor(palette.secondary))
            painter.setFont(self._theme.font(13))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(square.adjusted(16, 16, -16, -16), flags, self.words)

    def _paint_picture(self, painter: QPainter, side: float) -> None:
        picture = self._drawing.sheet.picture
        if picture is not None:
            shown = picture_of(picture)
            if self._theme.scheme == "light":
                shown.invertPixels()
            high = side * shown.height() / shown.width()
            painter.drawImage(QRectF(0, (side - high) / 2, side, high), shown)

    def _paint_ink(self, painter: QPainter, side: float) -> None:
        """What is painted already, and the end of the growing stroke."""
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
        """Never beyond the edge: what is fed is what can be seen."""
        square = self._square()
        place = (position - square.topLeft()) / square.width()
        x, y = (min(max(part, 0.0), 1.0) for part in (place.x(), place.y()))
        return InkPoint(x, y, seconds, pressure)
