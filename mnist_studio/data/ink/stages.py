"""The stages from a drawing to the network input, as small images."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import SIDE
from mnist_studio.data.ink.rendering import (
    PEN,
    UNIT_PAD,
    WHOLE,
    Fitting,
    Ink,
    InkArea,
    arrays,
    digit_image,
)
from mnist_studio.data.ink.strokes import drawn, fitted, longer_side, moved, segments, thinned
from mnist_studio.data.pictures.normalize import BOX

LARGE = 84
"""Side of the pictures before a drawing is scaled."""

_STEP = 1.0
"""Points nearer to each other than this, in pixels of these pictures, are drawn as one."""

STEPS: tuple[tuple[str, str, Fitting], ...] = (
    ("raw", "scaled down", Fitting(box=False, mass=False, pen=False)),
    ("box", "fit to the box", Fitting(mass=False, pen=False)),
    ("mass", "centered by mass", Fitting(pen=False)),
    ("width", "MNIST's pen width", WHOLE),
)
"""Name, title and stages: what each stage adds to the one before, to measure what it is worth."""

_BOXED = "Not cropped: the whole canvas", "The smallest square around the drawing"
_SCALED = (
    f"Not scaled to the box: the whole canvas, reduced to {SIDE} pixels",
    f"Scaled until the longer side has {BOX} pixels",
)
_CENTERED = (
    "Not centered by mass: the position is unchanged",
    "Shifted so that the center of mass is in the middle",
)
_FED = (
    "Drawn with the canvas pen, reduced with the drawing: the input of every network",
    "Drawn with MNIST's pen width: the input of every network",
)


@dataclass(frozen=True)
class Stage:
    """One stage, as an image.

    Attributes:
        name: ``drawn``, ``boxed``, ``scaled``, ``centered`` or ``fed``.
        sentence: what was done.
        image: (side, side) uint8, white on black.
    """

    name: str
    sentence: str
    image: NDArray[np.uint8]


def stages(
    ink: Ink,
    fitting: Fitting = WHOLE,
    pad: InkArea = UNIT_PAD,
    pen: float = PEN,
    fed: NDArray[np.uint8] | None = None,
) -> tuple[Stage, ...]:
    """The five images; a stage that is left out shows the same image as the previous stage.

    Args:
        ink: the strokes of one digit.
        fitting: the stages that it goes through.
        pad: the canvas that it was drawn on.
        pen: width of the pen in pixels of the result.
        fed: the last image, (28, 28), if it is known already.

    Raises:
        PictureError: as ``digit_image``.
    """
    if fed is None:
        fed = digit_image(ink, pen, fitting, pad)
    centered = replace(fitting, pen=False)
    scaled = replace(centered, mass=False)
    return (
        Stage("drawn", "The canvas as you drew on it", _large(ink, pad, boxed=False)),
        Stage("boxed", _BOXED[fitting.box], _large(ink, pad, boxed=fitting.box)),
        Stage("scaled", _SCALED[fitting.box], digit_image(ink, pen, scaled, pad)),
        Stage("centered", _CENTERED[fitting.mass], digit_image(ink, pen, centered, pad)),
        Stage("fed", _FED[fitting.pen], fed),
    )


def _large(ink: Ink, pad: InkArea, boxed: bool) -> NDArray[np.uint8]:
    """The canvas, or the box around the drawing, with the pen of the canvas."""
    strokes = arrays(ink)
    if boxed:
        scale = LARGE / (longer_side(strokes) + pad.pen)
        # ``fitted`` places in the middle of 20x20.
        middle = np.full(2, (LARGE - BOX) / 2)
        lines = [moved(part, middle) for part in fitted(strokes, LARGE - pad.pen * scale)]
    else:
        scale = LARGE / pad.side
        corner = np.array([pad.left, pad.top])
        lines = [moved(stroke, -scale * corner, scale) for stroke in strokes]
    levels = drawn(segments(thinned(lines, _STEP)), pad.pen * scale, LARGE)
    return np.asarray(np.rint(levels * 255), dtype=np.uint8)
