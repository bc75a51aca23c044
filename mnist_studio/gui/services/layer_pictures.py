"""The output and the kernel of each layer as pictures. No Qt."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from mnist_studio.explanation.explainer import ExplanationUpdate, PartResult
from mnist_studio.explanation.parts import Layers, LayerView
from mnist_studio.gui.services.array_layout import Layout, layout_of
from mnist_studio.spec.layers import text


@dataclass(frozen=True, eq=False)
class LayerPicture:
    """The pictures of a layer.

    Attributes:
        name: such as ``conv1``.
        title: with the shape of the output.
        output: for the image.
        kernel: as learned; None if it has none.
        mark: checksum of the kernel, to notice changes.
    """

    name: str
    title: str
    output: Layout
    kernel: Layout | None
    mark: int


@dataclass(frozen=True, eq=False)
class PicturedLayers:
    """All layers, and the framework that computed them."""

    layers: tuple[LayerPicture, ...]
    engine: str


def pictures(layers: Layers) -> tuple[LayerPicture, ...]:
    """Pictures of all layers except those that only change the shape."""
    return tuple(_picture(layer) for layer in layers.layers if not layer.name.startswith("flatten"))


def _picture(layer: LayerView) -> LayerPicture:
    title = f"{layer.name} · {layer.title} → {text(layer.output.shape)}"
    kernel = None if layer.kernel is None else layout_of(layer.kernel)
    mark = 0 if layer.kernel is None else crc32(np.ascontiguousarray(layer.kernel).data)
    return LayerPicture(layer.name, title, layout_of(layer.output), kernel, mark)


def prepared(update: ExplanationUpdate) -> ExplanationUpdate | PicturedLayers:
    """An update with layers as pictures, so that the window only has to draw them."""
    if isinstance(update, PartResult) and isinstance(update.value, Layers):
        return PicturedLayers(pictures(update.value), update.engine)
    return update


def scale(layout: Layout) -> str:
    """The value that the full colors represent."""
    return f"±{layout.largest:.3g}" if layout.largest else "0 everywhere"
