"""Drawings as the pages of a PDF file, with text that can be selected and found.

Source: ISO 32000-1:2008 (PDF 1.7).
"""

import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import pi, tan
from unicodedata import normalize

from mnist_studio.comparison.report.drawing import fonts
from mnist_studio.comparison.report.drawing.font_file import FontFile
from mnist_studio.comparison.report.drawing.pdf_glyphs import SystemGlyphs, texts_of, utf16
from mnist_studio.comparison.report.drawing.shapes import (
    Area,
    Clip,
    Disc,
    Face,
    Graphic,
    Point,
    Shape,
    Stroke,
    Text,
    number,
)

_FACES: tuple[Face, ...] = ("regular", "bold", "mono")
_CIRCLE = 4 / 3 * tan(pi / 8)
"""How far the control points of a quarter of a circle are from its ends, in radii."""

_COMMENT = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
"""The bytes above 127 show that the file is not text."""


def write(pages: Sequence[Graphic], title: str) -> bytes:
    """The file. The same pages give the same bytes, since it has no date.

    Args:
        pages: in their order.
        title: in the properties of the file.
    """
    return _Document().write(pages, title)


class _Document:
    """The numbered objects of a file."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []
        self._glyphs: dict[Face, dict[int, str]] = {face: {} for face in _FACES}
        self._system = SystemGlyphs()
        self._opacities: dict[str, int] = {}

    def write(self, pages: Sequence[Graphic], title: str) -> bytes:
        contents = [self._stream(self._content(page)) for page in pages]
        resources = self._add(self._resources())
        parent = len(self._objects) + 1 + len(pages)
        kids = [
            self._add(
                f"<< /Type /Page /Parent {parent} 0 R /Contents {content} 0 R "
                f"/MediaBox [0 0 {number(page.width)} {number(page.height)}] "
                f"/Resources {resources} 0 R >>"
            )
            for page, content in zip(pages, contents, strict=True)
        ]
        listed = " ".join(f"{kid} 0 R" for kid in kids)
        self._add(f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>")
        catalog = self._add(f"<< /Type /Catalog /Pages {parent} 0 R /Lang (en) >>")
        about = self._add(f"<< /Title {_text_string(title)} /Creator (MNIST Studio) >>")
        return self._file(f"/Root {catalog} 0 R /Info {about} 0 R")

    def _add(self, content: str | bytes) -> int:
        """Appends an object; gives its number."""
        self._objects.append(content.encode() if isinstance(content, str) else content)
        return len(self._objects)

    def _stream(self, content: bytes, entries: str = "") -> int:
        packed = zlib.compress(content, 9)
        head = f"<< /Length {len(packed)} /Filter /FlateDecode {entries}>>\nstream\n"
        return self._add(head.encode() + packed + b"\nendstream")

    def _file(self, trailer: str) -> bytes:
        file, places = bytearray(_COMMENT), []
        for at, content in enumerate(self._objects, 1):
            places.append(len(file))
            file += f"{at} 0 obj\n".encode() + content + b"\nendobj\n"
        size = len(places) + 1
        table = "".join(f"{place:010} 00000 n \n" for place in places)
        end = f"trailer\n<< /Size {size} {trailer} >>\nstartxref\n{len(file)}\n%%EOF\n"
        return bytes(file) + f"xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()

    def _resources(self) -> str:
        used = [face for face in _FACES if self._glyphs[face]]
        places = self._system.write(self._add, self._stream)
        places |= {face: self._font(face) for face in used}
        named = " ".join(f"/{name} {place} 0 R" for name, place in places.items())
        states = " ".join(
            f"/o{place} << /ca {opacity} /CA {opacity} >>"
            for opacity, place in self._opacities.items()
        )
        return f"<< /Font << {named} >> /ExtGState << {states} >> >>"

    def _font(self, face: Face) -> int:
        """A font with the glyphs that the pages have, addressed by their numbers."""
        font, glyphs = fonts.font(face), dict(sorted(self._glyphs[face].items()))
        name = f"MNISTS+{fonts.NAMES[face]}"
        content = font.subset(glyphs)
        file = self._stream(content, f"/Length1 {len(content)} ")
        shape = " ".join(str(_thousandths(font, value)) for value in font.box)
        descriptor = self._add(
            f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{shape}] "
            f"/ItalicAngle 0 /Ascent {_thousandths(font, font.ascent)} "
            f"/Descent {_thousandths(font, font.descent)} /CapHeight 729 /StemV 80 "
            f"/FontFile2 {file} 0 R >>"
        )
        widths = " ".join(
            f"{glyph} [{_thousandths(font, font.advance(glyph))}]" for glyph in glyphs
        )
        inner = self._add(
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDToGIDMap /Identity "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/FontDescriptor {descriptor} 0 R /W [{widths}] >>"
        )
        texts = self._stream(texts_of(glyphs, 4).encode())
        return self._add(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H "
            f"/DescendantFonts [{inner} 0 R] /ToUnicode {texts} 0 R >>"
        )

    def _content(self, page: Graphic) -> bytes:
        # From here on, y grows downward.
        lines = [f"1 0 0 -1 0 {number(page.height)} cm 1 j"]
        for shape in page.shapes:
            lines += self._shape(shape)
        return "\n".join(lines).encode()

    def _shape(self, shape: Shape) -> Iterator[str]:
        match shape:
            case Stroke():
                lengths = " ".join(number(length * shape.width) for length in shape.dash)
                drawn = (
                    f"{_color(shape.color)} RG {number(shape.width)} w [{lengths}] 0 d "
                    f"{_path(shape.points)} S"
                )
                yield self._transparent(drawn, shape.opacity)
            case Area():
                if shape.color:
                    drawn = f"{_color(shape.color)} rg {_path(shape.points)} f"
                    yield self._transparent(drawn, shape.opacity)
                if shape.border:
                    yield (
                        f"{_color(shape.border)} RG {number(shape.border_width)} w [] 0 d "
                        f"{_path(shape.points)} s"
                    )
            case Disc():
                border = f"{_color(shape.border)} RG 1 w [] 0 d " if shape.border else ""
                drawn = (
                    f"{_color(shape.color)} rg {border}{_circle(shape.center, shape.radius)} "
                    f"{'b' if border else 'f'}"
                )
                yield self._transparent(drawn, shape.opacity)
            case Text():
                yield self._text(shape)
            case Clip(box=box):
                edges = map(number, (box.left, box.top, box.width, box.height))
                yield f"q {' '.join(edges)} re W n"
                for inner in shape.shapes:
                    yield from self._shape(inner)
                yield "Q"

    def _transparent(self, drawn: str, opacity: float) -> str:
        if opacity >= 1:
            return drawn
        place = self._opacities.setdefault(number(opacity), len(self._opacities))
        return f"q /o{place} gs {drawn} Q"

    def _text(self, text: Text) -> str:
        back = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor]
        back *= fonts.width(text.text, text.size, text.face)
        x, y = (text.x, text.baseline + back) if text.upward else (text.x - back, text.baseline)
        direction = "0 -1 -1 0" if text.upward else "1 0 0 -1"
        shown = " ".join(
            f"/{name} {number(text.size)} Tf <{codes}> Tj"
            for font, part in fonts.parts(text.text, text.face)
            for name, codes in self._codes(font, part)
        )
        return f"BT {_color(text.color)} rg {direction} {number(x)} {number(y)} Tm {shown} ET"

    def _codes(self, font: fonts.Font, text: str) -> Iterator[tuple[str, str]]:
        """Names of fonts, and the codes of a part of a line in them."""
        if font.face is None:
            yield from self._system.codes(font, text)
            return
        known, codes = self._glyphs[font.face], ""
        for character in text:
            glyph = font.file.glyph(character)
            known.setdefault(glyph, normalize("NFKC", character))
            codes += f"{glyph:04X}"
        yield font.face, codes


def _thousandths(font: FontFile, units: int) -> int:
    return round(1000 * units / font.units)


def _text_string(text: str) -> str:
    return f"<FEFF{utf16(text)}>"


def _color(color: str) -> str:
    return " ".join(f"{int(color[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5))


def _path(points: Sequence[Point]) -> str:
    (x, y), *others = points
    lines = [f"{number(x)} {number(y)} m", *(f"{number(x)} {number(y)} l" for x, y in others)]
    return " ".join(lines)


def _circle(center: Point, radius: float) -> str:
    """Four curves, one for each quarter."""
    (x, y), far = center, _CIRCLE * radius
    ends = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)]
    lines = [f"{number(x + radius)} {number(y)} m"]
    for (left, top), (right, bottom) in pairwise(ends):
        places = (
            x + radius * left - far * top, y + radius * top + far * left,
            x + radius * right + far * bottom, y + radius * bottom - far * right,
            x + radius * right, y + radius * bottom,
        )  # fmt: skip
        lines.append(f"{' '.join(map(number, places))} c")
    return " ".join(lines)
