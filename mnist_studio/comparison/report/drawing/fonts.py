"""The fonts of drawings, and how wide text is in them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from mnist_studio import paths
from mnist_studio.comparison.report.drawing.font_file import FontFile
from mnist_studio.comparison.report.drawing.right_to_left import visual
from mnist_studio.comparison.report.drawing.shapes import Face

NAMES: Mapping[Face, str] = MappingProxyType(
    {"regular": "DejaVuSans", "bold": "DejaVuSans-Bold", "mono": "DejaVuSansMono"}
)
"""Names of the fonts and of their files."""


def path(face: Face) -> Path:
    """The file of a font."""
    return paths.resources() / "fonts" / f"{NAMES[face]}.ttf"


@cache
def font(face: Face) -> FontFile:
    """The font of a face."""
    return FontFile(path(face).read_bytes())


def width(text: str, size: float, face: Face = "regular") -> float:
    """The width of a line of text in points.

    Args:
        text: without line breaks.
        size: of the font in points.
        face: of the font.
    """
    return sum(_share(character, face) for character in visual(text)) * size


@cache
def _share(character: str, face: Face) -> float:
    """The width of a character as a fraction of the size of the font."""
    known = font(face)
    return known.advance(known.glyph(character)) / known.units
