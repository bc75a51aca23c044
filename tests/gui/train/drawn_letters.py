"""Letters, drawn with the mouse."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

Strokes = tuple[tuple[tuple[float, float], ...], ...]

LETTERS: dict[str, Strokes] = {
    "A": (((0.2, 0.9), (0.5, 0.1), (0.8, 0.9)), ((0.35, 0.6), (0.65, 0.6))),
    "L": (((0.3, 0.1), (0.3, 0.9), (0.8, 0.9)),),
    "V": (((0.2, 0.1), (0.5, 0.9), (0.8, 0.1)),),
}


def draw(pad: QWidget, strokes: Strokes, shift: int = 0) -> None:
    """Draws strokes on a square, moved to the right by some pixels."""
    for stroke in strokes:
        points = [QPoint(int(x * pad.width()) + shift, int(y * pad.height())) for x, y in stroke]
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(pad, point)
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=points[-1])
