"""Characters that the fonts of drawings lack, with and without a font of the system for them."""

import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from PIL import Image

from mnist_studio import paths
from mnist_studio.comparison.report.drawing import font_file, fonts, pdf, png, svg, system_fonts
from mnist_studio.comparison.report.drawing.font_file import FontFile
from mnist_studio.comparison.report.drawing.shapes import Graphic, Text

NUMBER, WORD = "数", "字"
LINE = Graphic(100, 20, (Text(5, 15, f"a {NUMBER} b", 10, "#000000"),))


def _groups(characters: str, glyph: int) -> bytes:
    """A table of all characters, of which only these have a glyph."""
    codes = b"".join(pack(">III", ord(one), ord(one), glyph) for one in sorted(characters))
    size = 16 + len(codes)
    head = pack(">HHHHI", 0, 1, 3, 10, 12)
    return head + pack(">HHIII", 12, 0, size, 0, len(characters)) + codes


def _segments(characters: str, glyph: int) -> bytes:
    """The same as a table of the characters up to U+FFFF, the second half with offsets."""
    codes = [*sorted(map(ord, characters)), 0xFFFF]
    count = len(codes)
    direct = count // 2
    deltas = [(glyph - code) % 2**16 for code in codes[:direct]] + [0] * (count - direct)
    # Each leads to the word behind the offsets; that of U+FFFF is wrong, as in some fonts.
    offsets = [0] * direct + [2 * (count - number) for number in range(direct, count)]
    offsets[-1] = 0xFFFE
    words = [4, 16 + 8 * count + 2, 0, 2 * count, 0, 0, 0, *codes, 0, *codes, *deltas, *offsets]
    head = pack(">HHHHI", 0, 1, 3, 1, 12)
    return head + pack(f">{len(words) + 1}H", *words, glyph)


