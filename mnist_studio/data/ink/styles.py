"""How people write digits: styles of different countries and schools, as generated pen strokes.

A style is a digit as it is taught or often written somewhere. It has strokes, in their order, as
points that a smooth curve passes through, and most styles have two extremes, such as a short and a
long flag. A sample is anywhere between them. It then gets its own errors of every point, and its
own proportions, slant, rotation, tremor, and pen width. Its image is drawn like a drawing on the
canvas, by ``rendering.digit_image``.

The shapes are our own. They follow descriptions of handwriting education and of regional variants:

* Zaner-Bloser and D'Nealian, United States: bare 1, open and closed 4, plain 7, 9 with a straight
  stem;
* Lateinische Ausgangsschrift and Grundschrift, Germany; Österreichische Schulschrift, Austria;
  Basisschrift, Switzerland: 1 with a long flag, barred 7, 4 of two strokes, 9 with a curved tail;
* copybooks with Seyès ruling, France: looped 2, 1 with a flag, barred 7, curled 9;
* block letters of engineers (ISO 3098) and programmers: slashed zero, 1 with a foot, flat 3.

No shape was fitted to the strokes of a writer.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.data.ink.rendering import PEN, Ink, InkPoint, digit_image
from mnist_studio.data.ink.strokes import Points, smooth
from mnist_studio.data.pipeline.randomness import Purpose, generator

Place = tuple[float, float]
Line = tuple[Place, ...]
"""Points of one smooth line. A stroke of several lines has corners where they meet."""

Shape = tuple[tuple[Line, ...], ...]
"""Strokes; each is one line or several. In a box of height 1, x to the right and y downward."""


@dataclass(frozen=True)
class WritingStyle:
    """A way to write a digit.

    Attributes:
        name: its id, such as ``1-flag``.
        label: the digit, 0-9.
        title: readable, such as “1 with a flag”.
        one: a shape.
        other: the other extreme, with the same number of points.
    """

    name: str
    label: int
    title: str
    one: Shape
    other: Shape


def _arc(center: Place, radii: Place, start: float, end: float, count: int = 9) -> Line:
    """Points of an arc; angles in degrees from the right, clockwise on the screen."""
    angles = [radians(start + (end - start) * part / (count - 1)) for part in range(count)]
    return tuple(
        (center[0] + radii[0] * cos(angle), center[1] + radii[1] * sin(angle)) for angle in angles
    )


def _style(name: str, title: str, one: Shape, other: Shape | None = None) -> WritingStyle:
    return WritingStyle(name, int(name[0]), title, one, other or one)


def _oval(width: float, start: float, turn: float) -> Line:
    return _arc((width / 2, 0.5), (width / 2, 0.5), start, start + turn, 13)


STYLES: tuple[WritingStyle, ...] = (
    _style("0-oval", "0 as an oval",
        ((_oval(0.55, -80, -365),),),
        ((_oval(0.8, -110, -335),),)),
    _style("0-loop", "0 with crossing ends",
        ((((0.42, 0.02), *_oval(0.6, -110, -330), (0.52, 0.0)),),),
        ((((0.6, -0.05), *_oval(0.7, -120, -350), (0.2, 0.12)),),)),
    _style("0-slash", "0 with a slash",
        ((_oval(0.6, -80, -360),), (((0.55, 0.1), (0.05, 0.9)),)),
        ((_oval(0.7, -80, -360),), (((0.78, -0.06), (-0.08, 1.06)),))),
    _style("1-bare", "1 as a bar",
        ((((0.0, 0.0), (0.0, 0.5), (0.0, 1.0)),),),
        ((((0.18, 0.0), (0.1, 0.5), (0.0, 1.0)),),)),
    _style("1-flag", "1 with a flag",
        ((((0.0, 0.22), (0.11, 0.13), (0.22, 0.0)), ((0.22, 0.0), (0.22, 0.5), (0.22, 1.0))),),
        ((((0.0, 0.62), (0.24, 0.36), (0.46, 0.0)), ((0.46, 0.0), (0.46, 0.5), (0.46, 1.0))),)),
    _style("1-foot", "1 with a flag and a foot",
        ((((0.08, 0.2), (0.19, 0.12), (0.3, 0.0)), ((0.3, 0.0), (0.3, 0.5), (0.3, 1.0))),
         (((0.05, 1.0), (0.3, 1.0), (0.55, 1.0)),)),
        ((((0.0, 0.4), (0.18, 0.22), (0.36, 0.0)), ((0.36, 0.0), (0.36, 0.5), (0.36, 1.0))),
         (((0.0, 1.02), (0.36, 1.0), (0.72, 0.99)),))),
    _style("2-plain", "2 with a corner",
        (((*_arc((0.3, 0.26), (0.29, 0.26), -165, 25, 7), (0.3, 0.72), (0.0, 1.0)),
          ((0.0, 1.0), (0.3, 1.0), (0.62, 1.0))),),
        (((*_arc((0.32, 0.28), (0.34, 0.28), -185, 40, 7), (0.26, 0.78), (0.02, 0.99)),
          ((0.02, 0.99), (0.36, 1.01), (0.72, 0.94))),)),
    _style("2-loop", "2 with a loop",
        (((*_arc((0.3, 0.25), (0.28, 0.25), -170, 30, 7), (0.36, 0.72), (0.12, 0.97),
           (0.0, 0.88), (0.14, 0.8), (0.34, 0.95), (0.64, 0.95)),),),
        (((*_arc((0.32, 0.22), (0.32, 0.22), -190, 40, 7), (0.4, 0.66), (0.14, 0.99),
           (-0.06, 0.86), (0.14, 0.7), (0.42, 0.97), (0.82, 0.84)),),)),
    _style("3-round", "3 with two bows",
        (((*_arc((0.24, 0.25), (0.26, 0.25), -150, 90, 7),),
          (*_arc((0.24, 0.74), (0.3, 0.26), -90, 155, 8),)),),
        (((*_arc((0.24, 0.22), (0.3, 0.22), -170, 70, 7),),
          (*_arc((0.26, 0.7), (0.36, 0.3), -80, 170, 8),)),)),
    _style("3-flat", "3 with a flat top",
        ((((0.02, 0.0), (0.28, 0.0), (0.52, 0.0)), ((0.52, 0.0), (0.38, 0.2), (0.22, 0.4)),
          (*_arc((0.22, 0.7), (0.32, 0.3), -85, 155, 8),)),),
        ((((0.0, 0.05), (0.3, 0.02), (0.62, 0.0)), ((0.62, 0.0), (0.42, 0.22), (0.24, 0.42)),
          (*_arc((0.24, 0.7), (0.36, 0.29), -80, 170, 8),)),)),
    _style("4-open", "4, open and straight",
        ((((0.08, 0.0), (0.06, 0.3), (0.0, 0.62)), ((0.0, 0.62), (0.3, 0.62), (0.62, 0.6))),
         (((0.46, 0.05), (0.46, 0.5), (0.44, 1.0)),)),
        ((((0.26, 0.0), (0.14, 0.3), (0.0, 0.58)), ((0.0, 0.58), (0.34, 0.6), (0.74, 0.58))),
         (((0.52, 0.3), (0.47, 0.62), (0.42, 1.0)),))),
    _style("4-round", "4, open and round",
        ((((0.06, 0.0), (0.02, 0.36), (0.12, 0.54), (0.3, 0.55), (0.5, 0.48)),),
         (((0.52, 0.0), (0.51, 0.5), (0.5, 1.0)),)),
        ((((0.02, 0.06), (0.0, 0.4), (0.18, 0.6), (0.4, 0.52), (0.6, 0.3)),),
         (((0.62, 0.0), (0.57, 0.5), (0.52, 1.0)),))),
    _style("4-closed", "4 with a pointed top",
        ((((0.48, 0.0), (0.24, 0.34), (0.0, 0.66)), ((0.0, 0.66), (0.32, 0.66), (0.68, 0.66))),
         (((0.48, 0.0), (0.48, 0.5), (0.48, 1.0)),)),
        ((((0.56, 0.0), (0.26, 0.28), (0.0, 0.58)), ((0.0, 0.58), (0.36, 0.6), (0.78, 0.58))),
         (((0.56, 0.0), (0.54, 0.5), (0.5, 1.0)),))),
    _style("4-flag", "4 with a short cross stroke",
        ((((0.36, 0.0), (0.18, 0.32), (0.0, 0.64)), ((0.0, 0.64), (0.3, 0.64), (0.62, 0.64))),
         (((0.42, 0.42), (0.41, 0.7), (0.4, 1.0)),)),
        ((((0.44, 0.0), (0.22, 0.3), (0.0, 0.6)), ((0.0, 0.6), (0.36, 0.62), (0.76, 0.56))),
         (((0.48, 0.34), (0.44, 0.68), (0.36, 1.0)),))),
    _style("5-one", "5 of one stroke",
        ((((0.56, 0.0), (0.32, 0.0), (0.1, 0.0)), ((0.1, 0.0), (0.08, 0.2), (0.06, 0.42)),
          (*_arc((0.24, 0.68), (0.32, 0.3), -125, 150, 9),)),),
        ((((0.66, 0.02), (0.4, 0.03), (0.16, 0.04)), ((0.16, 0.04), (0.1, 0.24), (0.04, 0.46)),
          (*_arc((0.22, 0.7), (0.34, 0.28), -120, 165, 9),)),)),
    _style("5-two", "5 of two strokes",
        ((((0.1, 0.02), (0.08, 0.22), (0.06, 0.42)),
          (*_arc((0.24, 0.68), (0.32, 0.3), -125, 150, 9),)),
         (((0.1, 0.0), (0.34, 0.0), (0.58, 0.0)),)),
        ((((0.14, 0.06), (0.1, 0.26), (0.05, 0.46)),
          (*_arc((0.22, 0.71), (0.32, 0.28), -120, 165, 9),)),
         (((0.22, 0.04), (0.48, -0.01), (0.76, -0.06)),))),
    _style("6-straight", "6 with a straight stem",
        ((((0.4, 0.0), (0.18, 0.3), (0.03, 0.62),
            *_arc((0.28, 0.72), (0.26, 0.27), 150, -190, 10)),),),
        ((((0.56, 0.0), (0.26, 0.3), (0.04, 0.6),
            *_arc((0.28, 0.74), (0.26, 0.25), 160, -200, 10)),),)),
    _style("6-curved", "6 with a curved stem",
        ((((0.5, 0.04), (0.3, 0.06), (0.08, 0.32), (0.0, 0.66),
           *_arc((0.27, 0.72), (0.27, 0.27), 140, -180, 10)),),),
        ((((0.62, 0.14), (0.36, 0.0), (0.08, 0.3), (0.0, 0.64),
           *_arc((0.29, 0.7), (0.29, 0.29), 140, -200, 10)),),)),
    _style("7-plain", "7 of one stroke",
        ((((0.0, 0.0), (0.3, 0.0), (0.6, 0.0)), ((0.6, 0.0), (0.38, 0.46), (0.24, 1.0))),),
        ((((0.0, 0.06), (0.34, 0.02), (0.7, 0.0)), ((0.7, 0.0), (0.36, 0.44), (0.14, 1.0))),)),
    _style("7-bar", "7 with a bar",
        ((((0.0, 0.0), (0.3, 0.0), (0.6, 0.0)), ((0.6, 0.0), (0.4, 0.46), (0.26, 1.0))),
         (((0.16, 0.5), (0.38, 0.49), (0.6, 0.48)),)),
        ((((0.0, 0.06), (0.34, 0.03), (0.68, 0.0)), ((0.68, 0.0), (0.4, 0.44), (0.18, 1.0))),
         (((0.04, 0.56), (0.38, 0.5), (0.72, 0.44)),))),
    _style("7-serif", "7 with a serif",
        ((((0.02, 0.16), (0.02, 0.08), (0.03, 0.0)), ((0.03, 0.0), (0.3, 0.02), (0.6, 0.0)),
          ((0.6, 0.0), (0.4, 0.46), (0.3, 1.0))),),
        ((((0.0, 0.26), (0.03, 0.14), (0.06, 0.03)), ((0.06, 0.03), (0.34, 0.08), (0.68, 0.0)),
          ((0.68, 0.0), (0.4, 0.44), (0.2, 1.0))),)),
    _style("7-serif-bar", "7 with a serif and a bar",
        ((((0.02, 0.16), (0.02, 0.08), (0.03, 0.0)), ((0.03, 0.0), (0.3, 0.02), (0.6, 0.0)),
          ((0.6, 0.0), (0.4, 0.46), (0.3, 1.0))), (((0.18, 0.52), (0.38, 0.5), (0.6, 0.5)),)),
        ((((0.0, 0.26), (0.03, 0.14), (0.06, 0.03)), ((0.06, 0.03), (0.34, 0.08), (0.68, 0.0)),
          ((0.68, 0.0), (0.4, 0.44), (0.2, 1.0))), (((0.06, 0.56), (0.38, 0.5), (0.72, 0.46)),))),
    _style("8-one", "8 of one stroke",
        ((((0.46, 0.14), *_arc((0.26, 0.24), (0.22, 0.23), -50, -200, 6), (0.26, 0.48),
           *_arc((0.26, 0.74), (0.27, 0.26), -40, 215, 9), (0.28, 0.47), (0.44, 0.3),
           (0.46, 0.14)),),),
        ((((0.54, 0.1), *_arc((0.28, 0.22), (0.24, 0.22), -60, -200, 6), (0.3, 0.46),
           *_arc((0.24, 0.74), (0.28, 0.26), -40, 215, 9), (0.26, 0.5), (0.46, 0.32),
           (0.62, 0.02)),),)),
    _style("8-two", "8 as two circles",
        ((_arc((0.26, 0.23), (0.21, 0.23), -90, -455, 11),),
         (_arc((0.26, 0.73), (0.26, 0.27), -90, 275, 11),)),
        ((_arc((0.28, 0.24), (0.24, 0.24), -60, -430, 11),),
         (_arc((0.26, 0.74), (0.25, 0.27), -110, 260, 11),))),
    _style("9-straight", "9 with a straight stem",
        (((*_arc((0.24, 0.27), (0.24, 0.26), -20, -370, 11), (0.47, 0.06)),
          ((0.47, 0.06), (0.47, 0.5), (0.46, 1.0))),),
        (((*_arc((0.28, 0.26), (0.27, 0.26), -30, -380, 11), (0.54, 0.1)),
          ((0.54, 0.1), (0.46, 0.52), (0.36, 1.0))),)),
    _style("9-curved", "9 with a curved tail",
        (((
            *_arc((0.26, 0.28), (0.25, 0.27), -20, -375, 11),
            (0.5, 0.5), (0.4, 0.82), (0.12, 1.0)),),),
        (((
            *_arc((0.3, 0.27), (0.28, 0.27), -35, -385, 11),
            (0.54, 0.56), (0.38, 0.9), (0.0, 0.98)),),)),
    _style("9-curled", "9 with a curled tail",
        (((
            *_arc((0.28, 0.26), (0.25, 0.26), -20, -375, 11),
            (0.53, 0.56), (0.46, 0.88), (0.22, 1.0),
           (0.02, 0.84)),),),
        (((*_arc((0.3, 0.24), (0.27, 0.24), -30, -385, 11), (0.6, 0.58), (0.5, 0.92), (0.2, 1.0),
           (-0.06, 0.74)),),)),
)  # fmt: skip
"""All styles, ordered by digit."""

_ERROR = 0.022
"""Standard deviation of every point, as a fraction of the height."""
_TREMOR = 0.007
_WIDTH, _SLANT, _ROTATION, _PEN = 0.16, 9.0, 4.0, 0.16
"""Standard deviations: logarithm of the width, degrees, degrees, and logarithm of the pen width."""
_LEAN = 6.0
"""Degrees by which the average writer's digits lean to the right."""


