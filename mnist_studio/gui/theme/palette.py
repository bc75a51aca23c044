"""The colors and pens of frameworks for Qt."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from mnist_studio.palette import DASHES, SHADES, Palette, mixed


def shaded(palette: Palette, framework: str, shade: int) -> str:
    """The color of a framework, in one of the shades that distinguish its runs."""
    return mixed(palette.framework(framework), palette.text, SHADES[shade % len(SHADES)])


def pen(palette: Palette, framework: str, width: float, shade: int = 0) -> QPen:
    """The pen of a framework."""
    made = QPen(QColor(shaded(palette, framework, shade)), width)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    if DASHES[framework]:
        made.setDashPattern(list(DASHES[framework]))
    return made
