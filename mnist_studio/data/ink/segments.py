"""Which strokes of a drawing are one digit: several digits side by side are read as a number.

Strokes are one digit where they stand above each other, and two where the paper between them is
blank for a good part of their height. What is between these is asked of a judge, who says how
strange a drawing is: a 4 of two strokes is less strange than either of them, two digits together
are stranger than each alone. Where the pieces differ in height, as a body and its bar do, the judge
must be surer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from mnist_studio.data.ink.rendering import Ink, Stroke

GAP = 0.15
"""Of the taller neighbor's height: from here on it parts two digits.

Of 7,494 pen digits by 30 writers 2 have a wider gap inside.
"""

OVERLAP = 0.15
"""Likewise: pieces that stand above each other by more than this are one digit."""

ALIKE = 0.8
"""Neighbors are pieces of like height from this ratio on."""

SURE, SURER = 0.05, 0.2
"""Two digits are stranger together by this than the stranger alone: of like height, and not."""

MOST = 12
"""A drawing of more parts than this is no number: it is left whole."""

Judge = Callable[[Sequence[Ink]], Sequence[float]]
"""How strange drawings are, on any scale on which digits differ from others by some tenths."""


@dataclass(frozen=True)
class _Part:
    """Strokes beside each other, and the box around them."""

    strokes: tuple[int, ...]
    left: float
    right: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


def digits(ink: Ink, judge: Judge | None = None) -> tuple[Ink, ...]:
    """The digits of a drawing from left to right; the drawing itself where it is one.

    Args:
        ink: its strokes, in any unit.
        judge: decides narrow gaps; without one they part nothing.
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
