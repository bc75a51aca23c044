"""Ink as a picture at the density of the screen, painted once and in slices."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter

from mnist_studio.data.ink.rendering import Ink, InkPoint, Stroke
from mnist_studio.gui.draw.ink_painting import PIECE, paint_piece
from mnist_studio.gui.services.drawing import UNSTEADY


@dataclass(frozen=True)
class InkLook:
    """What ink looks like.

    Attributes:
        side: of the square, in points of the screen.
        density: pixels of the screen a point.
        pen: width of the pen, in points.
        color: of the ink.
    """

    side: float
    density: float
    pen: float
    color: str


class _Picture:
    """A picture and what of a drawing is on it.

    Attributes:
        look: that it has.
        image: of the whole square, without ground.
    """

    def __init__(self, look: InkLook) -> None:
        self.look = look
        pixels = max(1, round(look.side * look.density))
        self.image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
        self.image.setDevicePixelRatio(look.density)
        self.image.fill(Qt.GlobalColor.transparent)
        self._whole: list[Stroke] = []
        # The last painted point of a stroke that is not wholly painted, and its index.
        self._part: InkPoint | None = None
        self._at = 0

    def continues(self, ink: Ink, growing: Sequence[InkPoint], look: InkLook) -> bool:
        """Whether what it shows is a part of this drawing."""
        strokes: Sequence[Sequence[InkPoint]] = (*ink, growing)
        whole = len(self._whole)
        return (
            look == self.look
            and len(ink) >= whole
            and all(one is other for one, other in zip(self._whole, ink, strict=False))
            and (self._part is None or _has(strokes[whole], self._at, self._part))
        )

    def painted(self, growing: Sequence[InkPoint]) -> int:
        """Up to which of its points a growing stroke is on it."""
        known = self._part is not None and _has(growing, self._at, self._part)
        return self._at if known else 0

    def paint(self, ink: Ink, growing: Sequence[InkPoint], until: float) -> bool:
        """Paints what is missing; False where the time was not enough."""
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(self.look.color))
        try:
            for stroke in ink[len(self._whole) :]:
                if not self._paint(painter, stroke, len(stroke) - 1, until):
                    return False
                self._whole.append(stroke)
                self._part, self._at = None, 0
            # A segment's shape depends on one point more than it ends in.
            steady = (len(growing) - UNSTEADY - 2) // PIECE * PIECE
            return steady <= 0 or self._paint(painter, growing, steady, until)
        finally:
            painter.end()

    def _paint(self, painter: QPainter, stroke: Sequence[InkPoint], end: int, until: float) -> bool:
        while self._part is None or self._at < end:
            if perf_counter() > until:
                return False
            last = min(self._at + PIECE, end)
            paint_piece(painter, stroke, self._at, last, self.look.side, self.look.pen)
            self._part, self._at = stroke[last], last
        return True


def _has(stroke: Sequence[InkPoint], at: int, point: InkPoint) -> bool:
    return len(stroke) > at and stroke[at] is point


class InkLayer:
    """What is painted of a drawing. The picture that is shown is always a whole one."""

    def __init__(self) -> None:
        self._shown: _Picture | None = None
        self._next: _Picture | None = None
        self._wanted: tuple[Ink, Sequence[InkPoint]] = (), ()

    @property
    def image(self) -> QImage | None:
        """What is painted so far; None before the first drawing."""
        return self._shown.image if self._shown else None

    def rest(self, growing: Sequence[InkPoint]) -> int:
        """From which point on the growing stroke is not on the picture."""
        return self._shown.painted(growing) if self._shown else 0

    def follow(self, ink: Ink, growing: Sequence[InkPoint], look: InkLook, seconds: float) -> bool:
        """Paints for a while towards a drawing; False where more is to be painted."""
        until = perf_counter() + seconds
        if self._next is None and not (self._shown and self._shown.continues(ink, growing, look)):
            self._next, self._wanted = _Picture(look), (ink, growing)
        if self._next is None:
            assert self._shown is not None
            return self._shown.paint(ink, growing, until)
        # A picture is finished before a newer one is begun: else one that always
        # changes, as under the eraser, would never be seen.
        if not self._next.paint(*self._wanted, until):
            return False
        self._shown, self._next = self._next, None
        same = self._shown.continues(ink, growing, look)
        return same and self._shown.paint(ink, growing, until)
