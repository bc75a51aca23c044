"""Estimates with their confidence intervals, at 95 % by default."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import atan, cos, floor, log10, pi, sin, sqrt, tan
from statistics import NormalDist, fmean, stdev

from mnist_studio.formatting import counted

LEVEL = 0.95
"""How often an interval covers the true value, over many repetitions of an experiment."""


@dataclass(frozen=True)
class Interval:
    """Two ends, both included."""

    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """A value and its uncertainty.

    Attributes:
        value: the estimate.
        interval: around it; None with too few observations.
        count: number of observations.
    """

    value: float
    interval: Interval | None
    count: int


def simultaneous(comparisons: int, level: float = LEVEL) -> float:
    """The level of each of several intervals that all hold with probability ``level``.

    Bonferroni's inequality: each of m intervals may miss with probability (1 - level) / m. It needs
    no assumption on how the comparisons depend on each other, which pairs of the same runs do.

    Args:
        comparisons: number of intervals, 0 counts as 1.
        level: of all intervals together.
    """
    return 1 - (1 - level) / max(1, comparisons)


def interval_name(comparisons: int = 1, noun: str = "pair") -> str:
    """How a text names one of several intervals that hold together at 95 %.

    ``95 % CI``, or ``simultaneous 95 % CI of six pairs (99.17 % each)``.

    Args:
        comparisons: number of intervals.
        noun: what they are of, in the singular.
    """
    whole = f"{100 * LEVEL:g} % CI"
    if comparisons < 2:
        return whole
    return f"simultaneous {whole} of {counted(comparisons, noun)} ({_each(comparisons)} each)"


def _each(comparisons: int) -> str:
    """The level of each interval, with two digits of what it lacks to 100 %."""
    missing = 100 * (1 - LEVEL) / comparisons
    return f"{100 - missing:.{max(1, 1 - floor(log10(missing)))}f} %"


def normal_quantile(level: float = LEVEL) -> float:
    """z: a standard normal number lies within -z to z with probability ``level``."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(right: int, count: int, level: float = LEVEL) -> Interval:
    """The score interval of a proportion, such as an accuracy (Wilson 1927).

    It stays within 0 and 1 and keeps its level for 99 % of 10,000 images, where the textbook's
    p ± z·sqrt(p(1 - p) / n) does not.

    Args:
        right: number of correct predictions.
        count: number of images, at least 1.
        level: of the interval.

    Raises:
        ValueError: ``count`` is below 1, or ``right`` is not from 0 to ``count``.
    """
    if not 0 <= right <= count or count < 1:
        raise ValueError(f"{right} of {count} is not a proportion")
    square = normal_quantile(level) ** 2
    center = (right + square / 2) / (count + square)
    half = sqrt(square * (right * (count - right) / count + square / 4)) / (count + square)
    # Rounding must not exclude the proportions 0 and 1 from their own intervals.
    return Interval(
        max(0.0, center - half) if right else 0.0,
        min(1.0, center + half) if right < count else 1.0,
    )


def accuracy(right: int, count: int, level: float = LEVEL) -> Estimate:
    """An accuracy with its ``wilson`` interval, for other images from the same distribution."""
    return Estimate(right / count, wilson(right, count, level), count)


def mean(values: Sequence[float], level: float = LEVEL) -> Estimate:
    """The mean over repeats, such as seeds, with Student's t interval; none below 2 values.

    Args:
        values: at least 1, independent of each other.
        level: of the interval.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("a mean needs at least one value")
    value, count = fmean(values), len(values)
    if count < 2:
        return Estimate(value, None, count)
    half = t_quantile(count - 1, level) * stdev(values, value) / sqrt(count)
    return Estimate(value, Interval(value - half, value + half), count)


@lru_cache(maxsize=4096)
def t_quantile(degrees: int, level: float = LEVEL) -> float:
    """t: Student's t lies within -t to t with probability ``level``.

    Found by bisection, because the probability has a closed form for integer degrees of freedom.

    Raises:
        ValueError: ``degrees`` is below 1.
    """
    if degrees < 1:
        raise ValueError(f"{degrees} degrees of freedom")
    low, high = 0.0, pi / 2
    while low < (middle := (low + high) / 2) < high:
        if _within(middle, degrees) < level:
            low = middle
        else:
            high = middle
    return tan(high) * sqrt(degrees)


def t_within(t: float, degrees: int) -> float:
    """The probability that Student's t lies within -t to t."""
    return _within(atan(t / sqrt(degrees)), degrees)


def _within(angle: float, degrees: int) -> float:
    """P(|t| < sqrt(degrees)·tan(angle)): Abramowitz & Stegun 1964, 26.7.3 and 26.7.4."""
    square = cos(angle) ** 2
    odd = degrees % 2
    term, total = (cos(angle) if odd else 1.0), 0.0
    for k in range(1 + odd, degrees, 2):
        total += term
        term *= k / (k + 1) * square
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
