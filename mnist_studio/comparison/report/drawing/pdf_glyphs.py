"""Characters of system fonts in a PDF file, as pictures of their glyphs.

A font of the system can have many formats. Pillow reads them all, and a font of type 3 needs only
pictures. Their text can be selected and found.

Source: ISO 32000-1:2008 (PDF 1.7), sections 9.6.5 and 9.10.3.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont

from mnist_studio.comparison.report.drawing.fonts import Font

PIXELS = 300
"""Of a glyph's picture per size of the font: at 10 points, 2,160 per inch."""

_CODES = 256
"""Characters of a font of type 3, whose codes are single bytes."""

_MOST = 100
"""Characters in one block of the table that gives the text of codes."""


class SystemGlyphs:
    """The characters of system fonts that a document has."""

    def __init__(self) -> None:
        self._places: dict[tuple[Font, str], int] = {}

    def codes(self, font: Font, text: str) -> Iterator[tuple[str, str]]:
        """Names of fonts in the document, each with the codes of a part of the text.

        Args:
            font: of the system.
            text: whose characters the font has.
        """
        places = [
            self._places.setdefault((font, character), len(self._places)) for character in text
        ]
        for part, some in groupby(places, lambda place: place // _CODES):
            yield f"system{part}", "".join(f"{place % _CODES:02X}" for place in some)

    def write(
        self, add: Callable[[str], int], stream: Callable[[bytes], int]
    ) -> dict[str, int]:  # fmt: skip
        """Writes the fonts; gives their objects by name.

        Args:
            add: adds an object to the document and gives its number.
            stream: the same for a stream.
        """
        known = list(self._places)
        return {
            f"system{start // _CODES}": add(_font(known[start : start + _CODES], add, stream))
            for start in range(0, len(known), _CODES)
        }


def _font(
    characters: list[tuple[Font, str]], add: Callable[[str], int], stream: Callable[[bytes], int]
) -> str:  # fmt: skip
    drawn = [_glyph(font, character) for font, character in characters]
    glyphs = " ".join(f"/g{code} {stream(content)} 0 R" for code, (_, content) in enumerate(drawn))
    names = " ".join(f"/g{code}" for code in range(len(drawn)))
    widths = " ".join(f"{width:.6g}" for width, _ in drawn)
    texts = {code: character for code, (_, character) in enumerate(characters)}
    return (
        f"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 0 0] "
        f"/FontMatrix [{1 / PIXELS:.8f} 0 0 {1 / PIXELS:.8f} 0 0] /CharProcs << {glyphs} >> "
        f"/Encoding << /Type /Encoding /Differences [0 {names}] >> /FirstChar 0 "
        f"/LastChar {len(drawn) - 1} /Widths [{widths}] /Resources << >> "
        f"/ToUnicode {stream(texts_of(texts, 2).encode())} 0 R >>"
    )


def _glyph(font: Font, character: str) -> tuple[float, bytes]:
    """The width of a glyph in pixels, and what draws it with the color of the text."""
    width = font.file.advance(font.file.glyph(character)) / font.file.units * PIXELS
    pen = ImageFont.truetype(font.path, PIXELS, layout_engine=ImageFont.Layout.BASIC)
    left, top, right, bottom = map(round, pen.getbbox(character, anchor="ls"))
    if right <= left or bottom <= top:
        return width, f"{width:.6g} 0 0 0 0 0 d1".encode()
    size = (right - left, bottom - top)
    picture = Image.new("1", size)
    ImageDraw.Draw(picture).text((-left, -top), character, 1, pen, anchor="ls")
    drawn = (
        f"{width:.6g} 0 {left} {-bottom} {right} {-top} d1 "
        f"q {size[0]} 0 0 {size[1]} {left} {-bottom} cm "
        f"BI /W {size[0]} /H {size[1]} /IM true /BPC 1 /D [1 0] /F /AHx ID "
        f"{picture.tobytes().hex()}>\nEI Q"
    )
    return width, drawn.encode()


def texts_of(codes: Mapping[int, str], digits: int) -> str:
    """The table that gives the text of each code, so that text can be copied and found.

    Args:
        codes: with their texts.
        digits: hexadecimal ones of each code.
    """
    entries = [f"<{code:0{digits}X}> <{utf16(text)}>" for code, text in codes.items()]
    blocks = [entries[at : at + _MOST] for at in range(0, len(entries), _MOST)]
    lines = "\n".join(
        f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<{'0' * digits}> <{'F' * digits}>\nendcodespacerange\n"
        f"{lines}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


def utf16(text: str) -> str:
    """Hexadecimal digits of UTF-16."""
    return text.encode("utf-16-be").hex().upper()
