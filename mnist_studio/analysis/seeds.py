"""Recipes or frameworks over seeds: is one better, whatever the seed?

Runs of the same seed are paired: they began with the same weights and batches. The interval is over
seeds, on these test digits; how far other digits would move it, ``paired`` says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist, fmean

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.intervals import LEVEL, Estimate, Interval, t_quantile
from mnist_studio.analysis.verdict import ROUNDING, THRESHOLD, Verdict, verdict
from mnist_studio.formatting import counted, word

FEWEST = 5
"""Pairs of which a verdict needs at least as many."""
RESAMPLES = 10_000


@dataclass(frozen=True)
class Chances:
    """How often the mean difference of resampled seeds fell where; the three add up to 1.

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
        """The probability of a practically relevant difference, either way."""
        return self.a + self.b


@dataclass(frozen=True)
class SeedComparison:
    """Two recipes or frameworks over the seeds that both have.

    Attributes:
        a: title of the first.
        b: of the second.
        seeds: that both have, ascending.
        differences: of each seed, first less second, fractions.
        difference: their mean, with its bootstrap interval; None without a pair, and no interval
            below ``FEWEST`` pairs.
        chances: None below ``FEWEST`` pairs.
        verdict: in words; of kind ``none`` below ``FEWEST`` pairs.
    """

    a: str
    b: str
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    difference: Estimate | None
    chances: Chances | None
    verdict: Verdict


def compare(
    titles: tuple[str, str],
    a: Mapping[int, float],
    b: Mapping[int, float],
    threshold: float = THRESHOLD,
) -> SeedComparison:
    """Compares two recipes or frameworks by their accuracies.

    Args:
        titles: of both, for people.
        a: seed -> accuracy of the first, a fraction.
        b: of the second; seeds that only one has are left out.
        threshold: the smallest difference that matters in practice, a fraction.
    """
    seeds = tuple(sorted(a.keys() & b.keys()))
    differences = tuple(a[seed] - b[seed] for seed in seeds)
    if len(seeds) < FEWEST:
        value = Estimate(fmean(differences), None, len(seeds)) if seeds else None
        return SeedComparison(*titles, seeds, differences, value, None, _too_few(titles, seeds))
    means = resampled_means(differences)
    estimate = Estimate(fmean(differences), expanded(means, len(seeds)), len(seeds))
    judged = verdict(
        *titles, estimate, threshold, f"95 % bootstrap CI over {counted(len(seeds), 'seed')}"
    )
    chances = _chances(means, threshold)
    return SeedComparison(*titles, seeds, differences, estimate, chances, judged)


def resampled_means(
    values: tuple[float, ...], count: int = RESAMPLES, seed: int = 0
) -> NDArray[np.float64]:
    """Means of values drawn with replacement, as many as there are (Efron 1979), ascending.

    Args:
        values: (n,), at least 1.
        count: means.
        seed: the same seed gives the same means.
    """
    drawn = np.random.Generator(np.random.Philox(seed)).integers(
        len(values), size=(count, len(values))
    )
    # The mean of equal values is that value, without the rounding of a sum.
    low, high = min(values), max(values)
    return np.sort(np.clip(np.asarray(values)[drawn].mean(axis=1), low, high))


def expanded(means: NDArray[np.float64], count: int, level: float = LEVEL) -> Interval:
    """The expanded percentile interval (Hesterberg 2015, section 5.3) of resampled means.

    The plain percentiles are too narrow for few values, since a resample's spread is (n - 1) / n of
    the sample's and the normal's tails are thinner than Student's. So a tail of α/2 becomes
    Φ(-sqrt(n / (n - 1)) · t), t being Student's quantile. Of 2,000 samples of 5 normal numbers the
    plain interval covered the truth in 85 %, this one in 93 %; of 10 numbers in 90 and 95 %.

    Args:
        means: (count of resamples,).
        count: values that each is a mean of, at least 2.
        level: of the interval.
    """
    stretched = (count / (count - 1)) ** 0.5 * t_quantile(count - 1, level)
    tail = NormalDist().cdf(-stretched)
    low, high = np.quantile(means, (tail, 1 - tail))
    return Interval(float(low), float(high))


def _chances(means: NDArray[np.float64], threshold: float) -> Chances:
    beyond = threshold + ROUNDING
    a, b = float(np.mean(means > beyond)), float(np.mean(means < -beyond))
    return Chances(a, 1 - a - b, b)


def _too_few(titles: tuple[str, str], seeds: tuple[int, ...]) -> Verdict:
    return Verdict(
        "none",
        "",
        f"No verdict on {titles[0]} and {titles[1]}: they have {_seeds(len(seeds))} in common, and "
        f"fewer than {word(FEWEST)} don't show how much results vary by chance. Train both with "
        f"the same {word(FEWEST)} seeds or more.",
    )


def _seeds(number: int) -> str:
    return counted(number, "seed") if number else "no seed"
