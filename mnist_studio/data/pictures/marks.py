"""Decimal points, signs, and slashes in a number: what connected ink next to digits is.

A mark is recognized by its shape, and by where it lies between the digits of its line. All sizes
are fractions of the height of the tallest digit.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.pictures.boxes import Part

Mark = Literal[".", ",", "-", "+", "/"]

_POINT = 0.05, 0.28
"""The side of a point."""

_COMMA = 0.4
"""The height of a comma is at most this."""

_BAR = 0.2, 0.95
"""The length of a minus."""

_PLUS = 0.25, 0.9
"""The sides of a plus."""

_NEAR = 0.9
"""The gap between a mark and its digit is at most this."""

_FEWEST = 5
"""Pixels of a side, below which a plus has no shape."""

_TALLER = 1.07
"""A slash is taller than the digits at least by this factor, since it would be a 1 otherwise."""


def mark_of(part: Part, ink: NDArray[np.bool_], digits: list[Part]) -> Mark | None:
    """The mark that a part is, next to these digits; None if it is none.

    Args:
        part: that may be a mark.
        ink: (height, width) of its box, only its own.
        digits: the other parts, which are digits.
    """
    line = [one for one in digits if _near(part, one)]
    if not line or any(_above(part, one) for one in digits):
        return None
    tallest = max(one.height for one in line)
    height, width = part.height / tallest, part.width / tallest
    middle = _middle(part, line)
    solid = float(ink.mean())
    if _POINT[0] < max(height, width) < _POINT[1] and middle > 0.75:
        return "." if solid > 0.5 and 0.4 < height / max(width, 1e-9) < 2.5 else None
    if 0.12 < height < _COMMA and 0.05 < width < height and middle > 0.85:
        return ","
    if _BAR[0] < width < _BAR[1] and height < 0.45 * width and 0.25 < middle < 0.8:
        return "-" if height < 0.3 and _straight(ink) < 0.4 else None
    if all(_PLUS[0] < side < _PLUS[1] for side in (height, width)) and _is_plus(ink):
        return "+" if 0.2 < middle < 0.85 else None
    return "/" if height > _TALLER and _is_slash(part, ink) else None


def _near(part: Part, digit: Part) -> bool:
    """Whether a digit is on the line of a part and next to it."""
    gap = max(part.left, digit.left) - min(part.right, digit.right)
    middle = (part.top + part.bottom) / 2
    reach = 0.25 * digit.height
    return gap < _NEAR * digit.height and digit.top - reach < middle < digit.bottom + reach


def _above(part: Part, digit: Part) -> bool:
    """Whether a digit is above or below a part, so that the part can belong to it."""
    shared = min(part.right, digit.right) - max(part.left, digit.left)
    return shared > 0.35 * min(part.width, digit.width)


def _middle(part: Part, line: list[Part]) -> float:
    """The height of its middle, 0 at the top of the nearest digits and 1 at their bottom."""
    nearest = sorted(line, key=lambda one: max(one.left, part.left) - min(one.right, part.right))
    top = float(np.mean([one.top for one in nearest[:2]]))
    bottom = float(np.mean([one.bottom for one in nearest[:2]]))
    return ((part.top + part.bottom) / 2 - top) / max(bottom - top, 1e-9)


def _axes(ink: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Standard deviations across and along a part, and the angle of its length from upright."""
    points = np.stack(np.nonzero(ink)[::-1]).astype(np.float64)
    if points.shape[1] < 3:
        return 0.0, 1.0, 0.0
    variances, axes = np.linalg.eigh(np.cov(points))
    x, y = axes[:, 1]
    across, along = np.sqrt(np.maximum(variances, 0))
    return float(across), float(along), float(np.degrees(np.arctan2(-x * np.sign(y or 1), abs(y))))


def _straight(ink: NDArray[np.bool_]) -> float:
    """How wide a part is for its length; small for a straight line."""
    across, along, _ = _axes(ink)
    return across / max(along, 1e-9)


def _is_slash(part: Part, ink: NDArray[np.bool_]) -> bool:
    _, _, angle = _axes(ink)
    return 12 < angle < 60 and _straight(ink) < 0.13 and part.width > 0.2 * part.height


def _is_plus(ink: NDArray[np.bool_]) -> bool:
    """Whether only the middle rows and columns have ink."""
    height, width = ink.shape
    if min(height, width) < _FEWEST or not 0.55 < height / width < 1.8:
        return False
    rows, columns = (np.arange(size) / (size - 1) for size in (height, width))
    middle = np.abs(rows - 0.5)[:, None] < 0.2
    center = np.abs(columns - 0.5)[None, :] < 0.2
    corners = ~(middle | center)
    ends = (ink[0].any(), ink[-1].any(), ink[:, 0].any(), ink[:, -1].any())
    across = ink[(middle & ~center)].mean() if (middle & ~center).any() else 0.0
    bare = not corners.any() or ink[corners].mean() < 0.05
    return bool(bare and all(ends) and across > 0.25)
