"""Training curves: smoothing, the mean over seeds with its CI, and when an accuracy is reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_studio.analysis.intervals import LEVEL, t_quantile
from mnist_studio.analysis.time_breakdown import training_time_after
from mnist_studio.events import Epoch, Finished, Stopped

Floats = NDArray[np.float64]

MAX_POINTS = 1000
"""More than the pixels of a screen."""


@dataclass(frozen=True)
class Band:
    """The mean of curves.

    Attributes:
        x: (m,), ascending: epochs, steps or seconds.
        mean: (m,).
        low: (m,), the lower end of the 95 % CI of the mean at each x (Student's t); empty for a
            single curve.
        high: (m,), the upper end.
        curves: number of curves.
    """

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    curves: int


def band(curves: Sequence[tuple[ArrayLike, ArrayLike]]) -> Band:
    """The mean of curves over their common range, without extrapolation.

    Curves are interpolated linearly. The axis has every x of every curve, or ``MAX_POINTS`` equally
    spaced ones if there are more.

    Args:
        curves: x (k,), strictly ascending, and y (k,) of each, of any length. Empty curves are left
            out. The mean is NaN where a curve is.
    """
    sampled = [(np.asarray(x, np.float64), np.asarray(y, np.float64)) for x, y in curves]
    sampled = [curve for curve in sampled if len(curve[0])]
    axis = _common([x for x, _ in sampled])
    table = np.array([np.interp(axis, x, y) for x, y in sampled]).reshape(len(sampled), len(axis))
    if len(sampled) < 2 or not len(axis):
        mean = table.mean(axis=0) if len(axis) else axis
        return Band(axis, mean, axis[:0], axis[:0], len(sampled))
    return _with_interval(axis, table)


def _with_interval(axis: Floats, table: Floats) -> Band:
    """The mean of two curves or more, sampled on the axis: (curves, m)."""
    count = len(table)
    mean = table.mean(axis=0)
    half = t_quantile(count - 1, LEVEL) * table.std(axis=0, ddof=1) / np.sqrt(count)
    return Band(axis, mean, mean - half, mean + half, count)


def _common(axes: Sequence[Floats]) -> Floats:
    """The common range of all curves, (m,); empty if they do not overlap."""
    if not axes:
        return np.empty(0)
    first, last = max(x[0] for x in axes), min(x[-1] for x in axes)
    every = reduce(np.union1d, axes)
    inside = every[(every >= first) & (every <= last)]
    return inside if len(inside) <= MAX_POINTS else np.linspace(first, last, MAX_POINTS)


@dataclass(frozen=True)
class Reached:
    """When a run first reached a test accuracy.

    Runs are evaluated after each epoch, so every value is that of the end of an epoch.

    Attributes:
        epochs: trained until then.
        steps: trained until then.
        seconds: training time until then; None if an earlier version did not measure it.
        step_seconds: the part of it that was spent in training steps.
    """

    epochs: int
    steps: int
    seconds: float | None
    step_seconds: float


def reached(
    epochs: Sequence[Epoch], accuracy: float, ended: Finished | Stopped | None = None
) -> Reached | None:
    """When the test accuracy was first at least ``accuracy``; None if it never was.

    Args:
        epochs: of a run.
        accuracy: a fraction.
        ended: the event that ended the run, for the times of earlier versions.
    """
    good = (one for one in epochs if one.test_accuracy >= accuracy)
    first = min(good, key=lambda one: one.epoch, default=None)
    if first is None:
        return None
    seconds = training_time_after(first, ended)
    return Reached(first.epoch, first.step, seconds, first.train_seconds)


def epochs_to(epochs: Sequence[Epoch], accuracy: float = 0.97) -> int | None:
    """The first epoch (from 1) whose test accuracy reached ``accuracy``, None if none did."""
    found = reached(epochs, accuracy)
    return found.epochs if found else None


def smooth(values: NDArray[Any], weight: float) -> Floats:
    """The exponential moving average that TensorBoard draws, (n,) -> (n,).

    a = weight·a + (1 - weight)·y from a = 0, divided by 1 - weight^t, so that the start is not
    biased towards 0 (Kingma & Ba 2015, section 3). Values that are not finite are copied and do not
    change the average.

    Args:
        values: (n,).
        weight: of the past, at least 0 and below 1; 0 smooths nothing.

    Raises:
        ValueError: the weight is out of range.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"the smoothing weight must be in [0, 1), got {weight}")
    average, seen = 0.0, 0.0
    smoothed = np.array(values, dtype=np.float64)
    for place, value in enumerate(smoothed.tolist()):
        if isfinite(value):
            average = weight * average + (1 - weight) * value
            seen = weight * seen + (1 - weight)
            smoothed[place] = average / seen
    return smoothed
