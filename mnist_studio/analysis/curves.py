"""Curves made readable: smoothed.

Several seeds' curves as their mean with an interval, over a common axis.
How soon a run learned, from its epochs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_studio.analysis.intervals import LEVEL, t_quantile
from mnist_studio.events import Epoch

Floats = NDArray[np.float64]

MAX_POINTS = 1000
"""More than a screen is wide."""


@dataclass(frozen=True)
class Band:
    """The mean of curves.

    Attributes:
        x: (m,), ascending: epochs, steps or seconds.
        mean: (m,).
        low: (m,), the lower end of Student's t interval of the mean at each x, 95 %; empty of a
            single curve.
        high: (m,), the upper end.
        curves: how many.
    """

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    curves: int


def band(curves: Sequence[tuple[ArrayLike, ArrayLike]]) -> Band:
    """The mean of curves where all of them are; nothing is extrapolated.

    Between its points a curve is a straight line. The axis has every x of every curve or, were they
    more than ``MAX_POINTS``, as many at equal distances.

    Args:
        curves: x (k,), strictly ascending, and y (k,) of each, of any lengths; empty ones are left
            out. A y that is no number makes the mean none where it counts.
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
    """Of two curves or more, sampled at the axis: (curves, m)."""
    count = len(table)
    mean = table.mean(axis=0)
    half = t_quantile(count - 1, LEVEL) * table.std(axis=0, ddof=1) / np.sqrt(count)
    return Band(axis, mean, mean - half, mean + half, count)


def _common(axes: Sequence[Floats]) -> Floats:
    """Where all curves are, (m,); empty where they have nothing in common."""
    if not axes:
        return np.empty(0)
    first, last = max(x[0] for x in axes), min(x[-1] for x in axes)
    every = reduce(np.union1d, axes)
    inside = every[(every >= first) & (every <= last)]
    return inside if len(inside) <= MAX_POINTS else np.linspace(first, last, MAX_POINTS)


@dataclass(frozen=True)
class Reached:
    """When a run first had a test accuracy.

    Runs are judged after whole epochs, so each figure is that of the end of an epoch.

    Attributes:
        epochs: trained until then.
        steps: likewise.
        seconds: spent training until then, evaluation left out.
    """

    epochs: int
    steps: int
    seconds: float


def reached(epochs: Sequence[Epoch], accuracy: float) -> Reached | None:
    """When the test accuracy first was at least ``accuracy``; None if it never was."""
    good = (one for one in epochs if one.test_accuracy >= accuracy)
    first = min(good, key=lambda one: one.epoch, default=None)
    return Reached(first.epoch, first.step, first.train_seconds) if first else None


def epochs_to(epochs: Sequence[Epoch], accuracy: float = 0.97) -> int | None:
    """The first epoch (from 1) whose test accuracy reached ``accuracy``, None if none did."""
    found = reached(epochs, accuracy)
    return found.epochs if found else None


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
