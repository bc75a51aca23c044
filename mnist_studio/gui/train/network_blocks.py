"""A network as a row of blocks with sizes, from the image to the ten digits. No Qt."""

from dataclasses import dataclass, replace
from math import log2
from typing import Literal

from mnist_studio.formatting import counted
from mnist_studio.spec import layers
from mnist_studio.spec.layers import Shape
from mnist_studio.spec.model import IMAGE_SHAPE, LayerReport, ModelSpec, describe

BlockKind = Literal["image", "learned", "pooled", "units"]
MOST_SHEETS = 5


@dataclass(frozen=True)
class Block:
    """What a layer outputs.

    Attributes:
        kind: the input image, feature maps of a convolution, pooled ones, or units in a row.
        size: of its side or its column, from 0 to 1.
        sheets: how many sheets show its feature maps; 1 for an image and for units.
        label: its shape, such as ``26×26×32``.
        short: what of the shape matters most: feature maps, or units.
        detail: the layer in full, with what belongs to it.
    """

    kind: BlockKind
    size: float
    sheets: int
    label: str
    short: str
    detail: str


def network_blocks(model: ModelSpec) -> tuple[Block, ...]:
    """The image, then a block for every layer that changes the shape of its input or learns.

    Activations, normalization, and dropout change no shape, so they only add to the detail of the
    block before them.
    """
    image = Block("image", 1.0, 1, "28×28", "28×28", "Image of 28×28 pixels")
    blocks, pending = [image], ""
    for report in describe(model):
        if isinstance(report.layer, layers.Flatten):
            pending = f"flatten to {layers.text(report.output)}\n"
        elif isinstance(report.layer, _SHAPING):
            blocks.append(_block(report, pending))
            pending = ""
        else:
            last = blocks[-1]
            blocks[-1] = replace(last, detail=f"{last.detail}\nthen {report.title}")
    return tuple(blocks)


_SHAPING = (
    layers.Conv, layers.Dense, layers.MaxPool, layers.AvgPool, layers.GlobalAvgPool,
)  # fmt: skip


def _block(report: LayerReport, before: str) -> Block:
    shape = report.output
    parameters = f", {counted(report.parameters, 'parameter')}" if report.parameters else ""
    detail = f"{before}{report.title}: output {layers.text(shape)}{parameters}"
    if len(shape) == 1:
        return Block("units", _column(shape[0]), 1, str(shape[0]), str(shape[0]), detail)
    kind: BlockKind = "learned" if report.parameters else "pooled"
    side, maps = shape[0] / IMAGE_SHAPE[0], shape[-1]
    return Block(kind, side, _sheets(maps), layers.text(shape), _maps(shape), detail)


def _maps(shape: Shape) -> str:
    return f"×{shape[-1]}" if shape[-1] > 1 else layers.text(shape[:2])


def _sheets(maps: int) -> int:
    """More sheets for more feature maps: 2 for up to 8, 5 from 64."""
    return min(MOST_SHEETS, max(1, round(log2(maps)) - 1)) if maps > 1 else 1


def _column(units: int) -> float:
    """The height of a column of units: 10 are a third, 256 and more the whole height."""
    return min(1.0, max(0.25, log2(units) / 10 + 0.1))
