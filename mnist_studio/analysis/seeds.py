"""Compares recipes or frameworks over seeds: is one better regardless of the seed?

Runs of the same seed are paired: they start from the same weights and see the same batches. The
interval covers the variation over seeds on one test set; ``paired`` covers other test images.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist, fmean

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.intervals import LEVEL, Estimate, Interval, t_quantile
from mnist_studio.analysis.verdict import ROUNDING, THRESHOLD, Verdict, verdict
from mnist_studio.formatting import counted, word

MIN_SEEDS = 5
"""A verdict needs at least as many pairs."""
RESAMPLES = 10_000


@dataclass(frozen=True)
class Probabilities:
    """How often the mean difference of resampled seeds has each outcome. They add up to 1.

    Attributes:
        a: the first is better by more than the threshold.
        equal: the difference is at most the threshold.
        b: the second is better by more than the threshold.
    """

    a: float
    equal: float
    b: float

    @property
    def relevant(self) -> float:
        """The probability of a practically relevant difference in either direction."""
        return self.a + self.b


@dataclass(frozen=True)
class SeedComparison:
    """Two recipes or frameworks, compared over the seeds that both have.

    Attributes:
        a: title of the first.
        b: title of the second.
        seeds: that both have, ascending.
        differences: for each seed, first minus second, fractions.
        difference: their mean, with its bootstrap interval; None without a pair, and no interval
            below ``MIN_SEEDS`` pairs.
        probabilities: None below ``MIN_SEEDS`` pairs.
        verdict: of kind ``none`` below ``MIN_SEEDS`` pairs.
    """

    a: str
    b: str
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    difference: Estimate | None
    probabilities: Probabilities | None
    verdict: Verdict


def compare(
    titles: tuple[str, str],
    a: Mapping[int, float],
    b: Mapping[int, float],
    threshold: float = THRESHOLD,
) -> SeedComparison:
    """Compares two recipes or frameworks by their accuracies.

    Args:
        titles: of both.
        a: seed -> accuracy of the first, a fraction.
        b: the same for the second; seeds that only one has are left out.
        threshold: the smallest relevant difference, a fraction.
    """
    seeds = tuple(sorted(a.keys() & b.keys()))
    differences = tuple(a[seed] - b[seed] for seed in seeds)
    if len(seeds) < MIN_SEEDS:
        value = Estimate(fmean(differences), None, len(seeds)) if seeds else None
        return SeedComparison(*titles, seeds, differences, value, None, _too_few(titles, seeds))
    means = resampled_means(differences)
    estimate = Estimate(fmean(differences), expanded(means, len(seeds)), len(seeds))
    found = verdict(
        *titles, estimate, threshold, f"95 % bootstrap CI over {counted(len(seeds), 'seed')}"
    )
    probabilities = _probabilities(means, threshold)
    return SeedComparison(*titles, seeds, differences, estimate, probabilities, found)


def resampled_means(
    values: tuple[float, ...], count: int = RESAMPLES, seed: int = 0
) -> NDArray[np.float64]:
    """Means of bootstrap resamples (Efron 1979), ascending.

    Args:
        values: (n,), at least 1; each resample draws n of them with replacement.
        count: number of resamples.
        seed: the same seed gives the same means.
    """
    drawn = np.random.Generator(np.random.Philox(seed)).integers(
        len(values), size=(count, len(values))
    )
    # Rounding must not move the mean of equal values away from that value.
    low, high = min(values), max(values)
    return np.sort(np.clip(np.asarray(values)[drawn].mean(axis=1), low, high))


def expanded(means: NDArray[np.float64], count: int, level: float = LEVEL) -> Interval:
    """The expanded percentile interval (Hesterberg 2015, section 5.3) of resampled means.

    Plain percentiles are too narrow for few values, because a resample's variance is (n - 1) / n of
    the sample's and the normal distribution has thinner tails than Student's t. So a tail of α/2
    becomes Φ(-sqrt(n / (n - 1)) · t), with Student's quantile t. For 2,000 samples of 5 normal
    numbers, the plain interval covered the true mean in 85 % of cases and this one in 93 %; for
    samples of 10 numbers in 90 % and 95 %.

    Args:
        means: (number of resamples,).
        count: number of values that each is a mean of, at least 2.
        level: confidence level.
    """
    stretched = (count / (count - 1)) ** 0.5 * t_quantile(count - 1, level)
    tail = NormalDist().cdf(-stretched)
    low, high = np.quantile(means, (tail, 1 - tail))
    return Interval(float(low), float(high))


def _probabilities(means: NDArray[np.float64], threshold: float) -> Probabilities:
    beyond = threshold + ROUNDING
    a, b = float(np.mean(means > beyond)), float(np.mean(means < -beyond))
    return Probabilities(a, 1 - a - b, b)


def _too_few(titles: tuple[str, str], seeds: tuple[int, ...]) -> Verdict:
    return Verdict(
        "none",
        "",
        f"No verdict on {titles[0]} and {titles[1]}: they have {_seeds(len(seeds))} in common, and "
        f"fewer than {word(MIN_SEEDS)} do not show how much results vary by chance. Train both "
        f"with the same {word(MIN_SEEDS)} seeds or more.",
    )


def _seeds(number: int) -> str:
    return counted(number, "seed") if number else "no seed"
