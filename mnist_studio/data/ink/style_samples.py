"""Digits as people who have learned a style write them: ``styles`` with everything that varies.

A writer has a slant, a width, a pen, and a hand: how shaky, how fast, and how careless it is. A
sample has its own proportions besides, errors of every point, and ends that are too short, too
long, or hooked. Its image is drawn like a drawing on the canvas, by ``rendering.digit_image``.

Seeded and elementwise, so that all frameworks and machines train on the same images. Only the last
digit of a sine may differ, which hardly ever moves a level of gray.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.data.ink.rendering import PEN, Ink, InkPoint, digit_image
from mnist_studio.data.ink.strokes import Points, smooth
from mnist_studio.data.ink.styles import STYLES, Line, WritingStyle
from mnist_studio.data.pipeline.randomness import Purpose, generator
from mnist_studio.spec.run import DIGITS

VERSION = 4
"""Of the generator: rises with every change of its images, so that no stored image is reused."""

OF_A_WRITER = 50
"""Consecutive images that one writer has written."""

_POINT, _FIELD, _ENDS = 0.016, 0.025, 0.05
"""Standard deviations, as fractions of the height: of every point, of a smooth displacement of the
whole digit, and of the length of a stroke at each end."""
_OFFSET, _TURN, _SIZE = 0.025, 4.0, 0.06
"""Of a second stroke: fraction of the height, degrees, and logarithm of its size."""
_HOOK = 0.15
"""Fraction of the ends of strokes that are hooked."""
_BEYOND = 0.2
"""How far a sample goes beyond the extremes of its style, as a fraction of their distance."""
_STEP = 0.02
"""Distance of the points of a stroke, as a fraction of its height, before it is written fast."""


@dataclass(frozen=True)
class Hand:
    """How a writer writes.

    Attributes:
        lean: degrees by which the digits lean to the right.
        turn: degrees by which the line of writing rises.
        width: of the digits, as a factor.
        pen: width of the pen in pixels of the image.
        tremor: of the hand, as a fraction of the height.
        haste: length over which strokes are averaged, as a fraction of the height: corners become
            round and curls small.
        spacing: distance of the points that a slow device reports, as a fraction of the height.
        care: factor of all errors of a sample.
    """

    lean: float
    turn: float
    width: float
    pen: float
    tremor: float
    haste: float
    spacing: float
    care: float


def hand(random: np.random.Generator) -> Hand:
    """Draws a writer."""
    return Hand(
        lean=random.normal(7, 9), turn=random.normal(0, 4),
        width=float(np.exp(random.normal(0, 0.16))),
        pen=PEN * float(np.exp(random.normal(0, 0.1))),
        tremor=0.005 * float(np.exp(random.normal(0, 0.7))),
        haste=float(random.uniform(0, 0.12)) * float(random.uniform() < 0.7),
        spacing=float(np.exp(random.uniform(np.log(0.02), np.log(0.16)))),
        care=float(np.exp(random.normal(0, 0.3))),
    )  # fmt: skip


def sample(style: WritingStyle, writer: Hand, random: np.random.Generator) -> Ink:
    """A digit as a writer who has learned this style writes it.

    Args:
        style: of writing.
        writer: whose slant, width, and errors it has.
        random: all other numbers of the sample come from it.

    Returns:
        Strokes in a box of about height 1.
    """
    warp = _Warp.drawn(writer, random)
    rounded = random.uniform() < 0.3
    strokes = []
    for place, lines in enumerate(_between(style, random)):
        moved = [warp.applied(line) for line in lines]
        if place:
            moved = _misplaced(moved, writer.care, random)
        strokes.append(_written(moved, writer, rounded, random))
    return tuple(strokes)


def image(
    style: WritingStyle, random: np.random.Generator, writer: Hand | None = None
) -> NDArray[np.uint8]:
    """A sample as a (28, 28) uint8 image, white on black.

    Args:
        style: of writing.
        random: all numbers of the sample come from it.
        writer: of the sample; by default somebody new.
    """
    writer = writer or hand(random)
    ink = sample(style, writer, random)
    return digit_image(ink, writer.pen * float(np.exp(random.normal(0, 0.06))))


def labeled_images(count: int, seed: int, first: int = 0) -> LabeledImages:
    """Samples of all styles, with equally many of each digit and, within it, of each style.

    Args:
        count: of images; image i is the same for every count that includes it.
        seed: of all random numbers.
        first: image to make; those before it are left out.
    """
    labels = range(len(DIGITS))
    by_label = [[style for style in STYLES if style.label == label] for label in labels]
    places = np.arange(first, count)
    images = np.empty((len(places), SIDE, SIDE), np.uint8)
    for place, into in zip(places.tolist(), images, strict=True):
        styles = by_label[place % 10]
        writer = _writer(seed, place // OF_A_WRITER)
        random = generator(seed, Purpose.HANDWRITING, place)
        into[:] = image(styles[place // 10 % len(styles)], random, writer)
    return LabeledImages(images, (places % 10).astype(np.uint8))


@lru_cache(maxsize=1)
def _writer(seed: int, number: int) -> Hand:
    return hand(generator(seed, Purpose.HANDWRITING, number, 1))


def _between(style: WritingStyle, random: np.random.Generator) -> list[list[Points]]:
    """The lines of every stroke, anywhere between the extremes; neighbors about equally far."""
    shares = random.dirichlet(np.ones(len(style.shapes)))
    strokes = []
    for variants in zip(*style.shapes, strict=True):
        lines = []
        for line in zip(*variants, strict=True):
            own = shares + random.normal(0, _BEYOND / 2, len(shares))
            own = own - (own.sum() - 1) / len(own)
            lines.append(_mixed(line, own))
        for before, after in pairwise(lines):
            after[0] = before[-1]
        strokes.append(lines)
    return strokes


def _mixed(lines: tuple[Line, ...], shares: NDArray[np.float64]) -> Points:
    mixed = sum(share * np.array(line) for share, line in zip(shares, lines, strict=True))
    return np.asarray(mixed, np.float64)


@dataclass(frozen=True)
class _Warp:
    """Proportions, slant, and a smooth displacement: the same map for all strokes of a digit.

    Attributes:
        waist: how far the middle moves down.
        taper: how much wider the bottom is than the top.
        waves: (2, 2, 4) of the displacement along x and y: two waves with amplitude, both
            frequencies, and phase.
        matrix: (2, 2) of width, slant, and rotation.
    """

    waist: float
    taper: float
    waves: NDArray[np.float64]
    matrix: NDArray[np.float64]

    @classmethod
    def drawn(cls, writer: Hand, random: np.random.Generator) -> "_Warp":
        amplitude = random.normal(0, _FIELD * writer.care, (2, 2, 1))
        waves = [amplitude, random.uniform(-5, 5, (2, 2, 2)), random.uniform(0, 2 * pi, (2, 2, 1))]
        # A narrow 7 or 8 would be a bar, which is a 1 in MNIST.
        width = float(np.clip(writer.width * np.exp(random.normal(0, 0.09)), 0.85, 1.5))
        lean = tan(radians(np.clip(writer.lean + random.normal(0, 4), -40, 50)))
        turn = radians(writer.turn + random.normal(0, 3))
        # Rotation times shear, entry by entry: a product of matrices may round differently.
        matrix = np.array(
            [
                [width * cos(turn), -lean * cos(turn) - sin(turn)],
                [width * sin(turn), -lean * sin(turn) + cos(turn)],
            ]
        )
        waist, taper = random.normal(0, 0.06), random.normal(0, 0.18)
        return cls(float(waist), float(np.clip(taper, -0.7, 0.7)), np.concatenate(waves, 2), matrix)

    def applied(self, points: Points) -> Points:
        """Points (n, 2) moved."""
        x, y = points.T
        middle = 0.28
        x = middle + (x - middle) * (1 + self.taper * (y - 0.5))
        y = y + self.waist * np.sin(pi * np.clip(y, 0, 1))
        moved = np.stack([x, y])
        for axis in range(2):
            for amplitude, across, down, phase in self.waves[axis]:
                moved[axis] += amplitude * np.sin(across * x + down * y + phase)
        (xx, xy), (yx, yy) = self.matrix
        return np.stack([xx * moved[0] + xy * moved[1], yx * moved[0] + yy * moved[1]], 1)


def _misplaced(lines: list[Points], care: float, random: np.random.Generator) -> list[Points]:
    """A stroke that begins where the one before did not lead to: shifted, turned, and resized."""
    middle = np.concatenate(lines).mean(axis=0)
    shift = random.normal(0, _OFFSET * care, 2)
    size = float(np.exp(random.normal(0, _SIZE * care)))
    turn = radians(random.normal(0, _TURN * care))
    along, across = size * cos(turn), size * sin(turn)
    moved = []
    for line in lines:
        x, y = (line - middle).T
        turned = np.stack([along * x - across * y, across * x + along * y], 1)
        moved.append(turned + middle + shift)
    return moved


def _written(
    lines: list[Points], writer: Hand, rounded: bool, random: np.random.Generator
) -> tuple[InkPoint, ...]:
    """A stroke: its lines with errors, smooth and joined, written by the hand."""
    moved = [line + random.normal(0, _POINT * writer.care, line.shape) for line in lines]
    for before, after in pairwise(moved):
        after[0] = before[-1]
    if rounded:
        moved = [np.vstack([moved[0], *(line[1:] for line in moved[1:])])]
    points = _even(np.vstack([smooth(line) for line in moved]), _STEP)
    points = _ends(points, writer.care, random)
    points = _averaged(points, writer.haste)
    points = _even(points, writer.spacing)
    points = points + _tremor(len(points), writer.tremor, random)
    return tuple(InkPoint(float(x), float(y)) for x, y in points)


def _even(points: Points, step: float) -> Points:
    """Points on the polygon through others, about ``step`` apart."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    places = np.linspace(0, way[-1], max(4, int(way[-1] / step) + 1))
    return np.stack([np.interp(places, way, column) for column in points.T], 1)


