"""How the cells of a matrix look: figures, grounds and inks, worked out once for many paints."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from PySide6.QtGui import QColor, QFontMetrics

from mnist_studio.analysis.view import Matrix, cell_text
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import Palette, contrast, mixed

LEAST, LARGEST, HEAD, FOOT = 26, 54, 18, 22
"""Sides of a cell, heights of the line over the cells and of the titles under them; lengths of the
design."""


@dataclass(frozen=True)
class CellLook:
    """One cell.

    Attributes:
        text: its figure; empty for zeros, which let the others be seen.
        ground: behind it.
        ink: that can be read on the ground.
    """

    text: str
    ground: QColor
    ink: QColor


def looks(matrix: Matrix, palette: Palette) -> tuple[tuple[CellLook, ...], ...]:
    """All cells, row by row."""
    known = [abs(value) for row in matrix.values for value in row if value is not None]
    least, largest = strength_range(known)

    def look(value: float | None) -> CellLook:
        strength = _strength(value, matrix.unit == "count", least, largest)
        ground = mixed(palette.ground, palette.accent, strength)
        ink = max((palette.text, palette.on_accent), key=lambda one: contrast(one, ground))
        text = "" if value == 0 else short(matrix, value)
        return CellLook(text, QColor(ground), QColor(ink))

    return tuple(tuple(map(look, row)) for row in matrix.values)


def short(matrix: Matrix, value: float | None) -> str:
    """A figure without its per cent sign, which the title of the matrix says."""
    return cell_text(value, matrix.unit).removesuffix(" %")


def cell_width(theme: Theme, matrix: Matrix) -> int:
    """So wide a cell must be that its figure can be read."""
    metrics = QFontMetrics(theme.font(11))
    texts = {short(matrix, value) for row in matrix.values for value in row}
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
    return max(theme.pixels(LEAST), widest + theme.pixels(8))


def matrix_height(theme: Theme, matrix: Matrix) -> int:
    """So high a matrix is at most."""
    rows = len(matrix.rows) * theme.pixels(LARGEST)
    return rows + theme.pixels(HEAD) + theme.pixels(FOOT)


def strength_range(known: Sequence[float]) -> tuple[float, float]:
    """From nothing to the largest figure; from below the least where all are far from nothing."""
    least, largest = min(known, default=0.0), max(known, default=0.0)
    if not least < largest:
        return 0.0, largest or 1.0
    return (least - (largest - least) / 4, largest) if least > largest / 2 else (0.0, largest)


def _strength(value: float | None, count: bool, least: float, largest: float) -> float:
    """How much of the accent a cell has: counts by orders of magnitude, since few errors matter."""
    if not value:
        return 0.0
    if count:
        return log1p(abs(value)) / log1p(largest)
    return (abs(value) - least) / (largest - least)
