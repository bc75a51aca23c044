"""A picture of a network as SVG, written without any library."""

from collections.abc import Iterator
from html import escape

from mnist_studio.analysis.network_picture import (
    TEXT_SIZE,
    Box,
    LayerBlock,
    Link,
    NetworkLayout,
    PlacedText,
    block_colors,
)
from mnist_studio.formatting import printable
from mnist_studio.palette import LIGHT, Palette

HEAD = 44.0
"""Height of the title and the summary above the picture."""

_FONT = "font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\""


def network_svg(picture: NetworkLayout, title: str, palette: Palette = LIGHT) -> str:
    """The SVG file.

    Args:
        picture: of the network.
        title: above it; empty for the picture alone.
        palette: its colors.
    """
    title = printable(title)
    head = HEAD if title else 0.0
    # The title must not be cut off over a small picture.
    width = max(picture.width, 0.62 * 14 * len(title), 0.56 * TEXT_SIZE * len(picture.summary) + 24)
    width, height = round(width), round(picture.height + head)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" {_FONT}>',
        f"<title>{escape(title or 'Network')}</title>",
        f"<desc>{escape(picture.summary)}</desc>",
        f'<rect width="{width}" height="{height}" fill="{palette.panel}"/>',
        *_head(title, picture.summary, palette),
        f'<g transform="translate(0 {head:g})">',
        *(part for block in picture.blocks for part in _block(block, palette)),
        *(part for link in picture.links for part in _link(link, palette)),
        *(_text(text, palette) for block in picture.blocks for text in block.texts),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _head(title: str, summary: str, palette: Palette) -> Iterator[str]:
    if title:
        yield (
            f'<text x="12" y="20" font-size="14" font-weight="600" fill="{palette.text}">'
            f"{escape(title)}</text>"
        )
        yield (
            f'<text x="12" y="37" font-size="{TEXT_SIZE:g}" fill="{palette.secondary}">'
            f"{escape(summary)}</text>"
        )


def _block(block: LayerBlock, palette: Palette) -> Iterator[str]:
    colors = block_colors(palette, block.role)
    fills = {"front": colors.front, "top": colors.top, "side": colors.side}
    yield f"<g><title>{escape(block.description)}</title>"
    for face in block.faces:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in face.points)
        yield (
            f'<polygon points="{points}" fill="{fills[face.side]}" stroke="{colors.border}" '
            'stroke-width="1" stroke-linejoin="round"/>'
        )
    yield "</g>"


def _link(link: Link, palette: Palette) -> Iterator[str]:
    stroke = f'stroke="{palette.secondary}" stroke-width="0.8" stroke-opacity="0.7"'
    for (x1, y1), (x2, y2) in link.lines:
        yield f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {stroke}/>'
    if link.window:
        yield f'<rect {_place(link.window)} fill="none" stroke="{palette.text}" stroke-width="1"/>'


def _place(box: Box) -> str:
    return f'x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'


def _text(text: PlacedText, palette: Palette) -> str:
    color = palette.secondary if text.style == "figure" else palette.text
    weight = ' font-weight="600"' if text.style == "name" else ""
    return (
        f'<text x="{text.x:.1f}" y="{text.baseline:.1f}" font-size="{TEXT_SIZE:g}"{weight} '
        f'text-anchor="middle" fill="{color}">{escape(text.text)}</text>'
    )