def _ends(points: Points, care: float, random: np.random.Generator) -> Points:
    """A stroke whose ends are cut, or go on straight or in a hook."""
    for _end in range(2):
        points = points[::-1]
        length = float(random.normal(0, _ENDS * care))
        bend = float(random.normal(0, 1.5)) if random.uniform() < _HOOK else 0.0
        length = abs(length) if bend else length
        count = int(abs(length) / _STEP)
        if length < 0 and 3 * count < len(points):
            points = points[: len(points) - count]
        elif count and length > 0:
            points = np.vstack([points, _extension(points, count, bend)])
    return points


def _extension(points: Points, count: int, bend: float) -> Points:
    """(count, 2): where a stroke goes on, turning by ``bend`` radians in all."""
    way = points[-1] - points[-3]
    angles = np.arctan2(way[1], way[0]) + bend * np.arange(1, count + 1) / count
    steps = _STEP * np.stack([np.cos(angles), np.sin(angles)], 1)
    return np.asarray(points[-1] + np.cumsum(steps, axis=0))


def _averaged(points: Points, length: float) -> Points:
    """A stroke that is averaged over a length: how a fast hand rounds corners. Its ends stay."""
    reach = int(length / _STEP / 2)
    if not reach:
        return points
    # Reflected at both ends, so that these stay in place.
    reach = min(reach, len(points) - 1)
    before = 2 * points[:1] - points[reach:0:-1]
    after = 2 * points[-1:] - points[-2 : -reach - 2 : -1]
    padded = np.vstack([before, points, after])
    sums = np.cumsum(np.vstack([np.zeros((1, 2)), padded]), axis=0)
    window = 2 * reach + 1
    return np.asarray((sums[window:] - sums[:-window]) / window)


def _tremor(count: int, amount: float, random: np.random.Generator) -> Points:
    """(count, 2): two waves along a stroke, with random frequencies and phases for each axis."""
    way = np.linspace(0, 2 * pi, count)[:, None]
    shake = np.zeros((count, 2))
    for low, high in ((1, 5), (4, 12)):
        shake += np.sin(random.uniform(low, high, 2) * way + random.uniform(0, 2 * pi, 2))
    return np.asarray(amount * shake)
