"""The font that drawings come with, and files with a few of its glyphs."""

import io
from struct import unpack_from

import numpy as np
import pytest
from PIL import ImageFont

from mnist_studio.comparison.report.drawing import fonts
from mnist_studio.comparison.report.drawing.font_file import FontFile
from mnist_studio.comparison.report.drawing.shapes import Face


def _opened(content: bytes) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(content), 100, layout_engine=ImageFont.Layout.BASIC)


@pytest.mark.parametrize("face", ["regular", "bold", "mono"])
def test_widths_are_those_that_freetype_reads(face: Face) -> None:
    font = fonts.font(face)
    whole = ImageFont.truetype(
        fonts.path(face), font.units, layout_engine=ImageFont.Layout.BASIC
    )  # fmt: skip
    for character in "aMi.0·–%é−":
        assert font.has(character)
        assert font.advance(font.glyph(character)) == whole.getlength(character)
    assert not font.has("数")
    assert font.glyph("数") == 0


def test_a_subset_draws_its_glyphs_as_the_font_does_and_no_others() -> None:
    font, text = fonts.font("regular"), "Épreuve 1"
    content = font.subset(map(font.glyph, text))
    assert len(content) < 0.1 * fonts.path("regular").stat().st_size
    # É is composed of two glyphs.
    whole, part = _opened(fonts.path("regular").read_bytes()), _opened(_with_map(content))
    for letter in sorted({*text}):
        first, second = (np.asarray(one.getmask(letter)) for one in (whole, part))
        assert np.array_equal(first, second), letter
    assert part.getmask("W").getbbox() is None


def test_the_tables_of_a_subset_have_their_checksums() -> None:
    content = fonts.font("regular").subset([3, 40])
    assert int(np.frombuffer(content, ">u4").sum(dtype=np.uint64)) % 2**32 == 0xB1B0AFBA
    again = FontFile(content)
    assert again.units == fonts.font("regular").units
    for number in range(unpack_from(">H", content, 4)[0]):
        tag, checksum, start, size = unpack_from(">4sIII", content, 12 + 16 * number)
        table = content[start : start + size] + b"\0" * (-size % 4)
        if tag == b"head":
            table = table[:8] + b"\0" * 4 + table[12:]
        assert int(np.frombuffer(table, ">u4").sum(dtype=np.uint64)) % 2**32 == checksum, tag


def _with_map(content: bytes) -> bytes:
    """A subset with the table of characters, which a PDF does not need, of the whole font."""
    from mnist_studio.comparison.report.drawing import font_file

    whole = fonts.font("regular")
    part = FontFile(content)
    tables = {tag: part._table(tag) for tag in part._places}
    return font_file._file({**tables, "cmap": whole._table("cmap")})
