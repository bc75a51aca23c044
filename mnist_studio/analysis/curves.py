"""Curves made readable: smoothed, and thinned to what a screen can show."""

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Thinned:
    """Some points of a curve, in order.

    Attributes:
        x: (m,) float64.
        y: (m,) float64.
    """

    x: Floats
    y: Floats


def smooth(values: NDArray[Any], weight: float) -> Floats:
    """The exponential moving average that TensorBoard draws, (n,) -> (n,).

    a = weight·a + (1 - weight)·y from a = 0, divided by 1 - weight^t, so that the start is not
    drawn towards 0 (Kingma & Ba 2015, section 3). What is not a finite number stays in its place
    and moves no average.

    Args:
        values: (n,).
        weight: of the past, at least 0 and below 1; 0 smooths nothing.

    Raises:
        ValueError: the weight lies outside.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"a smoothing weight of {weight}")
    average, seen = 0.0, 0.0
    smoothed = np.array(values, dtype=np.float64)
    for place, value in enumerate(smoothed.tolist()):
        if isfinite(value):
            average = weight * average + (1 - weight) * value
            seen = weight * seen + (1 - weight)
            smoothed[place] = average / seen
    return smoothed


def thin(x: NDArray[Any], y: NDArray[Any], points: int) -> Thinned:
    """At most ``points`` points that keep the ends and every stretch's lowest and highest.

    Args:
        x: (n,), rising.
        y: (n,).
        points: at least 4.

    Raises:
        ValueError: fewer than 4 points are asked for, or x and y differ in length.
    """
    if points < 4 or len(x) != len(y):
        raise ValueError(f"{points} points of a curve of {len(x)} x and {len(y)} y")
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if len(y) <= points:
        return Thinned(x, y)
    kept = _extremes(y, (points - 2) // 2)
    return Thinned(x[kept], y[kept])


def _extremes(y: Floats, stretches: int) -> NDArray[np.int64]:
    """Both ends, and the lowest and highest place of every stretch, in order."""
    bounds = np.linspace(0, len(y), stretches + 1).astype(np.int64)
    kept = {0, len(y) - 1}
    for low, high in pairwise(bounds):
        stretch = y[low:high]
        kept |= {int(low + np.argmin(stretch)), int(low + np.argmax(stretch))}
    return np.array(sorted(kept), dtype=np.int64)
