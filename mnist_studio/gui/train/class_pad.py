"""A square to draw one image of a class on, by mouse, finger, or stylus."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.data.ink.rendering import UNIT_PAD, Ink, InkPoint
from mnist_studio.gui.theme.theme import Theme

SIDE = 300
"""Of the square, in lengths of the design."""
_NEAREST = 0.004
"""Distance between the points of a stroke at least, as a fraction of the side."""


class ClassPad(QWidget):
    """A square that collects strokes until they are taken.

    Signals:
        started: a stroke began.
        lifted: a stroke ended.
    """

    started = Signal()
    lifted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._strokes: list[list[InkPoint]] = []
        self._pressed = False
        self.message = ""
        self.setAccessibleName("Drawing area")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        theme.changed.connect(self.update)

    @property
    def ink(self) -> Ink:
        """The strokes, in a square with sides of length 1."""
        return tuple(tuple(stroke) for stroke in self._strokes)

    def clear(self) -> None:
        """Removes all strokes."""
        self._strokes.clear()
        self._pressed = False
        self.update()

    def show_message(self, message: str) -> None:
        """Shows what to draw while nothing is drawn."""
        self.message = message
        self.setAccessibleDescription(message)
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        side = self._theme.pixels(SIDE)
        return QSize(side, side)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Starts a stroke."""
        if event.button() == Qt.MouseButton.LeftButton and self.isEnabled():
            self._begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extends a stroke."""
        self._extend(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a stroke."""
        self._finish()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draws with a stylus."""
        event.accept()
        match event.type():
            case QEvent.Type.TabletPress:
                self._begin(event.position())
            case QEvent.Type.TabletMove:
                self._extend(event.position())
            case QEvent.Type.TabletRelease:
                self._finish()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the strokes, or what to draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(self._theme.palette.line), 1))
        painter.setBrush(QColor(self._theme.palette.ground))
        painter.drawRoundedRect(frame, 8, 8)
        if not self._strokes:
            painter.setPen(QColor(self._theme.palette.secondary))
            painter.drawText(frame, int(Qt.AlignmentFlag.AlignCenter), self.message)
        pen = QPen(QColor(self._theme.palette.text), UNIT_PAD.pen * self.width())
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for stroke in self._strokes:
            points = [QPointF(p.x * self.width(), p.y * self.height()) for p in stroke]
            if len(points) == 1:
                painter.drawPoint(points[0])
            else:
                painter.drawPolyline(QPolygonF(points))
        painter.end()

    def _begin(self, at: QPointF) -> None:
        self._pressed = True
        self._strokes.append([self._point(at)])
        self.started.emit()
        self.update()

    def _extend(self, at: QPointF) -> None:
        if not self._pressed:
            return
        point, last = self._point(at), self._strokes[-1][-1]
        if abs(point.x - last.x) + abs(point.y - last.y) >= _NEAREST:
            self._strokes[-1].append(point)
            self.update()

    def _finish(self) -> None:
        if self._pressed:
            self._pressed = False
            self.lifted.emit()

    def _point(self, at: QPointF) -> InkPoint:
        x = min(max(at.x() / self.width(), 0.0), 1.0)
        y = min(max(at.y() / self.height(), 0.0), 1.0)
        return InkPoint(x, y)
