"""One drawing as SVG, PNG, and PDF shows the same."""

import io
import re
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest
from PIL import Image

from mnist_studio.analysis.network_picture import Box
from mnist_studio.comparison.report.drawing import fonts, pdf, png, svg
from mnist_studio.comparison.report.drawing.shapes import (
    Area,
    Clip,
    Disc,
    Graphic,
    Stroke,
    Text,
    rectangle,
)

RED, GREEN, BLUE, BLACK = "#FF0000", "#00FF00", "#0000FF", "#000000"
DRAWING = Graphic(
    100,
    60,
    (
        Area(rectangle(Box(0, 0, 20, 20)), RED),
        Area(rectangle(Box(20, 0, 20, 20)), RED, 0.5),
        Disc((50, 10), 8, GREEN),
        Clip(Box(60, 0, 10, 10), (Area(rectangle(Box(60, 0, 40, 40)), BLUE),)),
        Stroke(((0, 30), (100, 30)), BLACK, 2.0, (5.0, 5.0)),
        Stroke(((0, 40), (50, 40), (50, 40), (100, 40)), BLACK, 4.0, (), 0.5),
        Text(95, 58, "Title · <é>", 10, BLACK, "end", "bold"),
        Text(10, 58, "up", 10, BLACK, upward=True),
    ),
)
WHITE = (255, 255, 255)


def test_a_png_has_the_colors_at_their_places() -> None:
    with Image.open(io.BytesIO(png.write(DRAWING, 144))) as image:
        assert image.size == (200, 120)
        assert image.info["dpi"] == pytest.approx((144, 144), abs=0.1)

        def pixel(x: float, y: float) -> object:
            return image.getpixel((round(2 * x), round(2 * y)))

        assert pixel(10, 10) == (255, 0, 0)
        assert pixel(30, 10) == pytest.approx((255, 127, 127), abs=1)
        assert pixel(50, 10) == (0, 255, 0)
        assert pixel(43, 3) == WHITE
        assert [pixel(65, 5), pixel(75, 5), pixel(65, 15)] == [(0, 0, 255), WHITE, WHITE]
        # Dashes and gaps of ten points each.
        assert [pixel(x, 30) for x in (5, 15, 25, 95)] == [(0, 0, 0), WHITE, (0, 0, 0), WHITE]
        # Where parts of a transparent line meet, it is not darker.
        assert pixel(50, 40) == pixel(20, 40) == pytest.approx((127, 127, 127), abs=1)
        ink = np.asarray(image.convert("L")) < 128
    assert ink[96:118, 80:190].any()
    # Text that is read upward is narrow and ends above its start.
    upward = np.argwhere(ink[84:, 2:40])
    assert upward[:, 0].min() + 84 > 2 * (58 - fonts.width("up", 10)) - 3
    assert np.ptp(upward[:, 1]) < 2 * 10


def test_an_svg_has_every_shape_and_its_texts() -> None:
    root = ET.fromstring(svg.write(DRAWING, "A & B"))
    tags = [element.tag.partition("}")[2] for element in root.iter()]
    assert [tags.count(tag) for tag in ("path", "circle", "clipPath", "g", "text")] == [
        5,
        1,
        1,
        1,
        2,
    ]
    assert [element.text for element in root.iter() if element.text and element.text.strip()] == [
        "A & B", "Title · <é>", "up",
    ]  # fmt: skip
    assert [child.tag.partition("}")[2] for child in root].count("defs") == 1
    assert root.attrib["viewBox"] == "0 0 100 60"


def test_a_pdf_has_its_pages_and_only_the_glyphs_that_they_need() -> None:
    content = pdf.write([DRAWING, DRAWING], "Über (a)")
    assert content.count(b"/Type /Page ") == 2
    assert b"/Title <FEFF00DC006200650072002000280061>" not in content
    assert f"/Title <FEFF{'Über (a)'.encode('utf-16-be').hex().upper()}>".encode() in content
    assert content.count(b"/FontFile2") == 2
    assert len(content) < 30_000
    # Every place of the table is that of its object.
    start = int(content.rsplit(b"startxref\n")[1].split()[0])
    assert content[start:].startswith(b"xref")
    places = re.findall(rb"(\d{10}) 00000 n", content)
    assert len(places) > 10
    for number, place in enumerate(places, 1):
        assert content[int(place) :].startswith(f"{number} 0 obj".encode())
    streams = [
        zlib.decompress(one) for one in re.findall(rb"stream\n(.*?)\nendstream", content, re.S)
    ]
    page = streams[0].decode()
    assert page.count("re W n") == page.count("\nQ") == 1
    font = fonts.font("bold")
    codes = "".join(f"{font.glyph(one):04X}" for one in "Title · <é>")
    assert f"<{codes}> Tj" in page
    # Glyphs have their text, so that it can be found and copied.
    maps = [one.decode() for one in streams if b"beginbfchar" in one]
    assert any(f"<{font.glyph('é'):04X}> <00E9>" in one for one in maps)


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_same_drawing_gives_the_same_bytes(kind: str) -> None:
    def written() -> bytes:
        if kind == "pdf":
            return pdf.write([DRAWING], "title")
        return svg.write(DRAWING) if kind == "svg" else png.write(DRAWING, 96)

    assert written() == written()
