"""Fonts of the system, for characters that the fonts of drawings lack, such as Chinese."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path

from mnist_studio import paths
from mnist_studio.comparison.report.drawing.font_file import FontFile

SUFFIXES = {".ttf", ".ttc", ".otf", ".otc"}

FIRST = (
    "notosanscjk-regular", "notosanssc", "notosanstc", "notosansjp", "notosanskr", "sourcehansans",
    "wqy", "droidsansfallback", "msyh.", "msjh.", "yugothr", "meiryo.", "malgun.",
    "hiragino sans gb", "stheiti light", "applesdgothicneo", "arial unicode", "nirmala",
    "leelawui", "thonburi", "notosans", "freesans", "unifont",
)  # fmt: skip
"""How the names of files begin that are tried first: plain fonts with many characters."""

STYLES = ("bold", "italic", "oblique")
"""What is in the names of files that are tried last."""


@cache
def font_with(character: str) -> tuple[Path, FontFile] | None:
    """The first font of the system that has a character, with its file; None if there is none."""
    for path in _files():
        font = _opened(path)
        if font and font.has(character):
            return path, font
    return None


@cache
def _files() -> tuple[Path, ...]:
    """The files of all fonts, the most suitable first."""
    return tuple(sorted(set(_found()), key=lambda path: (_rank(path.name.lower()), path)))


def _found() -> Iterator[Path]:
    for folder in paths.font_folders():
        # A folder that cannot be read has no fonts.
        with suppress(OSError):
            yield from (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def _rank(name: str) -> int:
    if any(style in name for style in STYLES):
        return len(FIRST) + 1
    known = (number for number, beginning in enumerate(FIRST) if name.startswith(beginning))
    return next(known, len(FIRST))


@cache
def _opened(path: Path) -> FontFile | None:
    """A font; None if it cannot be read or has pictures only."""
    try:
        with path.open("rb") as file:
            font = FontFile(mmap(file.fileno(), 0, access=ACCESS_READ))
        # Reads what is needed, so that a damaged font is found here.
        font.advance(0)
        font.has(" ")
    except (OSError, ValueError, KeyError, IndexError, struct.error):
        return None
    return font if font.scalable else None
