"""Curves made readable: smoothed."""

from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
