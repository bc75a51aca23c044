"""A digit that draws itself on the blank canvas, to invite the user to draw one."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter

from mnist_studio.data.ink.rendering import InkPoint, Stroke
from mnist_studio.gui.draw.ink_painting import paint_piece
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import mixed

STEP_MS = 40
"""Time between two pictures. Only a blank canvas is painted, so this costs little."""

PER_STEP = 0.35
"""Points of the digit per picture: a digit takes about four seconds."""

HOLD_STEPS = 45
"""Pictures for which a finished digit stays before the next one starts."""

FAINT = 0.82
"""Share of the background in the color of the ghost: visible, but no drawing of the user."""


class GhostDigit(QObject):
    """Digits in turn, each drawn slowly, until the user draws.

    Without motion, the first digit is shown as a whole.

    Attributes:
        ended: the user has drawn, so there is no ghost until the next start.

    Signals:
        moved: the picture has changed.
    """

    moved = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._digit = 0
        self._points = 0.0
        self.ended = False
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._advance)

    @property
    def moving(self) -> bool:
        """Whether it draws itself at present."""
        return self._timer.isActive()

    def start(self) -> None:
        """Goes on to draw, unless it has ended or nothing may move."""
        if self.ended:
            return
        if self._theme.still:
            self._timer.stop()
            self._points = float(self._length)
        else:
            self._timer.start()
        self.moved.emit()

    def pause(self) -> None:
        """Stops while the canvas is hidden."""
        self._timer.stop()

    def end(self) -> None:
        """Goes away for good: the user has started to draw."""
        if not self.ended:
            self.ended = True
            self._timer.stop()
            self.moved.emit()

    def paint(self, painter: QPainter, side: float, pen: float) -> None:
        """Paints what is drawn so far in a square with sides of length ``side``."""
        palette = self._theme.palette
        painter.setBrush(QColor(mixed(palette.text, palette.ground, FAINT)))
        left = int(self._points)
        for stroke in DIGITS[self._digit]:
            last = min(left, len(stroke)) - 1
            if last >= 1:
                paint_piece(painter, stroke[: last + 1], 0, last, side, pen)
            left -= len(stroke)

    @property
    def _length(self) -> int:
        return sum(map(len, DIGITS[self._digit]))

    @Slot()
    def _advance(self) -> None:
        self._points += PER_STEP
        if self._points > self._length + HOLD_STEPS * PER_STEP:
            self._digit, self._points = (self._digit + 1) % len(DIGITS), 0.0
        if self._theme.still:
            self.start()
        elif self._points <= self._length + PER_STEP:
            self.moved.emit()


def _arc(
    x: float, y: float, wide: float, high: float, start: float, end: float, count: int = 18
) -> list[tuple[float, float]]:
    """Points of an ellipse; angles in turns, clockwise from the top."""
    angles = [2 * pi * (start + (end - start) * at / (count - 1)) for at in range(count)]
    return [(x + wide * sin(angle), y - high * cos(angle)) for angle in angles]


def _line(*corners: tuple[float, float], count: int = 8) -> list[tuple[float, float]]:
    """Points from corner to corner, in a straight line."""
    points = [corners[0]]
    for (x, y), (to_x, to_y) in pairwise(corners):
        points += [
            (x + (to_x - x) * at / count, y + (to_y - y) * at / count) for at in range(1, count + 1)
        ]
    return points


def _stroke(*parts: Sequence[tuple[float, float]]) -> Stroke:
    return tuple(InkPoint(x, y) for part in parts for x, y in part)


DIGITS: tuple[tuple[Stroke, ...], ...] = (
    (
        _stroke(
            _arc(0.5, 0.33, 0.16, 0.14, -0.2, 0.45, 16),
            _arc(0.48, 0.63, 0.19, 0.165, 0.02, 0.68, 20),
        ),
    ),
    (_stroke(_line((0.32, 0.22), (0.68, 0.22), count=10), _line((0.67, 0.23), (0.46, 0.8))[1:]),),
    (
        _stroke(
            _arc(0.5, 0.36, 0.17, 0.16, -0.22, 0.3, 16),
            _line((0.6, 0.53), (0.32, 0.79))[1:],
            _line((0.33, 0.79), (0.7, 0.79), count=10),
        ),
    ),
    (
        _stroke(_line((0.42, 0.2), (0.32, 0.57), (0.7, 0.57), count=10)),
        _stroke(_line((0.6, 0.3), (0.58, 0.82), count=14)),
    ),
    (_stroke(_arc(0.5, 0.5, 0.18, 0.28, 0.02, -0.98, 34)),),
)
"""A 3, 7, 2, 4, and 0 in a square with sides of length 1."""
