"""Where the blocks in the picture of a network go, what is below them, and what connects them.

Lengths follow the logarithm of the numbers, so that 10 units and 10,000 fit into one picture.
Activations, normalization, and dropout change no shape, so they belong to the block of the layer
before them. Blocks go from left to right, and from line to line where the width ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log, log2, sqrt

from mnist_studio.analysis.network_picture import (
    FULL,
    LINE,
    TEXT_SIZE,
    Box,
    Face,
    LayerBlock,
    Link,
    NetworkLayout,
    PlacedText,
    Point,
    Role,
    Style,
    TextStyle,
)
from mnist_studio.formatting import count, counted, memory, short_count
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.cost import LayerCost, cost
from mnist_studio.spec.layers import Layer, Shape
from mnist_studio.spec.model import IMAGE_SHAPE, LayerReport, ModelSpec, describe


def network_layout(
    model: ModelSpec, width: float | None = None, style: Style = FULL
) -> NetworkLayout:
    """The picture of a network.

    Args:
        model: the network.
        width: at which lines end; None for one line.
        style: how much it shows.

    Raises:
        SpecError: the network is not valid.
    """
    return _laid_out(model, width, style)


@lru_cache(maxsize=64)
def _laid_out(model: ModelSpec, width: float | None, style: Style) -> NetworkLayout:
    """The same picture is laid out for its size, for its height, and for painting."""
    groups = tuple(_groups(model))
    drawn = [_drawn(group, style) for group in groups]
    lines = _lines(drawn, width, style)
    blocks: list[LayerBlock] = []
    top, right = style.gap / 2, 0.0
    for line in lines:
        tall = max(one.area.height - one.text_height for one in line)
        if style.bars and line is lines[-1]:
            tall = max(tall, _bars_height(style))
        left = style.gap / 2
        for one in line:
            blocks.append(_moved(one, left, top, tall))
            left += one.area.width + style.gap
        right = max(right, left - style.gap / 2)
        top += tall + max(one.text_height for one in line) + style.gap
    bars = _bars(blocks[-1], style)
    return NetworkLayout(
        width=max(right, bars.right + style.gap / 2 if bars else 0.0),
        height=top - style.gap / 2,
        blocks=tuple(blocks),
        links=tuple(_links(blocks, groups)),
        bars=bars,
        summary=_summary(model),
    )


@dataclass(frozen=True)
class _Group:
    """Layers that are drawn as one block; none are the image."""

    layers: tuple[tuple[int, LayerReport, LayerCost], ...]
    shape: Shape

    @property
    def first(self) -> Layer | None:
        return self.layers[0][1].layer if self.layers else None


_SHAPING = (
    kinds.Conv, kinds.Dense, kinds.MaxPool, kinds.AvgPool, kinds.GlobalAvgPool, kinds.Flatten,
)  # fmt: skip


def _groups(model: ModelSpec) -> Iterator[_Group]:
    group = _Group((), IMAGE_SHAPE)
    for place, (report, own) in enumerate(zip(describe(model), cost(model), strict=True)):
        member = (place, report, own)
        # The image is a block of its own, even if its pixels are normalized or dropped first.
        if isinstance(report.layer, _SHAPING) or not group.layers:
            yield group
            group = _Group((member,), report.output)
        else:
            group = _Group((*group.layers, member), report.output)
    yield group


@dataclass(frozen=True)
class _Drawn:
    """A block with its upper left corner at (0, 0), and the height of its texts."""

    block: LayerBlock
    text_height: float

    @property
    def area(self) -> Box:
        return self.block.area


def _drawn(group: _Group, style: Style) -> _Drawn:
    lines = _texts(group, style)
    front, faces, size = _solid(group.shape, style.scale)
    width = max([size[0], *(_text_width(text, kind) for text, kind, _ in lines)])
    shift = (width - size[0]) / 2
    placed = tuple(
        PlacedText(text, width / 2, size[1] + LINE * (number + 1), kind, layer)
        for number, (text, kind, layer) in enumerate(lines)
    )
    height = LINE * len(lines) + 5 if lines else 0.0
    block = LayerBlock(
        layers=tuple(place for place, _, _ in group.layers),
        role=_role(group),
        shape=group.shape,
        area=Box(0, 0, width, size[1] + height),
        front=replace(front, left=front.left + shift),
        faces=tuple(_shifted(face, shift, 0) for face in faces),
        texts=placed,
        description=_description(group),
    )
    return _Drawn(block, height)


def _role(group: _Group) -> Role:
    if not group.layers:
        return "image"
    return "learned" if any(report.parameters for _, report, _ in group.layers) else "plain"


_COLUMN_WIDTH = 14.0
_MOST_BELOW = 20


def _solid(shape: Shape, scale: float) -> tuple[Box, tuple[Face, ...], Point]:
    """The front and all faces of a volume or a column, and the size of both together."""
    if len(shape) == 1:
        wide, high, depth = _COLUMN_WIDTH, _column(shape[0]), 5.0
    else:
        wide, high, depth = _edge(shape[1]), _edge(shape[0]), 2 + 6 * log2(shape[2])
    wide, high, depth = wide * scale, high * scale, depth * scale
    right, up = 0.7 * depth, 0.45 * depth
    front = Box(0, up, wide, high)
    a, b = (0.0, up), (wide, up)
    c, d = (wide, up + high), (0.0, up + high)
    faces = (
        Face("top", (a, (a[0] + right, 0.0), (b[0] + right, 0.0), b)),
        Face("side", (b, (b[0] + right, 0.0), (c[0] + right, high), c)),
        Face("front", (a, b, c, d)),
    )
    return front, faces, (wide + right, high + up)


def _edge(pixels: int) -> float:
    """The edge of a feature map: 20 for 1 pixel, 96 for 28."""
    return 20 + 76 * log(pixels) / log(28)


def _column(units: int) -> float:
    """The height of a column: 20 for 1 unit, 50 for 10, 110 for 1,000."""
    return 20 + 9 * log2(units)


_Text = tuple[str, TextStyle, int | None]
"""A text, its style, and the layer that it belongs to."""


def unit_columns(units: int) -> int:
    """How many units are in a row of a column, so that each has about a square.

    Few units are one below the other, so that one can count them.
    """
    if units <= _MOST_BELOW:
        return 1
    return min(units, max(1, round(sqrt(units * _COLUMN_WIDTH / _column(units)))))


def _texts(group: _Group, style: Style) -> tuple[_Text, ...]:
    """The lines below a block."""
    if style.texts == "none":
        return ()
    if not group.layers:
        return ("image", "name", None), (kinds.text(group.shape[:2]), "figure", None)
    first, report, _ = group.layers[0]
    name: _Text = (report.name, "name", first)
    shape: _Text = (kinds.text(group.shape), "figure", first)
    if style.texts == "names":
        return name, shape
    titles = [(report.title, first)]
    titles += [(f"+ {one.title}", place) for place, one, _ in group.layers[1:]]
    layers: list[_Text] = [(text, "layer", place) for text, place in titles]
    figures: list[_Text] = [(text, "figure", first) for text in _figures(group)]
    return (name, *layers, shape, *figures)


def _figures(group: _Group) -> Iterator[str]:
    parameters = sum(report.parameters for _, report, _ in group.layers)
    if parameters:
        yield f"{count(parameters)} parameters"
    if adds := sum(one.multiply_adds for _, _, one in group.layers):
        yield f"{short_count(adds)} multiply-adds"
    if size := sum(map(_bytes, group.layers)):
        yield memory(size)


def _bytes(member: tuple[int, LayerReport, LayerCost]) -> int:
    return member[2].weight_bytes + member[2].activation_bytes


def _description(group: _Group) -> str:
    if not group.layers:
        return "Image of 28×28 pixels"
    lines = []
    for _, report, own in group.layers:
        text = f"{report.name}: {report.title}, output {kinds.text(report.output)}"
        if report.parameters:
            text += f", {count(report.parameters)} parameters"
        if own.multiply_adds:
            text += f", {count(own.multiply_adds)} multiply-adds"
        lines.append(text)
    return "\n".join(lines)


def _summary(model: ModelSpec) -> str:
    parameters = sum(report.parameters for report in describe(model))
    costs = cost(model)
    adds = sum(one.multiply_adds for one in costs)
    size = sum(one.weight_bytes + one.activation_bytes for one in costs)
    return (
        f"{counted(len(costs), 'layer').capitalize()}, {count(parameters)} parameters, "
        f"{short_count(adds)} multiply-adds, {memory(size)} for one image"
    )


def _text_width(text: str, style: TextStyle) -> float:
    """About the width of a text, generously: the font is not known here.

    Digits of wide fonts are 0.64 of their size, and the sign of shapes is wider.
    """
    letters = (0.68 if style == "name" else 0.62) * len(text)
    return TEXT_SIZE * (letters + 0.2 * text.count("×"))


def _lines(drawn: Sequence[_Drawn], width: float | None, style: Style) -> list[list[_Drawn]]:
    """The blocks of every line."""
    lines: list[list[_Drawn]] = [[]]
    used = style.gap / 2
    for place, one in enumerate(drawn):
        last = place == len(drawn) - 1
        needed = one.area.width + (_BARS if style.bars and last else 0)
        if width is not None and lines[-1] and used + needed + style.gap / 2 > width:
            lines.append([])
            used = style.gap / 2
        lines[-1].append(one)
        used += one.area.width + style.gap
    return lines


def _moved(one: _Drawn, left: float, top: float, tall: float) -> LayerBlock:
    """A block at its place: the solids of a line are centered, and texts start at one height."""
    block, solid = one.block, one.area.height - one.text_height
    down = top + (tall - solid) / 2
    return replace(
        block,
        area=Box(left, top, block.area.width, tall + one.text_height),
        front=replace(block.front, left=block.front.left + left, top=block.front.top + down),
        faces=tuple(_shifted(face, left, down) for face in block.faces),
        texts=tuple(
            replace(text, x=text.x + left, baseline=text.baseline - solid + top + tall)
            for text in block.texts
        ),
    )


def _shifted(face: Face, x: float, y: float) -> Face:
    return Face(face.side, tuple((a + x, b + y) for a, b in face.points))


_BARS = 150.0
"""The width of the probabilities, which have texts, with the gap before them."""


def _bars_height(style: Style) -> float:
    return max(110 * style.scale, 10 * (TEXT_SIZE + 1))


def _bars(last: LayerBlock, style: Style) -> Box | None:
    if not style.bars:
        return None
    height, middle = _bars_height(style), last.front.center[1]
    # A text that is wider than the column is below the bars.
    left = max(point[0] for face in last.faces for point in face.points) + 14
    return Box(left, middle - height / 2, _BARS - 14, height)


def _links(blocks: Sequence[LayerBlock], groups: Sequence[_Group]) -> Iterator[Link]:
    for before, after, group in zip(blocks, blocks[1:], groups[1:], strict=False):
        if after.area.left < before.area.left:
            yield _continued(before, after)
        else:
            yield _link(before, after, group.first)


def _link(before: LayerBlock, after: LayerBlock, layer: Layer | None) -> Link:
    start, end = before.front, after.front
    edge = max(point[0] for face in before.faces for point in face.points)
    match layer:
        case kinds.Conv(size=size) | kinds.MaxPool(size=size) | kinds.AvgPool(size=size):
            return _seen(before, after, size)
        case kinds.Dense():
            ends = ((end.left, end.top), (end.left, end.bottom))
            starts = next(face.points[1:3] for face in before.faces if face.side == "side")
            return Link(tuple((one, two) for one in starts for two in ends))
        case _:
            return Link((((edge, start.center[1]), (end.left, end.center[1])),))


def _seen(before: LayerBlock, after: LayerBlock, size: int) -> Link:
    """The window that one output value sees, with lines to that value."""
    start, end = before.front, after.front
    wide = max(4.0, start.width * size / before.shape[1])
    high = max(4.0, start.height * size / before.shape[0])
    wide, high = min(wide, start.width), min(high, start.height)
    window = Box(
        start.left + 0.62 * (start.width - wide), start.top + 0.36 * (start.height - high),
        wide, high,
    )  # fmt: skip
    target = (end.left + min(6.0, end.width / 3), end.top + 0.45 * end.height)
    corners = ((window.right, window.top), (window.right, window.bottom))
    return Link(tuple((corner, target) for corner in corners), window)


def _continued(before: LayerBlock, after: LayerBlock) -> Link:
    """Short lines where a line of the picture ends, and where the next one begins."""
    edge = max(point[0] for face in before.faces for point in face.points)
    level, next_level = before.front.center[1], after.front.center[1]
    left = after.front.left
    return Link((((edge, level), (edge + 8, level)), ((left - 8, next_level), (left, next_level))))
