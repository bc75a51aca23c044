"""A font file: the glyphs of characters, their widths, and a file with a few of its glyphs.

Source: OpenType specification 1.9, tables cmap, glyf, head, hhea, hmtx, loca, maxp.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from mmap import mmap
from struct import iter_unpack, pack, unpack_from

import numpy as np
from numpy.typing import NDArray

_KEPT = ("cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")
"""The tables that a PDF needs of a font, in the order of the file."""

_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 0x1, 0x8, 0x20, 0x40, 0x80
"""Flags of a part of a composite glyph."""

_CHECKSUM = 0xB1B0AFBA
"""What the checksum of the whole file is subtracted from."""


_COLLECTION = b"ttcf"
"""The first bytes of a file with several fonts, of which this module reads the first one."""

_OUTLINES = {"glyf", "CFF ", "CFF2"}
"""Tables with outlines: a font without them has pictures of a few sizes."""

_ALL_CHARACTERS, _FIRST_CHARACTERS = 12, 4
"""Formats of subtables: of all Unicode characters, and of those up to U+FFFF."""


class FontFile:
    """A font. Glyphs are numbered from 0, which is the missing glyph.

    Only a font with TrueType outlines has a ``subset``.
    """

    def __init__(self, content: bytes | mmap) -> None:
        self._content = content
        start = unpack_from(">I", content, 12)[0] if content[:4] == _COLLECTION else 0
        (count,) = unpack_from(">H", content, start + 4)
        entries = iter_unpack(">4s4xII", content[start + 12 : start + 12 + 16 * count])
        self._places = {tag.decode("latin-1"): (start, size) for tag, start, size in entries}
        self.units: int = unpack_from(">H", self._table("head"), 18)[0]
        """Units of lengths per em."""
        self.box: tuple[int, ...] = unpack_from(">4h", self._table("head"), 36)
        self.ascent, self.descent = unpack_from(">2h", self._table("hhea"), 4)

    def _table(self, tag: str) -> bytes:
        start, size = self._places[tag]
        return self._content[start : start + size]

    @property
    def scalable(self) -> bool:
        """Whether its glyphs can be drawn in every size."""
        return bool(_OUTLINES & {*self._places})

    @cached_property
    def _glyphs(self) -> NDArray[np.uint16]:
        """(code points,) the glyph of each, from the subtable with the most Unicode characters."""
        table = self._table("cmap")
        (count,) = unpack_from(">H", table, 2)
        known = {}
        for platform, encoding, place in iter_unpack(">HHI", table[4 : 4 + 8 * count]):
            if (platform, encoding) in _UNICODE:
                known[unpack_from(">H", table, place)[0]] = table[place:]
        glyphs = np.zeros(sys.maxunicode + 1, np.uint16)
        if _ALL_CHARACTERS in known:
            _read_groups(known[_ALL_CHARACTERS], glyphs)
        elif _FIRST_CHARACTERS in known:
            _read_segments(known[_FIRST_CHARACTERS], glyphs)
        return glyphs

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
        return bool(self._glyphs[ord(character)])

    def glyph(self, character: str) -> int:
        """The glyph of a character."""
        return int(self._glyphs[ord(character)])

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


_UNICODE = {(0, encoding) for encoding in range(5)} | {(3, 1), (3, 10)}
"""Platforms and encodings of subtables whose codes are those of Unicode."""


def _read_groups(table: bytes, glyphs: NDArray[np.uint16]) -> None:
    """Fills in the glyphs of a subtable of all characters."""
    (groups,) = unpack_from(">I", table, 12)
    for first, last, glyph in iter_unpack(">III", table[16 : 16 + 12 * groups]):
        part = glyphs[first : last + 1]
        part[:] = np.arange(glyph, glyph + len(part))


def _read_segments(table: bytes, glyphs: NDArray[np.uint16]) -> None:
    """Fills in the glyphs of a subtable of the first characters."""
    count = unpack_from(">H", table, 6)[0] // 2
    words = np.frombuffer(table[: len(table) // 2 * 2], ">u2").astype(np.int64)
    lasts = words[7 : 7 + count]
    # A word of padding is between them.
    firsts, deltas, offsets = (words[8 + part * count :][:count] for part in (1, 2, 3))
    for number, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        found = np.arange(first, last + 1)
        if offsets[number]:
            # An offset is in bytes, from where it is itself. Some have one too large for U+FFFF.
            places = 8 + 3 * count + number + offsets[number] // 2 + found - first
            found = np.where(places < len(words), words[places.clip(0, len(words) - 1)], 0)
            found = np.where(found, found + deltas[number], 0)
        else:
            found = found + deltas[number]
        glyphs[first : last + 1] = found % 2**16


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
