"""The part of a picture that was written on: a sheet on a desk, a plot in its margins, a box.

What surrounds it would otherwise decide what is paper. Pictures are searched at low resolution.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import SIDE
from mnist_studio.data.pictures.components import labeled
from mnist_studio.data.pictures.normalize import Levels

Mask = NDArray[np.bool_]

_LOOK = 128
"""The longer side of what is searched, in pixels."""

_NESTED = 3
"""Sheets within sheets, such as a box on a sheet on a desk."""

_DIFFERENT = 0.06
"""Of the full range: a smaller difference of color is paper of the same kind."""

_RECTANGULAR = 0.88
"""A sheet covers at least this much of the smallest rectangle around it; an ellipse covers 0.79."""

_SMALLEST = 0.2
"""Of the longer side of the picture: a smaller sheet is not one."""

_MOST_FRAME = 0.08
"""Of the shorter side of the picture: a wider frame is not one."""

_INNER_INK = 0.004, 0.6
"""Least and greatest part of a sheet that is ink."""


@dataclass(frozen=True, eq=False)
class _Ring:
    """The pixels at one distance from the edge of a picture.

    Attributes:
        color: their median, (c,).
        uniform: the part of them that is near it.
    """

    color: Levels
    uniform: float


def sheet_of(levels: Levels) -> Levels:
    """The innermost sheet of a picture (h, w, c) with levels of 0-1; the picture if it has none.

    Where the sheet is rotated, its color is continued to the edges of the result.
    """
    for _ in range(_NESTED):
        found = _without_frame(levels)
        inner = _sheet(found)
        if inner is None:
            return found
        levels = inner
    return levels


def _without_frame(levels: Levels) -> Levels:
    """Without a line of one color along all four edges."""
    outer = _ring(levels, 0)
    if outer.uniform < 0.9:
        return levels
    for depth in range(1, 2 + int(_MOST_FRAME * min(levels.shape[:2]))):
        if min(levels.shape[:2]) <= 2 * depth + 8:
            break
        ring = _ring(levels, depth)
        if _far(ring.color, outer.color) > 2 * _DIFFERENT and ring.uniform > 0.85:
            # The next line may still have some of the color of the frame.
            return levels[depth + 1 : -depth - 1, depth + 1 : -depth - 1]
    return levels


def _ring(levels: Levels, depth: int) -> _Ring:
    height, width = levels.shape[:2]
    part = levels[depth : height - depth, depth : width - depth]
    pixels = np.concatenate([part[0], part[-1], part[1:-1, 0], part[1:-1, -1]])
    color = np.median(pixels, axis=0)
    return _Ring(color, float((_far(pixels, color) < _DIFFERENT * 1.5).mean()))


def _far(colors: Levels, color: Levels) -> Levels:
    """The largest difference of any channel."""
    return np.asarray(np.abs(colors - color).max(axis=-1))


def _sheet(levels: Levels) -> Levels | None:
    if max(levels.shape[:2]) <= 2 * SIDE:
        return None
    step = max(1, -(-max(levels.shape[:2]) // _LOOK))
    small = _blocks(levels, step)
    ring = _ring(small, 0)
    if ring.uniform < 0.85:
        return None
    areas = [area for area in _filled(_far(small, ring.color) > _DIFFERENT) if _is_sheet(area)]
    inside = [mask for mask in (_written_on(small, area) for area in areas) if mask is not None]
    # Several boxes side by side hold one digit each.
    if len(inside) != 1 or len(areas) != 1:
        return None
    return _cut(levels, small, inside[0], step)


def _filled(mask: Mask) -> list[Mask]:
    """The large connected parts of a mask that do not reach its edges, without their holes."""
    numbers, parts = labeled(mask)
    found = []
    for part in parts:
        if max(part.height, part.width) < _SMALLEST * max(mask.shape) or part.touches(mask.shape):
            continue
        own = np.isin(numbers, part.numbers)
        outside, around = labeled(~own)
        edges = [one.numbers for one in around if one.touches(mask.shape)]
        found.append(~np.isin(outside, np.concatenate(edges)))
    return found


def _is_sheet(area: Mask) -> bool:
    """Whether an area nearly covers the smallest rectangle around it, at any small angle."""
    rows, columns = np.nonzero(area & ~_eroded(area))
    least = np.inf
    for angle in np.radians(np.arange(-45, 45, 3)):
        along = columns * np.cos(angle) + rows * np.sin(angle)
        across = rows * np.cos(angle) - columns * np.sin(angle)
        least = min(least, float((np.ptp(along) + 1) * (np.ptp(across) + 1)))
    return float(area.sum()) > _RECTANGULAR * least


def _written_on(small: Levels, area: Mask) -> Mask | None:
    """The inner part of an area, within its border line; None if nothing is written there."""
    for _ in range(max(2, round(_MOST_FRAME * max(area.shape)))):
        inner = _eroded(area)
        if inner.sum() < 64:
            return None
        paper = np.median(small[inner], axis=0)
        edge = _far(small[area & ~inner], paper) < _DIFFERENT * 1.5
        area = inner
        if edge.mean() > 0.9:
            break
    else:
        return None
    ink = float((_far(small[area], paper) > 2 * _DIFFERENT).mean())
    return area if _INNER_INK[0] < ink < _INNER_INK[1] else None


def _cut(levels: Levels, small: Levels, area: Mask, step: int) -> Levels:
    paper = np.median(small[area], axis=0)
    height, width = levels.shape[:2]
    whole = area.repeat(step, axis=0).repeat(step, axis=1)[:height, :width]
    rows, columns = np.flatnonzero(whole.any(axis=1)), np.flatnonzero(whole.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    filled = np.where(whole[box][..., None], levels[box], paper)
    return np.asarray(filled, dtype=np.float32)


def _eroded(area: Mask) -> Mask:
    wide = np.pad(area, 1)
    return np.asarray(area & wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:])


def _blocks(levels: Levels, step: int) -> Levels:
    """Means over blocks; what is left over at the right and below is repeated."""
    height, width = (-(-size // step) * step for size in levels.shape[:2])
    padding = (0, height - levels.shape[0]), (0, width - levels.shape[1]), (0, 0)
    whole = np.pad(levels, padding, mode="edge")
    blocks = whole.reshape(height // step, step, width // step, step, -1)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float32)