def sample(style: WritingStyle, random: np.random.Generator) -> Ink:
    """A digit as somebody who has learned this style writes it.

    Args:
        style: of writing.
        random: all numbers of the sample come from it.

    Returns:
        Strokes in a box of about height 1.
    """
    part = random.uniform()
    frame = _frame(random)
    strokes = []
    for one, other in zip(style.one, style.other, strict=True):
        lines = [
            (1 - part) * np.array(a) + part * np.array(b) for a, b in zip(one, other, strict=True)
        ]
        strokes.append(_written(lines, frame, random))
    return tuple(strokes)


def image(style: WritingStyle, random: np.random.Generator) -> NDArray[np.uint8]:
    """A sample as a (28, 28) uint8 image, white on black, with a pen of its own width."""
    ink = sample(style, random)
    return digit_image(ink, PEN * float(np.exp(random.normal(0, _PEN))))


def labeled_images(count: int, seed: int) -> LabeledImages:
    """Samples of all styles, with equally many of each digit and, within it, of each style.

    Args:
        count: of images; image i is the same for every larger count.
        seed: of all random numbers.
    """
    by_label = [[style for style in STYLES if style.label == label] for label in range(10)]
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for place in range(count):
        styles = by_label[place % 10]
        random = generator(seed, Purpose.HANDWRITING, place)
        images[place] = image(styles[place // 10 % len(styles)], random)
    return LabeledImages(images, (np.arange(count) % 10).astype(np.uint8))


def _frame(random: np.random.Generator) -> NDArray[np.float64]:
    """(2, 2): width, slant, and rotation of a sample, applied to columns of points."""
    width = np.exp(random.normal(0, _WIDTH))
    lean, turn = tan(radians(random.normal(_LEAN, _SLANT))), radians(random.normal(0, _ROTATION))
    shape = np.array([[width, -lean], [0.0, 1.0]])
    turned = np.array([[cos(turn), -sin(turn)], [sin(turn), cos(turn)]])
    return np.asarray(turned @ shape, np.float64)


def _written(
    lines: list[Points], frame: NDArray[np.float64], random: np.random.Generator
) -> tuple[InkPoint, ...]:
    """A stroke: its lines with errors, smooth and joined."""
    moved = [line + random.normal(0, _ERROR, line.shape) for line in lines]
    for before, after in pairwise(moved):
        after[0] = before[-1]
    points = np.vstack([smooth(line) for line in moved])
    points = points @ frame.T + _tremor(len(points), random)
    return tuple(InkPoint(float(x), float(y)) for x, y in points)


def _tremor(count: int, random: np.random.Generator) -> Points:
    """(count, 2): a slow wave along a stroke, with random frequency and phase for each axis."""
    way = np.linspace(0, 2 * pi, count)[:, None]
    return np.asarray(
        _TREMOR * np.sin(random.uniform(2, 6, 2) * way + random.uniform(0, 2 * pi, 2))
    )
