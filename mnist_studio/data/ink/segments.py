"""Which strokes of a drawing are one digit: several digits side by side are read as a number.

Strokes above each other are one digit. Strokes with a wide horizontal gap, relative to their
height, are two. A novelty score decides the cases in between: a 4 of two strokes is less novel than
either stroke, but two digits together are more novel than each alone. Where the pieces differ in
height, as a body and its bar do, the difference of the scores must be larger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from mnist_studio.data.ink.marks import marks_of
from mnist_studio.data.ink.rendering import Ink, Stroke
from mnist_studio.data.pictures.components import DIGIT

GAP = 0.15
"""Of the taller neighbor's height: a gap of at least this size separates two digits.

Of 7,494 pen digits by 30 writers 2 have a wider gap inside.
"""

OVERLAP = 0.15
"""Likewise: pieces that overlap horizontally by more than this are one digit."""

ALIKE = 0.8
"""Neighbors are pieces of like height from this ratio on."""

SURE, SURER = 0.05, 0.2
"""How much more novel two digits are together than alone: of similar height, and not."""

MOST = 12
"""A drawing with more parts than this is not a number and is not split."""

Judge = Callable[[Sequence[Ink]], Sequence[float]]
"""Novelty scores of drawings, on a scale where digits differ from others by some tenths."""


@dataclass(frozen=True)
class _Part:
    """Strokes that belong together, and the box around them."""

    strokes: tuple[int, ...]
    left: float
    right: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


def number(ink: Ink, judge: Judge | None = None) -> tuple[tuple[Ink, ...], str]:
    """The digits of a drawing, and the marks between them.

    Args:
        ink: its strokes, in any unit.
        judge: as for ``digits``.

    Returns:
        The digits from left to right, and ``DIGIT`` for each of them with the marks between them.
    """
    marks = marks_of(ink)
    if not marks:
        parts = digits(ink, judge)
        return parts, DIGIT * len(parts)
    used = {at for mark in marks for at in mark.strokes}
    parts = digits(tuple(one for at, one in enumerate(ink) if at not in used), judge)
    places = [(_middle(part), DIGIT) for part in parts]
    places += [(one.middle, one.mark) for one in marks]
    return parts, "".join(text for _, text in sorted(places, key=itemgetter(0)))


def _middle(ink: Ink) -> float:
    across = [point.x for stroke in ink for point in stroke]
    return (min(across) + max(across)) / 2


def digits(ink: Ink, judge: Judge | None = None) -> tuple[Ink, ...]:
    """The digits of a drawing from left to right; the drawing itself where it is one.

    Args:
        ink: its strokes, in any unit.
        judge: gives novelty scores for narrow gaps; without it they separate nothing.
    """
    drawn = [(place, stroke) for place, stroke in enumerate(ink) if stroke]
    if len(drawn) < 2:
        return (ink,)
    parts = sorted((_part(*one) for one in drawn), key=lambda part: part.left)
    found = parts[:1]
    for part in parts[1:]:
        if _parted(ink, found[-1], part, judge):
            found.append(part)
        else:
            found[-1] = _both(found[-1], part)
    if not 1 < len(found) <= MOST:
        return (ink,)
    return tuple(_strokes(ink, part) for part in found)


def _parted(ink: Ink, one: _Part, other: _Part, judge: Judge | None) -> bool:
    """Whether two neighbors are two digits."""
    heights = sorted((one.height, other.height))
    gap = (other.left - one.right) / max(heights[1], 1e-12)
    if judge is None or not -OVERLAP < gap <= GAP:
        return gap > GAP
    both = _both(one, other)
    together, *alone = judge([_strokes(ink, part) for part in (both, one, other)])
    return together > max(alone) + (SURE if heights[0] >= ALIKE * heights[1] else SURER)


def _part(place: int, stroke: Stroke) -> _Part:
    # 10,000 points take a millisecond; to make an array of them takes many.
    across, down = (list(map(itemgetter(axis), stroke)) for axis in (0, 1))
    return _Part((place,), min(across), max(across), min(down), max(down))


def _both(one: _Part, other: _Part) -> _Part:
    return _Part(
        tuple(sorted(one.strokes + other.strokes)),
        min(one.left, other.left),
        max(one.right, other.right),
        min(one.top, other.top),
        max(one.bottom, other.bottom),
    )


def _strokes(ink: Ink, part: _Part) -> Ink:
    return tuple(ink[place] for place in part.strokes)