def _font(characters: str, wide: bool = True) -> bytes:
    """A font that draws these characters as M."""
    known = fonts.font("regular")
    tables = {tag: known._table(tag) for tag in known._places}
    glyph = known.glyph("M")
    table = _groups(characters, glyph) if wide else _segments(characters, glyph)
    return font_file._file({**tables, "cmap": table})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only folder of fonts of the system, which is empty."""
    monkeypatch.setattr(paths, "font_folders", lambda: (tmp_path / "absent", tmp_path))
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    for cached in (
        system_fonts.font_with, system_fonts._files, system_fonts._opened,
        fonts._font_of, fonts._share,
    ):  # fmt: skip
        cached.cache_clear()


def _ink(drawing: Graphic) -> int:
    with Image.open(io.BytesIO(png.write(drawing, 144))) as image:
        return int((np.asarray(image.convert("L")) < 128).sum())


def _streams(content: bytes) -> list[str]:
    found = re.findall(rb"stream\n(.*?)\nendstream", content, re.S)
    return [zlib.decompress(one).decode("latin-1") for one in found]


@pytest.mark.parametrize("wide", [True, False])
def test_both_tables_of_characters_are_read(wide: bool) -> None:
    content = _font("a数字€", wide)
    font = FontFile(content)
    glyph = fonts.font("regular").glyph("M")
    assert [font.glyph(one) for one in "a数字€"] == [glyph] * 4
    assert not any(map(font.has, "bM宇\uffff"))
    assert font.scalable


def test_the_first_font_of_a_collection_is_read() -> None:
    content = _font(NUMBER)
    # The places of tables count from the start of the collection.
    (count,) = np.frombuffer(content[4:6], ">u2")
    moved = bytearray(content)
    for place in range(12, 12 + 16 * int(count), 16):
        start = int.from_bytes(content[place + 8 : place + 12], "big") + 16
        moved[place + 8 : place + 12] = pack(">I", start)
    font = FontFile(pack(">4sIII", b"ttcf", 0x10000, 1, 16) + moved)
    assert font.has(NUMBER)
    assert font.units == fonts.font("regular").units


def test_a_font_of_the_system_draws_what_is_missing(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "Some.TTF").write_bytes(_font(NUMBER))
    (folder / "damaged.ttf").write_bytes(_font(NUMBER)[:400])
    (folder / "empty.otf").write_bytes(b"")
    (folder / "text.txt").write_bytes(_font(WORD))
    assert fonts.missing(f"a{NUMBER}{WORD}") == {WORD}
    like = fonts.font("regular")
    share = like.advance(like.glyph("M")) / like.units
    assert fonts.width(NUMBER, 10) == pytest.approx(10 * share)
    assert [part for _, part in fonts.parts(f"a {NUMBER} b", "bold")] == ["a ", NUMBER, " b"]
    same = Graphic(100, 20, (Text(5, 15, "a M b", 10, "#000000"),))
    assert _ink(LINE) == pytest.approx(_ink(same), rel=0.05)
    upward = Graphic(20, 100, (Text(15, 95, f"a {NUMBER} b", 10, "#000000", upward=True),))
    assert _ink(upward) == pytest.approx(_ink(same), rel=0.05)


def test_a_pdf_has_the_glyphs_of_the_system_and_their_text(folder: Path) -> None:
    many = "".join(chr(ord("一") + number) for number in range(300))
    (folder / "some.ttf").write_bytes(_font(many))
    texts = tuple(Text(5, 15, many[at : at + 10], 10, "#000000") for at in range(0, 300, 10))
    content = pdf.write([Graphic(100, 20, texts), LINE], "title")
    # Each has at most 256 characters.
    assert content.count(b"/Subtype /Type3") == 2
    assert re.search(rb"/system0 \d+ 0 R /system1 \d+ 0 R", content)
    streams = _streams(content)
    assert sum("/IM true" in stream for stream in streams) == 300
    assert any(f"<00> <{ord('一'):04X}>" in stream for stream in streams)
    assert "/system0 10 Tf <00010203040506070809> Tj" in streams[0]
    # Where a font ends, a line goes on in the next one.
    assert "/system0 10 Tf <FAFBFCFDFEFF> Tj /system1 10 Tf <00010203> Tj" in streams[0]
    assert len(content) < 300 * 1_000
    assert pdf.write([Graphic(100, 20, texts), LINE], "title") == content


def test_without_a_font_there_are_boxes_and_svg_has_the_text(folder: Path) -> None:
    assert fonts.missing(f"a{NUMBER}\n") == {NUMBER}
    box = fonts.font("regular").advance(0) / fonts.font("regular").units
    # A viewer of SVG may have a font, in which the character is as wide as it is high.
    assert fonts.width(NUMBER, 10) == 10 > 10 * box
    assert _ink(LINE) > 0
    assert b"/Type3" not in pdf.write([LINE], "title")
    assert NUMBER.encode() in svg.write(LINE)


def test_plain_fonts_come_first(folder: Path) -> None:
    for name in ("a-bold.ttf", "wqy-microhei.ttc", "b.ttf", "NotoSansCJK-Bold.ttc", "a.otf"):
        (folder / name).write_bytes(_font(NUMBER))
    names = [path.name for path in system_fonts._files()]
    assert names == ["wqy-microhei.ttc", "a.otf", "b.ttf", "NotoSansCJK-Bold.ttc", "a-bold.ttf"]


def test_pictures_in_sizes_are_no_font_for_drawings(folder: Path) -> None:
    known = FontFile(_font(NUMBER))
    tables = {tag: known._table(tag) for tag in known._places if tag != "glyf"}
    (folder / "emoji.ttf").write_bytes(font_file._file(tables))
    assert fonts.missing(NUMBER) == {NUMBER}


def test_the_fonts_of_this_system() -> None:
    _forget()
    found = system_fonts.font_with(NUMBER)
    if found is None:
        pytest.skip("this system has no Chinese font")
    drawn = Graphic(20, 20, (Text(5, 15, NUMBER, 10, "#000000"),))
    other = Graphic(20, 20, (Text(5, 15, "一", 10, "#000000"),))
    # One stroke is less than fifteen; boxes would be equal.
    assert _ink(drawn) > 2 * _ink(other) > 0
    _forget()
