"""A drawing as an SVG file."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import count
from types import MappingProxyType

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
from mnist_studio.palette import LIGHT

_FONTS = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif"
"""Where the first is not installed, the others have similar widths."""

_FACES: Mapping[Face, str] = MappingProxyType(
    {"regular": "", "bold": ' font-weight="700"', "mono": ' font-family="monospace"'}
)
_ANCHORS = MappingProxyType(
    {"start": "", "middle": ' text-anchor="middle"', "end": ' text-anchor="end"'}
)


def write(drawing: Graphic, title: str = "") -> bytes:
    """The file, UTF-8.

    Args:
        drawing: what is drawn.
        title: for screen readers.
    """
    width, height = number(drawing.width), number(drawing.height)
    clips = count(1)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" font-family="{_FONTS}" stroke-linejoin="round">',
        *([f"<title>{escape(title)}</title>"] if title else []),
        f'<rect width="{width}" height="{height}" fill="{LIGHT.panel}"/>',
        *(line for shape in drawing.shapes for line in _shape(shape, clips)),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _shape(shape: Shape, clips: Iterator[int]) -> Iterator[str]:
    match shape:
        case Stroke():
            yield _stroke(shape)
        case Area():
            yield (
                f'<path d="{_path(shape.points)}Z" fill="{shape.color or "none"}"'
                f"{_opacity('fill', shape.opacity)}{_border(shape.border, shape.border_width)}/>"
            )
        case Disc(center=(x, y)):
            yield (
                f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(shape.radius)}" '
                f'fill="{shape.color}"{_opacity("fill", shape.opacity)}'
                f"{_border(shape.border, 1.0)}{_opacity('stroke', shape.opacity)}/>"
            )
        case Text():
            yield _text(shape)
        case Clip(box=box):
            name = f"clip{next(clips)}"
            # Viewers that know no clipping would draw a rectangle outside of definitions.
            yield (
                f'<defs><clipPath id="{name}"><rect x="{number(box.left)}" y="{number(box.top)}" '
                f'width="{number(box.width)}" height="{number(box.height)}"/></clipPath></defs>'
            )
            yield f'<g clip-path="url(#{name})">'
            for inner in shape.shapes:
                yield from _shape(inner, clips)
            yield "</g>"


def _stroke(stroke: Stroke) -> str:
    lengths = " ".join(number(length * stroke.width) for length in stroke.dash)
    dash = f' stroke-dasharray="{lengths}"' if lengths else ""
    return (
        f'<path d="{_path(stroke.points)}" fill="none" stroke="{stroke.color}" '
        f'stroke-width="{number(stroke.width)}"{dash}{_opacity("stroke", stroke.opacity)}/>'
    )


def _text(text: Text) -> str:
    x, y = number(text.x), number(text.baseline)
    turned = f' transform="rotate(-90 {x} {y})"' if text.upward else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{number(text.size)}" fill="{text.color}"'
        f"{_FACES[text.face]}{_ANCHORS[text.anchor]}{turned}>{escape(text.text)}</text>"
    )


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def _opacity(what: str, opacity: float) -> str:
    return f' {what}-opacity="{number(opacity)}"' if opacity < 1 else ""


def _border(color: str, width: float) -> str:
    return f' stroke="{color}" stroke-width="{number(width)}"' if color else ""
