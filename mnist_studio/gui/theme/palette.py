"""The palette as Qt takes it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from mnist_studio.palette import DARK, DASHES, LIGHT, PALETTES, Palette, Scheme, contrast, mixed

__all__ = [
    "DARK", "DASHES", "LIGHT", "PALETTES", "Palette", "Scheme", "contrast", "mixed", "pen",
]  # fmt: skip


def pen(palette: Palette, framework: str, width: float) -> QPen:
    """The pen of a framework."""
    made = QPen(QColor(palette.framework(framework)), width)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    if DASHES[framework]:
        made.setDashPattern(list(DASHES[framework]))
    return made
