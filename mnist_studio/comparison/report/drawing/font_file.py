"""A TrueType font: the glyphs of characters, their widths, and a file with a few of its glyphs.

Source: OpenType specification 1.9, tables cmap, glyf, head, hhea, hmtx, loca, maxp.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from struct import iter_unpack, pack, unpack_from

import numpy as np
from numpy.typing import NDArray

_KEPT = ("cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")
"""The tables that a PDF needs of a font, in the order of the file."""

_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 0x1, 0x8, 0x20, 0x40, 0x80
"""Flags of a part of a composite glyph."""

_CHECKSUM = 0xB1B0AFBA
"""What the checksum of the whole file is subtracted from."""


class FontFile:
    """A font with TrueType outlines. Glyphs are numbered from 0, which is the missing glyph."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        (count,) = unpack_from(">H", content, 4)
        entries = iter_unpack(">4s4xII", content[12 : 12 + 16 * count])
        self._places = {tag.decode(): (start, size) for tag, start, size in entries}
        self.units: int = unpack_from(">H", self._table("head"), 18)[0]
        """Units of lengths per em."""
        self.box: tuple[int, ...] = unpack_from(">4h", self._table("head"), 36)
        self.ascent, self.descent = unpack_from(">2h", self._table("hhea"), 4)

    def _table(self, tag: str) -> bytes:
        start, size = self._places[tag]
        return self._content[start : start + size]

    @cached_property
    def _glyphs(self) -> Mapping[int, int]:
        """Code point -> glyph, from the subtable of all Unicode characters."""
        table = self._table("cmap")
        (count,) = unpack_from(">H", table, 2)
        places = [unpack_from(">4xI", table, 4 + 8 * number)[0] for number in range(count)]
        start = next(place for place in places if unpack_from(">H", table, place)[0] == 12)
        (groups,) = unpack_from(">I", table, start + 12)
        entries = iter_unpack(">III", table[start + 16 : start + 16 + 12 * groups])
        return {
            first + step: glyph + step
            for first, last, glyph in entries
            for step in range(last - first + 1)
        }

    @cached_property
    def _advances(self) -> NDArray[np.uint16]:
        (count,) = unpack_from(">H", self._table("hhea"), 34)
        return np.frombuffer(self._table("hmtx"), ">u2")[: 2 * count : 2].astype(np.uint16)

    @cached_property
    def _outlines(self) -> NDArray[np.int64]:
        """Where the outline of each glyph starts in its table, and where the last one ends."""
        (long,) = unpack_from(">h", self._table("head"), 50)
        table = self._table("loca")
        if long:
            return np.frombuffer(table, ">u4").astype(np.int64)
        return 2 * np.frombuffer(table, ">u2").astype(np.int64)

    def has(self, character: str) -> bool:
        """Whether the font has a glyph for it."""
        return ord(character) in self._glyphs

    def glyph(self, character: str) -> int:
        """The glyph of a character."""
        return self._glyphs.get(ord(character), 0)

    def advance(self, glyph: int) -> int:
        """The width of a glyph, in units."""
        return int(self._advances[min(glyph, len(self._advances) - 1)])

    def subset(self, glyphs: Iterable[int]) -> bytes:
        """A font file in which only these glyphs have outlines, with the same numbers."""
        wanted = self._with_parts({0, *glyphs})
        outlines, places = bytearray(), []
        for glyph in range(len(self._outlines) - 1):
            places.append(len(outlines))
            if glyph in wanted:
                outlines += self._outline(glyph)
                outlines += b"\0" * (-len(outlines) % 4)
        places.append(len(outlines))
        head = bytearray(self._table("head"))
        head[8:12] = b"\0" * 4  # The checksum of the file.
        head[50:52] = pack(">h", 1)  # Four bytes for each place.
        return _file(
            {
                **{tag: self._table(tag) for tag in _KEPT if tag in self._places},
                "glyf": bytes(outlines),
                "head": bytes(head),
                "hmtx": self._metrics(wanted),
                "loca": np.array(places, ">u4").tobytes(),
            }
        )

    def _metrics(self, wanted: set[int]) -> bytes:
        """The table of widths, with zeros for other glyphs: they take less space in a PDF."""
        table = np.frombuffer(self._table("hmtx"), ">u2").copy()
        count = len(self._advances)
        unused = [glyph for glyph in range(count - 1) if glyph not in wanted]
        table[: 2 * count].reshape(count, 2)[unused] = 0
        return table.tobytes()

    def _outline(self, glyph: int) -> bytes:
        start, end = self._outlines[glyph], self._outlines[glyph + 1]
        return self._table("glyf")[start:end]

    def _with_parts(self, glyphs: set[int]) -> set[int]:
        """These glyphs, and those that they are composed of."""
        found: set[int] = set()
        left = list(glyphs)
        while left:
            glyph = left.pop()
            if glyph not in found:
                found.add(glyph)
                left += _parts(self._outline(glyph))
        return found


def _parts(outline: bytes) -> Iterator[int]:
    """The glyphs that a composite glyph is made of."""
    if not outline or unpack_from(">h", outline)[0] >= 0:
        return
    place, flags = 10, _MORE
    while flags & _MORE:
        flags, glyph = unpack_from(">HH", outline, place)
        yield glyph
        place += 8 if flags & _WORDS else 6
        place += 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0


def _file(tables: Mapping[str, bytes]) -> bytes:
    """A font file with these tables."""
    count = len(tables)
    power = count.bit_length() - 1
    header = pack(">IHHHH", 0x10000, count, 16 << power, power, 16 * (count - (1 << power)))
    place = len(header) + 16 * count
    entries, content = b"", b""
    for tag, table in sorted(tables.items()):
        entries += pack(">4sIII", tag.encode(), _checksum(table), place + len(content), len(table))
        content += table + b"\0" * (-len(table) % 4)
    file = bytearray(header + entries + content)
    head = file.index(tables["head"][:12], place)
    file[head + 8 : head + 12] = pack(">I", (_CHECKSUM - _checksum(bytes(file))) % 2**32)
    return bytes(file)


def _checksum(table: bytes) -> int:
    padded = table + b"\0" * (-len(table) % 4)
    return int(np.frombuffer(padded, ">u4").sum(dtype=np.uint64)) % 2**32
