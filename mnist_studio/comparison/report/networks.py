"""Networks drawn by matplotlib, for PDF pages and PNG files. Imported in child processes only."""

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure, FigureBase
from matplotlib.patches import Polygon, Rectangle

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
from mnist_studio.comparison.report.messages import NETWORK_WIDTH
from mnist_studio.comparison.report.style import STYLE
from mnist_studio.formatting import printable
from mnist_studio.palette import LIGHT
from mnist_studio.spec.model import ModelSpec

PIXELS_PER_INCH = 96.0
"""Of the lengths of a picture, so that its text has a usual size."""

HEAD = 0.5
"""Inches for the title and the summary of a file."""


def picture(model: ModelSpec, title: str, kind: Kind) -> bytes:
    """A network as the content of a picture file."""
    layout = network_layout(model, NETWORK_WIDTH)
    title = printable(title)
    width = max(layout.width / PIXELS_PER_INCH, 0.09 * len(layout.summary), 0.12 * len(title))
    height = layout.height / PIXELS_PER_INCH + HEAD
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        figure.text(0.12 / width, 1 - 0.1 / height, title, fontsize=11, fontweight="bold", va="top")
        figure.text(
            0.12 / width, 1 - 0.3 / height, layout.summary,
            fontsize=8, color=LIGHT.secondary, va="top",
        )  # fmt: skip
        share = (layout.width / PIXELS_PER_INCH / width, 1 - HEAD / height)
        _draw(figure.add_axes((0, 0, *share)), layout, PIXELS_PER_INCH)
        return charts.saved(figure, kind)


def paint(figure: FigureBase, layout: NetworkLayout, inches: float, room: float) -> None:
    """Draws a network at the left of a part of a page.

    Args:
        figure: as high as the picture.
        layout: of the network.
        inches: the width of the picture.
        room: the width of the figure in inches.
    """
    axes = figure.add_axes((0, 0, inches / room, 1))
    _draw(axes, layout, layout.width / inches)


def _draw(axes: Axes, layout: NetworkLayout, per_inch: float) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, layout.width)
    axes.set_ylim(layout.height, 0)
    for block in layout.blocks:
        _block(axes, block)
    for link in layout.links:
        _link(axes, link)
    for block in layout.blocks:
        for text in block.texts:
            _text(axes, text, TEXT_SIZE * 72 / per_inch)


def _block(axes: Axes, block: LayerBlock) -> None:
    colors = block_colors(LIGHT, block.role)
    fills = {"front": colors.front, "top": colors.top, "side": colors.side}
    for face in block.faces:
        axes.add_patch(
            Polygon(
                face.points, facecolor=fills[face.side], edgecolor=colors.border, linewidth=0.7,
                joinstyle="round",
            )
        )  # fmt: skip


def _link(axes: Axes, link: Link) -> None:
    axes.add_collection(LineCollection(link.lines, colors=LIGHT.secondary, linewidths=0.5))
    if window := link.window:
        axes.add_patch(
            Rectangle(
                (window.left, window.top), window.width, window.height,
                fill=False, edgecolor=LIGHT.text, linewidth=0.7,
            )
        )  # fmt: skip


def _text(axes: Axes, text: PlacedText, size: float) -> None:
    axes.text(
        text.x,
        text.baseline,
        text.text,
        fontsize=size,
        ha="center",
        va="baseline",
        color=LIGHT.secondary if text.style == "figure" else LIGHT.text,
        fontweight="bold" if text.style == "name" else "normal",
    )
