"""Connected ink in a picture, and which of it makes one digit."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.pictures.boxes import Part
from mnist_studio.data.pictures.marks import mark_of
from mnist_studio.data.pictures.normalize import Levels

MOST = 12
"""A picture with more digits than this is not accepted as a number."""

_SPECK = 0.4
"""Of the height of the tallest: anything smaller both ways is a speck or a dot, not a digit."""

_OVERLAP = 0.35
"""Of the width of the narrower: parts that share more of it are above each other."""

_APART = 0.45
"""Of the height of the tallest: a wider vertical gap separates two lines."""

DIGIT = "#"
"""Stands for a digit in the pattern of a number."""

_FAINTEST = 0.45
"""Of the mean level of the strongest part: fainter ones are not written."""

_MOST_MARKED = 60
"""In a picture with more parts, none is a mark: the small ones are noise."""

_MOST_RUNS = 200_000
"""A picture with more pieces than this is treated as noise."""


def digits_of(ink: Levels) -> tuple[Levels, ...]:
    """The digits of ``number_of``."""
    return number_of(ink)[0]


def number_of(ink: Levels) -> tuple[tuple[Levels, ...], str]:
    """The digits of a picture in the order of reading: line by line, from left to right.

    What is far smaller than the largest is left out unless it is a mark, and so is what reaches the
    frame, such as the edge of a table, where anything else does not.

    Args:
        ink: (h, w), 0 where there is none.

    Returns:
        For each its part of the picture with nothing else in it; all ink as one where there are
        more than ``MOST`` parts or none. And ``DIGIT`` for each with the marks between them.
    """
    numbers, parts = labeled(ink > 0)
    parts = _dark(ink, numbers, parts)
    inside = [part for part in parts if not part.touches(ink.shape)]
    large = _large(inside or parts)
    marks = _marks(numbers, inside, large)
    found = _joined([part for part in large if part not in marks])
    if not 1 <= len(found) <= MOST:
        return (ink,), DIGIT
    reading = list(_reading([*found, *marks]))
    pattern = "".join(marks.get(part, DIGIT) for part in reading)
    return tuple(_cut(ink, numbers, part) for part in reading if part not in marks), pattern


def _dark(ink: Levels, numbers: NDArray[np.int32], parts: list[Part]) -> list[Part]:
    """Without parts that are far fainter than the large ones: rests of lines, and compression."""
    if not parts:
        return parts
    size = int(numbers.max()) + 1
    sums = np.bincount(numbers.ravel(), ink.ravel().astype(np.float64), size)
    means = sums / np.maximum(np.bincount(numbers.ravel(), minlength=size), 1)
    strongest = max(float(means[part.numbers[0]]) for part in _large(parts))
    return [part for part in parts if means[part.numbers[0]] > _FAINTEST * strongest]


def _marks(numbers: NDArray[np.int32], parts: list[Part], large: list[Part]) -> dict[Part, str]:
    """Which parts are marks: any small one, and among the large ones bars and slashes."""
    if len(parts) > _MOST_MARKED:
        return {}
    found: dict[Part, str] = {}
    for part in parts:
        box = np.s_[part.top : part.bottom, part.left : part.right]
        others = [one for one in large if one != part and one not in found]
        mark = mark_of(part, numbers[box] == part.numbers[0], others)
        if mark:
            found[part] = mark
    return found


def _cut(ink: Levels, numbers: NDArray[np.int32], part: Part) -> Levels:
    box = np.s_[part.top : part.bottom, part.left : part.right]
    return np.where(np.isin(numbers[box], part.numbers), ink[box], np.float32(0))


def _large(parts: list[Part]) -> list[Part]:
    if not parts:
        return []
    least = _SPECK * max(max(part.height, part.width) for part in parts)
    return [part for part in parts if max(part.height, part.width) > least]


def _joined(parts: list[Part]) -> list[Part]:
    """Joins parts above each other, such as the two strokes of a 5."""
    tallest = max((part.height for part in parts), default=0)
    found: list[Part] = []
    for part in sorted(parts, key=lambda one: -one.height):
        near = next((one for one in found if _same(one, part, tallest)), None)
        if near is None:
            found.append(part)
        else:
            found[found.index(near)] = _both(near, part)
    return found


def _same(one: Part, other: Part, tallest: int) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    gap = max(one.top, other.top) - min(one.bottom, other.bottom)
    whole = max(one.bottom, other.bottom) - min(one.top, other.top)
    overlapping = shared > _OVERLAP * min(one.width, other.width)
    # Two digits of equal height above each other are two lines, however near they are.
    return overlapping and gap < _APART * tallest and whole < 1.6 * tallest


def _both(one: Part, other: Part) -> Part:
    return Part(
        min(one.top, other.top), max(one.bottom, other.bottom),
        min(one.left, other.left), max(one.right, other.right), one.numbers + other.numbers,
    )  # fmt: skip


def _reading(parts: list[Part]) -> Iterator[Part]:
    """Lines from the top, each from the left; a line has the middles at the height of its first."""
    left = sorted(parts, key=lambda one: one.top)
    tallest = max(part.height for part in parts)
    while left:
        # A point or a sign is no line of its own.
        first = next((one for one in left if one.height > _SPECK * tallest), left[0])
        line = [one for one in left if (one.top + one.bottom) / 2 < first.bottom + 0.15 * tallest]
        yield from sorted(line, key=lambda one: one.left)
        left = [one for one in left if one not in line]


def labeled(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], list[Part]]:
    """Connected pixels, corners included: their number at every pixel, from 1, and their boxes.

    Rows are read as runs of pixels, and runs that touch are joined (Rosenfeld & Pfaltz 1966).
    """
    numbers = np.zeros(mask.shape, np.int32)
    runs = _runs(mask)
    if len(runs) > _MOST_RUNS:
        return numbers, []
    roots = list(range(len(runs)))
    _join_touching(runs, roots)
    boxes: dict[int, Part] = {}
    for at, (row, first, last) in enumerate(runs.tolist()):
        root = _root(roots, at)
        numbers[row, first:last] = root + 1
        part = Part(row, row + 1, first, last, (root + 1,))
        before = boxes.get(root)
        boxes[root] = part if before is None else _grown(before, part)
    return numbers, list(boxes.values())


def _grown(one: Part, run: Part) -> Part:
    left, right = min(one.left, run.left), max(one.right, run.right)
    return Part(one.top, run.bottom, left, right, one.numbers)


def _runs(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n, 3): row, first column and the one after the last of every run, row by row."""
    steps = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, first = np.nonzero(steps == 1)
    return np.column_stack([rows, first, np.nonzero(steps == -1)[1]])


def _join_touching(runs: NDArray[np.int64], roots: list[int]) -> None:
    """Joins runs of neighboring rows that share a column or a corner."""
    rows, firsts, lasts = (column.tolist() for column in runs.T)
    above = 0
    for at in range(len(rows)):
        while above < at and (
            rows[above] < rows[at] - 1 or (rows[above] < rows[at] and lasts[above] < firsts[at])
        ):
            above += 1
        near = above
        while near < at and rows[near] == rows[at] - 1 and firsts[near] <= lasts[at]:
            if lasts[near] >= firsts[at]:
                roots[_root(roots, near)] = _root(roots, at)
            near += 1


def _root(roots: list[int], at: int) -> int:
    while roots[at] != at:
        roots[at] = roots[roots[at]]
        at = roots[at]
    return at
