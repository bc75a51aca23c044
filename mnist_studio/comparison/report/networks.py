"""Networks as drawings, for PDF pages and PNG files."""

from collections.abc import Callable, Iterator

from mnist_studio.analysis.network_layout import network_layout
from mnist_studio.analysis.network_picture import (
    TEXT_SIZE,
    LayerBlock,
    Link,
    NetworkLayout,
    PlacedText,
    block_colors,
)
from mnist_studio.comparison.report import charts
from mnist_studio.comparison.report.charts import Kind
from mnist_studio.comparison.report.drawing import fonts
from mnist_studio.comparison.report.drawing.shapes import (
    POINTS_PER_INCH,
    Area,
    Face,
    Graphic,
    Point,
    Shape,
    Stroke,
    Text,
    rectangle,
)
from mnist_studio.comparison.report.messages import NETWORK_WIDTH
from mnist_studio.formatting import printable
from mnist_studio.palette import LIGHT
from mnist_studio.spec.model import ModelSpec

PIXELS_PER_INCH = 96.0
"""Of the lengths of a picture, so that its text has a usual size."""

HEAD = 36.0
"""Height of the title and the summary of a file, in points."""

_LEFT = 8.6
_TITLE, _SUMMARY = 11.0, 8.0


def picture(model: ModelSpec, title: str, kind: Kind) -> bytes:
    """A network as the content of a picture file."""
    layout = network_layout(model, NETWORK_WIDTH)
    title = printable(title)
    scale = POINTS_PER_INCH / PIXELS_PER_INCH
    width = max(
        layout.width * scale,
        fonts.width(layout.summary, _SUMMARY) + 2 * _LEFT,
        fonts.width(title, _TITLE, "bold") + 2 * _LEFT,
    )
    shapes = (
        Text(_LEFT, 16.0, title, _TITLE, LIGHT.text, face="bold"),
        Text(_LEFT, 29.0, layout.summary, _SUMMARY, LIGHT.secondary),
        *paint(layout, (0.0, HEAD), scale),
    )
    drawing = Graphic(width, layout.height * scale + HEAD, shapes)
    return charts.saved(drawing, kind, title)


def paint(layout: NetworkLayout, place: Point, scale: float) -> Iterator[Shape]:
    """Draws a network.

    Args:
        layout: of the network.
        place: of its upper left corner.
        scale: points for each unit of the layout.
    """

    def moved(point: Point) -> Point:
        return place[0] + point[0] * scale, place[1] + point[1] * scale

    for block in layout.blocks:
        yield from _block(block, moved)
    for link in layout.links:
        yield from _link(link, moved)
    for block in layout.blocks:
        for text in block.texts:
            yield _text(text, moved, TEXT_SIZE * scale)


def _block(block: LayerBlock, moved: Callable[[Point], Point]) -> Iterator[Shape]:
    colors = block_colors(LIGHT, block.role)
    fills = {"front": colors.front, "top": colors.top, "side": colors.side}
    for face in block.faces:
        yield Area([moved(point) for point in face.points], fills[face.side], 1.0, colors.border)


def _link(link: Link, moved: Callable[[Point], Point]) -> Iterator[Shape]:
    for line in link.lines:
        yield Stroke([moved(point) for point in line], LIGHT.secondary, 0.5)
    if link.window:
        corners = [moved(point) for point in rectangle(link.window)]
        yield Area(corners, "", 1.0, LIGHT.text)


def _text(text: PlacedText, moved: Callable[[Point], Point], size: float) -> Text:
    color = LIGHT.secondary if text.style == "figure" else LIGHT.text
    face: Face = "bold" if text.style == "name" else "regular"
    return Text(*moved((text.x, text.baseline)), text.text, size, color, "middle", face)
