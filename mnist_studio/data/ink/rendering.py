"""Pen strokes as a digit image, after MNIST's own recipe.

The recipe is applied to the *points*, and only then are they drawn with a round pen: so strokes
have MNIST's width and edges whatever the size of the drawing, which no shrunk bitmap would have.
Points can be placed between pixels, so the center of mass lands in the center exactly and a
drawing that grows does not jump from pixel to pixel.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import SIDE
from mnist_studio.data.ink.strokes import (
    EDGE,
    EVEN,
    Points,
    drawn,
    fitted,
    longer_side,
    moved,
    segments,
    smoothed,
    thinned,
    weighed,
)
from mnist_studio.data.pictures.normalize import BOX, CENTRE
from mnist_studio.errors import PictureError

PEN = 2.5
"""Width of the pen in pixels of the digit image.

With it 7,494 pen digits by 30 writers have the ink of MNIST's within 3 %, averaged class by class:
2.2 % less for the development writers, and 1.0 % more for the others. It was chosen on all of them.
"""

FARTHEST = 1e9
"""Larger coordinates cannot come from a canvas."""

_AT_ONCE = 500
"""Points that are read at once."""


class InkPoint(NamedTuple):
    """A point of a stroke, x to the right, y downwards; the unit does not matter.

    Attributes:
        x: place.
        y: likewise.
        time: seconds since the first point of the drawing; 0 where it is not known.
        pressure: of the pen, 0-1; 0.5 where the device has none.
    """

    x: float
    y: float
    time: float = 0.0
    pressure: float = EVEN


Stroke = tuple[InkPoint, ...]
Ink = tuple[Stroke, ...]


@dataclass(frozen=True)
class InkArea:
    """What was drawn on, in the unit of the points.

    Attributes:
        left: edge of its square.
        top: likewise.
        side: of the square.
        pen: width of its pen.
    """

    left: float
    top: float
    side: float
    pen: float


UNIT_PAD = InkArea(0.0, 0.0, 1.0, 0.072)
"""The canvas of MNIST Studio."""


@dataclass(frozen=True)
class Fitting:
    """Which stages of the recipe a drawing goes through; each can be left out.

    Attributes:
        box: its longer side is scaled to 20 pixels, in the middle; else the
            canvas is only scaled down.
        mass: it is moved so that its center of mass is the center.
        pen: it is drawn with a pen of MNIST's width; else that of the canvas is scaled.
    """

    box: bool = True
    mass: bool = True
    pen: bool = True


WHOLE = Fitting()


def digit_image(
    ink: Ink, pen: float = PEN, fitting: Fitting = WHOLE, pad: InkArea = UNIT_PAD
) -> NDArray[np.uint8]:
    """The digit image of a drawing.

    Args:
        ink: its strokes; where and how large they are does not matter, unless a stage is left out.
        pen: width of the pen in pixels of the result.
        fitting: the stages that it goes through.
        pad: the canvas that it was drawn on; used only if a stage is left out.

    Returns:
        (28, 28) uint8, white on black; all black only if it is outside the canvas and stays there.

    Raises:
        PictureError: nothing was drawn, or a coordinate is not a usable number.
    """
    strokes = arrays(ink)
    if not fitting.pen:
        pen = _scaled_pen(strokes, fitting, pad)
    rim = (pen + EDGE - 1) / 2
    if fitting.box:
        side, lines = BOX, segments(thinned(_boxed(strokes, BOX - 2 * rim)))
    else:
        side, lines = SIDE, segments(thinned(_shrunk(strokes, pad)))
    shift = _shift(lines, pen, rim, side) if fitting.mass else np.full(2, (SIDE - side) / 2)
    levels = drawn(moved(lines, shift), pen, SIDE)
    return np.asarray(np.rint(levels * (255 / max(levels.max(), 1e-6))), dtype=np.uint8)


def arrays(ink: Ink) -> list[Points]:
    """Strokes as arrays (n, 3): x, y and how much wider than the pen.

    A pen that is pressed evenly, however hard, is as wide as it is.

    Raises:
        PictureError: nothing was drawn, or a coordinate is not a usable number.
    """
    strokes = [_array(stroke) for stroke in ink if stroke]
    if not strokes:
        raise PictureError("The canvas is empty.", "Draw a digit on it.")
    if not all((np.abs(stroke[:, :2]) <= FARTHEST).all() for stroke in strokes):
        raise PictureError(
            "A point of the drawing is outside the canvas.", "Clear the canvas and draw again."
        )
    return weighed(strokes)


def _array(stroke: Stroke) -> Points:
    """(n, 3): x, y, pressure; in parts, since no other thread runs while Python's are read."""
    parts = [stroke[at : at + _AT_ONCE] for at in range(0, len(stroke), _AT_ONCE)]
    table = np.concatenate([np.array(part, dtype=np.float64) for part in parts])
    return np.asarray(table[:, [0, 1, 3]])


def _scaled_pen(strokes: list[Points], fitting: Fitting, pad: InkArea) -> float:
    """Width in pixels of the pen of the canvas, which shrinks with the drawing."""
    shrunk = BOX / (longer_side(strokes) + pad.pen) if fitting.box else SIDE / pad.side
    return pad.pen * shrunk


def _boxed(strokes: list[Points], extent: float) -> list[Points]:
    # Between the points a curve may leave the box, so it is fitted again.
    return fitted([smoothed(stroke) for stroke in fitted(strokes, extent)], extent)


def _shrunk(strokes: list[Points], pad: InkArea) -> list[Points]:
    """Scales from the square of the canvas to 28x28."""
    scale = SIDE / pad.side
    shift = -scale * np.array([pad.left, pad.top])
    return [smoothed(moved(stroke, shift, scale)) for stroke in strokes]


def _shift(lines: Points, pen: float, rim: float, side: int) -> Points:
    """(2,): from a square of ``side`` to where the mass is centered, but never off the frame."""
    mass = drawn(lines, pen, side)
    if not mass.any():
        return np.full(2, (SIDE - side) / 2)
    pixels = np.arange(side, dtype=np.float32)
    center = np.array([mass.sum(axis=0) @ pixels, mass.sum(axis=1) @ pixels]) / mass.sum()
    places = lines[..., :2]
    low, high = places.min(axis=(0, 1)) - rim, places.max(axis=(0, 1)) + rim
    if (high - low > SIDE).any():
        return np.asarray(CENTRE - center)
    return np.asarray(np.clip(CENTRE - center, -low, SIDE - high))
