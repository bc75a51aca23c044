"""The pad: smooth strokes by mouse, finger or pen."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEventPoint,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.data.ink import Point
from mnist_studio.gui.models.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.digit_view import picture_of

PEN = 0.072
"""Width of the pen as a part of the pad's side."""


def path_of(stroke: Sequence[Point], side: float) -> QPainterPath:
    """A smooth path through the middles of a stroke's segments, its points pulling it."""
    points = [QPointF(point.x * side, point.y * side) for point in stroke]
    path = QPainterPath(points[0])
    for before, after in pairwise(points):
        path.quadTo(before, (before + after) / 2)
    # A dot needs some length to be painted with round caps.
    path.lineTo(points[-1] + QPointF(0.01, 0) if len(points) == 1 else points[-1])
    return path


class Pad(QWidget):
    """A square to draw on. What is drawn lies in the drawing, not here."""

    def __init__(self, theme: Theme, drawing: Drawing) -> None:
        super().__init__()
        self._theme = theme
        self._drawing = drawing
        self.setAccessibleName("Drawing pad")
        self.setAccessibleDescription("Draw a digit with mouse, finger or pen")
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        drawing.changed.connect(self.update)
        theme.changed.connect(self.update)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """It is a square."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """It is a square."""
        return width

    def sizeHint(self) -> QSize:  # noqa: N802
        """Large enough to write comfortably."""
        return QSize(self._theme.pixels(380), self._theme.pixels(380))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Small enough for small screens."""
        return QSize(self._theme.pixels(200), self._theme.pixels(200))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Puts the pen down."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drawing.begin(self._point(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Moves the pen."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drawing.extend((self._point(event.position()),))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Lifts the pen."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drawing.finish()

    def tabletEvent(self, event: QTabletEvent) -> None:  # noqa: N802
        """A pen writes as a mouse does; accepted, so that no mouse event follows."""
        match event.type():
            case QEvent.Type.TabletPress:
                self._drawing.begin(self._point(event.position()))
            case QEvent.Type.TabletMove if event.buttons() & Qt.MouseButton.LeftButton:
                self._drawing.extend((self._point(event.position()),))
            case QEvent.Type.TabletRelease:
                self._drawing.finish()
        event.accept()

    def event(self, event: QEvent) -> bool:
        """The first finger writes; others are left alone."""
        if isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        return super().event(event)

    def _touch(self, event: QTouchEvent) -> None:
        if event.type() == QEvent.Type.TouchCancel:
            self._drawing.finish()
            return
        finger = event.points()[0]
        match finger.state():
            case QEventPoint.State.Pressed:
                self._drawing.begin(self._point(finger.position()))
            case QEventPoint.State.Updated:
                self._drawing.extend((self._point(finger.position()),))
            case QEventPoint.State.Released:
                self._drawing.finish()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paper, picture, strokes, and where the focus is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = self._square()
        self._paint_paper(painter, square)
        painter.setClipRect(square.adjusted(1, 1, -1, -1))
        painter.translate(square.topLeft())
        if self._drawing.sheet.picture is not None and not self._drawing.stroke:
            self._paint_picture(painter, square.width())
        self._paint_strokes(painter, square.width())
        painter.end()

    def _paint_paper(self, painter: QPainter, square: QRectF) -> None:
        palette, focused = self._theme.palette, self.hasFocus()
        painter.setPen(QPen(QColor(palette.accent if focused else palette.line), 1 + focused))
        painter.setBrush(QColor(palette.ground))
        painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), 8, 8)
        if self._drawing.blank:
            painter.setPen(QColor(palette.secondary))
            painter.setFont(self._theme.font(13))
            painter.drawText(
                square,
                Qt.AlignmentFlag.AlignCenter,
                "Draw a digit here\nor drop a picture of one",
            )

    def _paint_picture(self, painter: QPainter, side: float) -> None:
        picture = self._drawing.sheet.picture
        if picture is not None:
            shown = picture_of(picture)
            if self._theme.scheme == "light":
                shown.invertPixels()
            painter.drawImage(QRectF(0, 0, side, side), shown)

    def _paint_strokes(self, painter: QPainter, side: float) -> None:
        pen = QPen(QColor(self._theme.palette.text), PEN * side)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in (*self._drawing.sheet.ink, self._drawing.stroke):
            if stroke:
                painter.drawPath(path_of(stroke, side))

    def _square(self) -> QRectF:
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _point(self, position: QPointF) -> Point:
        square = self._square()
        place = (position - square.topLeft()) / square.width()
        return Point(place.x(), place.y())
