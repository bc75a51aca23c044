"""Decimal points, commas, signs, and slashes among the strokes of a drawing.

Their shapes are those of marks in pictures, so each stroke is drawn small and compared with the
strokes next to it. A mark must be clearly apart from them, since the bar of an H is none. A slash
must extend beyond its digits at both ends: a number that is drawn has digits of different heights,
and a long 1 is far more frequent than a slash.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import dist

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_studio.data.ink.rendering import Ink, Stroke
from mnist_studio.data.pictures.boxes import Part
from mnist_studio.data.pictures.marks import Mark, mark_of

HEIGHT = 64
"""Pixels of the tallest stroke."""

_PEN = 6
"""Width of the pen in these pixels."""

MOST_STROKES = 40
"""A drawing with more strokes than this is not a number."""

_BEYOND = 0.04
"""A slash extends beyond its digits by this fraction of its height, at both ends."""

_BENT = 1.15
"""A stroke is straight if it is longer than the distance of its ends by less than this factor."""


_FLATTEST = 20
"""Where the widest stroke is this many times wider than the tallest is high, there is no digit.

Level lines and dots alone would otherwise be drawn arbitrarily large.
"""


@dataclass(frozen=True)
class InkMark:
    """Strokes that are a mark.

    Attributes:
        strokes: their indices in the drawing.
        mark: what it is.
        middle: its place from left to right, in the unit of the points.
    """

    strokes: tuple[int, ...]
    mark: Mark
    middle: float


@dataclass(frozen=True)
class _Piece:
    """Strokes that are one shape, and the pixels around them."""

    strokes: tuple[int, ...]
    part: Part


def marks_of(ink: Ink) -> tuple[InkMark, ...]:
    """The marks among the strokes of a drawing, from left to right; none if no digit is left.

    Args:
        ink: its strokes, in any unit.
    """
    drawn = [at for at, stroke in enumerate(ink) if stroke]
    if not 2 <= len(drawn) <= MOST_STROKES:
        return ()
    boxes = [_box(ink[at]) for at in drawn]
    height = max(bottom - top for _, top, _, bottom in boxes)
    if height <= max(right - left for left, _, right, _ in boxes) / _FLATTEST:
        return ()
    scale = HEIGHT / height
    pieces = [_piece(ink, strokes, scale) for strokes in _shapes(ink, drawn, scale)]
    found: dict[_Piece, Mark] = {}
    for piece in sorted(pieces, key=lambda one: max(one.part.height, one.part.width)):
        digits = [one.part for one in pieces if one is not piece and one not in found]
        mark = mark_of(piece.part, _pixels(ink, piece, scale), digits)
        if mark and (_extends if mark == "/" else _is_apart)(piece.part, digits):
            found[piece] = mark
    if len(found) == len(pieces):
        return ()
    marks = (
        InkMark(piece.strokes, mark, (piece.part.left + piece.part.right) / 2 / scale)
        for piece, mark in found.items()
    )
    return tuple(sorted(marks, key=lambda one: one.middle))


def _is_apart(mark: Part, digits: Sequence[Part]) -> bool:
    """Whether nothing is above, below, or across a mark, or touches it at its sides."""
    return all(mark.right < one.left or one.right < mark.left for one in digits)


def _extends(slash: Part, digits: Sequence[Part]) -> bool:
    beyond = _BEYOND * slash.height
    line = [one for one in digits if one.bottom > slash.top and one.top < slash.bottom]
    near = sorted(line, key=lambda one: max(one.left - slash.right, slash.left - one.right))[:2]
    return all(one.top - slash.top > beyond < slash.bottom - one.bottom for one in near)


def _shapes(ink: Ink, drawn: Sequence[int], scale: float) -> Iterator[tuple[int, ...]]:
    """Each stroke, and two straight ones that cross in their middles as one: a plus."""
    left = dict.fromkeys(drawn)
    for one, other in combinations(drawn, 2):
        if one in left and other in left and _cross(ink[one], ink[other], scale):
            del left[one], left[other]
            yield one, other
    yield from ((at,) for at in left)


def _cross(one: Stroke, other: Stroke, scale: float) -> bool:
    """Whether strokes are the lines of a plus: one level, one upright, with the same middle."""
    boxes = [_box(stroke) for stroke in (one, other)]
    level, upright = sorted(boxes, key=lambda box: box[3] - box[1])
    sides = level[2] - level[0], upright[3] - upright[1]
    if not (0 < max(sides) < 0.9 * HEIGHT / scale and min(sides) > 0.5 * max(sides)):
        return False
    if max(level[3] - level[1], upright[2] - upright[0]) > 0.35 * max(sides):
        return False
    middles = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in boxes]
    return dist(*middles) < 0.3 * max(sides) and all(map(_is_straight, (one, other)))


def _is_straight(stroke: Stroke) -> bool:
    length = sum(dist(a[:2], b[:2]) for a, b in pairwise(stroke))
    return length < _BENT * dist(stroke[0][:2], stroke[-1][:2])


def _box(stroke: Stroke) -> tuple[float, float, float, float]:
    """Its left, top, right, and bottom."""
    across, down = [point.x for point in stroke], [point.y for point in stroke]
    return min(across), min(down), max(across), max(down)


def _piece(ink: Ink, strokes: tuple[int, ...], scale: float) -> _Piece:
    boxes = np.array([_box(ink[at]) for at in strokes]) * scale
    left, top = np.floor(boxes[:, :2].min(axis=0) - _PEN / 2).astype(int).tolist()
    right, bottom = np.ceil(boxes[:, 2:].max(axis=0) + _PEN / 2).astype(int).tolist()
    return _Piece(strokes, Part(top, bottom, left, right, strokes))


def _pixels(ink: Ink, piece: _Piece, scale: float) -> NDArray[np.bool_]:
    """(height, width): the strokes of a piece in its box, drawn with a round pen."""
    part = piece.part
    image = Image.new("1", (part.width, part.height))
    draw = ImageDraw.Draw(image)
    for at in piece.strokes:
        places = [(p.x * scale - part.left, p.y * scale - part.top) for p in ink[at]]
        draw.line(places, fill=1, width=_PEN, joint="curve")
        for x, y in (places[0], places[-1]):
            draw.ellipse((x - _PEN / 2, y - _PEN / 2, x + _PEN / 2, y + _PEN / 2), fill=1)
    return np.asarray(image, dtype=bool)
