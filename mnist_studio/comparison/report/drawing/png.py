"""A drawing as a PNG file.

Pillow draws shapes without antialiasing, so they are drawn larger and then reduced. Text, which it
antialiases, is drawn afterwards.
"""

import io
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from math import ceil, floor, hypot
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from mnist_studio.comparison.report.drawing import fonts
from mnist_studio.comparison.report.drawing.shapes import (
    POINTS_PER_INCH,
    Area,
    Clip,
    Disc,
    Graphic,
    Point,
    Shape,
    Stroke,
    Text,
    texts,
)
from mnist_studio.palette import LIGHT

_TIMES = 3
"""How much larger shapes are drawn."""


def write(drawing: Graphic, pixels_per_inch: float) -> bytes:
    """The file, with the size in pixels rounded to whole ones."""
    scale = pixels_per_inch / POINTS_PER_INCH
    size = (round(drawing.width * scale), round(drawing.height * scale))
    large = Image.new("RGB", (size[0] * _TIMES, size[1] * _TIMES), LIGHT.panel)
    _Sheet(large, scale * _TIMES).draw(drawing.shapes)
    image = large.reduce(_TIMES)
    for text in texts(drawing.shapes):
        _write(image, text, scale)
    file = io.BytesIO()
    image.save(file, "PNG", dpi=(pixels_per_inch, pixels_per_inch))
    return file.getvalue()


class _Sheet:
    """An image, or a part of one, that shapes are drawn into."""

    def __init__(self, image: Image.Image, scale: float, left: int = 0, top: int = 0) -> None:
        self._image, self._scale = image, scale
        self._left, self._top = left, top
        self._pen = ImageDraw.Draw(image, "RGBA")

    def draw(self, shapes: Sequence[Shape]) -> None:
        """Draws all shapes but text."""
        for shape in shapes:
            match shape:
                case Stroke():
                    self._stroke(shape)
                case Area():
                    self._area(shape)
                case Disc():
                    self._disc(shape)
                case Clip():
                    self._clip(shape)

    def _places(self, points: Sequence[Point]) -> list[Point]:
        """Points in pixels of this image."""
        scale, left, top = self._scale, self._left, self._top
        return [(x * scale - left, y * scale - top) for x, y in points]

    def _stroke(self, stroke: Stroke) -> None:
        points = self._places(stroke.points)
        width = max(1, round(stroke.width * self._scale))
        lengths = [length * stroke.width * self._scale for length in stroke.dash]
        parts = list(_dashes(points, lengths)) if lengths else [points]
        if stroke.opacity >= 1:
            for part in parts:
                self._pen.line(part, stroke.color, width, "curve")
            return
        # Where its parts overlap, a line must not be darker.
        left = floor(min(x for x, _ in points)) - width
        top = floor(min(y for _, y in points)) - width
        right = ceil(max(x for x, _ in points)) + width
        bottom = ceil(max(y for _, y in points)) + width
        mask = Image.new("L", (right - left, bottom - top))
        pen = ImageDraw.Draw(mask)
        for part in parts:
            moved = [(x - left, y - top) for x, y in part]
            pen.line(moved, round(255 * stroke.opacity), width, "curve")
        self._image.paste(stroke.color, (left, top), mask)

    def _area(self, area: Area) -> None:
        points = self._places(area.points)
        if area.color:
            self._pen.polygon(points, _ink(area.color, area.opacity))
        if area.border:
            width = max(1, round(area.border_width * self._scale))
            self._pen.line([*points, *points[:2]], area.border, width, "curve")

    def _disc(self, disc: Disc) -> None:
        (center,) = self._places([disc.center])
        border = _ink(disc.border, disc.opacity) if disc.border else None
        width = max(1, round(self._scale))
        # A border is half outside.
        radius = disc.radius * self._scale + (width / 2 if border else 0)
        self._pen.circle(center, radius, _ink(disc.color, disc.opacity), border, width)

    def _clip(self, clip: Clip) -> None:
        ((left, top), (right, bottom)) = self._places(
            [(clip.box.left, clip.box.top), (clip.box.right, clip.box.bottom)]
        )
        place = (max(0, floor(left)), max(0, floor(top)))
        ends = (min(self._image.width, ceil(right)), min(self._image.height, ceil(bottom)))
        if place[0] >= ends[0] or place[1] >= ends[1]:
            return
        part = self._image.crop((*place, *ends))
        origin = (self._left + place[0], self._top + place[1])
        _Sheet(part, self._scale, *origin).draw(clip.shapes)
        self._image.paste(part, place)


def _ink(color: str, opacity: float) -> tuple[int, ...]:
    return (*ImageColor.getrgb(color)[:3], round(255 * opacity))


def _dashes(points: Sequence[Point], lengths: Sequence[float]) -> Iterator[list[Point]]:
    """The parts of a line between its gaps.

    Args:
        points: of the line.
        lengths: of dashes and gaps by turns.
    """
    number, left = 0, lengths[0]
    part = [points[0]]
    for (x, y), (end_x, end_y) in pairwise(points):
        whole = hypot(end_x - x, end_y - y)
        done = 0.0
        while whole - done > left:
            done += left
            place = (x + (end_x - x) * done / whole, y + (end_y - y) * done / whole)
            if number % 2 == 0:
                yield [*part, place]
            part = [place]
            number += 1
            left = lengths[number % len(lengths)]
        left -= whole - done
        if number % 2 == 0:
            part.append((end_x, end_y))
    if number % 2 == 0 and len(part) > 1:
        yield part


def _write(image: Image.Image, text: Text, scale: float) -> None:
    size = text.size * scale
    parts = [
        (_font(font.path, size), content) for font, content in fonts.parts(text.text, text.face)
    ]
    lengths = [font.getlength(content) for font, content in parts]
    x, y = text.x * scale, text.baseline * scale
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * sum(lengths)
    if not text.upward:
        pen = ImageDraw.Draw(image)
        x -= before
        for (font, content), length in zip(parts, lengths, strict=True):
            pen.text((x, y), content, text.color, font, anchor="ls")
            x += length
        return
    high = ceil(2 * size)
    wide = ceil(sum(lengths)) + 4
    line = Image.new("L", (wide, high))
    pen, at = ImageDraw.Draw(line), 2.0
    for (font, content), length in zip(parts, lengths, strict=True):
        pen.text((at, high // 2), content, 255, font, anchor="ls")
        at += length
    line = line.transpose(Image.Transpose.ROTATE_90)
    image.paste(text.color, (round(x) - high // 2, round(y + before) - wide + 2), line)


@cache
def _font(path: Path, size: float) -> ImageFont.FreeTypeFont:
    # The other layout is not available on every machine.
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
