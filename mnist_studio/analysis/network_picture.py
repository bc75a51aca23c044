"""A picture of a network as values: one picture for all frameworks, for a window and for files.

Feature maps are volumes, with height and width in front and channels to the back. Vectors are
columns. ``network_layout`` makes the picture.
"""

from dataclasses import dataclass
from typing import Literal

from mnist_studio.palette import Palette, mixed
from mnist_studio.spec.layers import Shape

Point = tuple[float, float]
Role = Literal["image", "learned", "plain"]
"""The input image, a layer with parameters, or one without."""

Side = Literal["front", "top", "side"]
TextStyle = Literal["name", "layer", "figure"]
"""The name of a layer, another layer of the same block, or a figure."""

TEXT_SIZE = 11.0
LINE = 15.0
"""Height of a line of text."""


@dataclass(frozen=True)
class Style:
    """How much a picture shows.

    Attributes:
        scale: of the blocks, relative to text.
        texts: all texts, names with shapes, or none.
        bars: whether there is room for the probabilities on the right of the last block.
        gap: between two blocks.
    """

    scale: float = 1.0
    texts: Literal["all", "names", "none"] = "all"
    bars: bool = False
    gap: float = 22.0


FULL = Style()
LIVE = Style(scale=1.25, texts="names", bars=True)
SMALL = Style(scale=0.5, texts="none", gap=9.0)


@dataclass(frozen=True)
class Box:
    """A rectangle. y grows downward."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    @property
    def center(self) -> Point:
        """Its center."""
        return self.left + self.width / 2, self.top + self.height / 2

    def contains(self, x: float, y: float) -> bool:
        """Whether a point is inside."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True)
class Face:
    """One visible side of a block: a polygon."""

    side: Side
    points: tuple[Point, ...]


@dataclass(frozen=True)
class PlacedText:
    """A line of text, centered.

    Attributes:
        text: its content.
        x: of its center.
        baseline: its y.
        style: what it is.
        layer: position of the layer in the network that it names; None for the image.
    """

    text: str
    x: float
    baseline: float
    style: TextStyle
    layer: int | None


@dataclass(frozen=True)
class LayerBlock:
    """The output of one or several layers.

    Attributes:
        layers: their positions in the network; none for the image.
        role: what it is.
        shape: of the output.
        area: with its texts.
        front: the front face, which can show activations.
        faces: from the back to the front.
        texts: below it.
        description: all of it in words, a line per layer.
    """

    layers: tuple[int, ...]
    role: Role
    shape: Shape
    area: Box
    front: Box
    faces: tuple[Face, ...]
    texts: tuple[PlacedText, ...]
    description: str


@dataclass(frozen=True)
class Link:
    """What connects two blocks.

    Attributes:
        lines: each from a point to a point.
        window: the pixels that one output of a convolution or pooling sees; None for others.
    """

    lines: tuple[tuple[Point, Point], ...]
    window: Box | None = None


@dataclass(frozen=True)
class NetworkLayout:
    """A picture of a network.

    Attributes:
        width: of all.
        height: of all.
        blocks: from the image to the logits.
        links: between them.
        bars: room for the probabilities; None without them.
        summary: the network in one line.
    """

    width: float
    height: float
    blocks: tuple[LayerBlock, ...]
    links: tuple[Link, ...]
    bars: Box | None
    summary: str

    def block_of(self, layer: int) -> LayerBlock:
        """The block that a layer, by its position in the network, belongs to."""
        return next(block for block in self.blocks if layer in block.layers)

    def layer_at(self, x: float, y: float) -> int | None:
        """The position of the layer at a point: that of a text, or the first of a block."""
        for block in self.blocks:
            if block.area.contains(x, y):
                lines = (text for text in block.texts if text.style != "figure")
                hit = (text.layer for text in lines if 0 <= text.baseline - y + 3 <= LINE)
                return next(hit, block.layers[0] if block.layers else None)
        return None


@dataclass(frozen=True)
class BlockColors:
    """The colors of a block, as ``#RRGGBB``."""

    border: str
    front: str
    top: str
    side: str


def block_colors(palette: Palette, role: Role) -> BlockColors:
    """Layers that learn have the accent color, and all others are gray."""
    if role == "learned":
        panel, accent = palette.panel, palette.accent
        shares = (mixed(panel, accent, share) for share in (0.22, 0.12, 0.38))
        return BlockColors(accent, *shares)
    if role == "plain":
        shades = (mixed(palette.hover, palette.secondary, share) for share in (0.0, 0.0, 0.18))
        return BlockColors(palette.secondary, *shades)
    return BlockColors(palette.secondary, palette.panel, palette.panel, palette.hover)
