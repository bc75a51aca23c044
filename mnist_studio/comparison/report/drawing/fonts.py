"""The fonts of drawings, and how wide text is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from unicodedata import east_asian_width

from mnist_studio import paths
from mnist_studio.comparison.report.drawing import system_fonts
from mnist_studio.comparison.report.drawing.font_file import FontFile
from mnist_studio.comparison.report.drawing.right_to_left import visual
from mnist_studio.comparison.report.drawing.shapes import Face

NAMES: Mapping[Face, str] = MappingProxyType(
    {"regular": "DejaVuSans", "bold": "DejaVuSans-Bold", "mono": "DejaVuSansMono"}
)
"""Names of the fonts and of their files."""

_REGULAR: Face = "regular"
"""The face with the most characters."""

_WIDE = 1.0
"""The width of a Chinese character that no font has, as a fraction of the size of the font."""


@dataclass(frozen=True)
class Font:
    """A font that text is drawn in.

    Attributes:
        path: its file.
        face: of the fonts that come with drawings; None for a font of the system.
        file: its content.
    """

    path: Path
    face: Face | None
    file: FontFile = field(compare=False, repr=False)


def path(face: Face) -> Path:
    """The file of a font."""
    return paths.resources() / "fonts" / f"{NAMES[face]}.ttf"


@cache
def font(face: Face) -> FontFile:
    """The font of a face."""
    return FontFile(path(face).read_bytes())


def parts(text: str, face: Face) -> Sequence[tuple[Font, str]]:
    """A line as it is drawn from left to right, in parts with one font each.

    What the font of the face lacks is in the regular one or in a font of the system. What no font
    has stays in the font of the face, which draws boxes.

    Args:
        text: without line breaks.
        face: of the font.
    """
    groups = groupby(visual(text), lambda character: _font_of(character, face))
    return [(known, "".join(characters)) for known, characters in groups]


def missing(text: str) -> set[str]:
    """The characters of a text that no font has."""
    return {
        character
        for character in text
        if character.isprintable() and not _font_of(character, _REGULAR).file.has(character)
    }


def width(text: str, size: float, face: Face = "regular") -> float:
    """The width of a line of text in points.

    Args:
        text: without line breaks.
        size: of the font in points.
        face: of the font.
    """
    return sum(_share(character, face) for character in visual(text)) * size


@cache
def _font_of(character: str, face: Face) -> Font:
    own, regular = (Font(path(known), known, font(known)) for known in (face, _REGULAR))
    if own.file.has(character) or not character.isprintable():
        return own
    if regular.file.has(character):
        return regular
    found = system_fonts.font_with(character)
    return Font(found[0], None, found[1]) if found else own


@cache
def _share(character: str, face: Face) -> float:
    """The width of a character as a fraction of the size of the font."""
    known = _font_of(character, face).file
    # A viewer of SVG may have a font for it.
    if not known.has(character) and east_asian_width(character) in "WF":
        return _WIDE
    return known.advance(known.glyph(character)) / known.units
