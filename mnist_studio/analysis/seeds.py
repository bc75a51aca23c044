"""Compares recipes or frameworks over seeds: is one better regardless of the seed?

Runs of the same seed are paired: they start from the same weights and see the same batches. The
interval covers the variation over seeds on one test set; ``paired`` covers other test images.
Decision 0018 has the reasons for the method.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_studio.analysis import intervals
from mnist_studio.analysis.intervals import Estimate, Interval, interval_name, simultaneous
from mnist_studio.analysis.verdict import THRESHOLD, Verdict, verdict
from mnist_studio.formatting import counted, word

MIN_SEEDS = 5
"""A verdict needs at least as many pairs."""


@dataclass(frozen=True)
class SeedComparison:
    """Two recipes or frameworks, compared over the seeds that both have.

    Attributes:
        a: title of the first.
        b: title of the second.
        seeds: that both have, ascending.
        differences: for each seed, first minus second, fractions.
        difference: their mean, with Student's t interval; None without a pair, and no interval
            below ``MIN_SEEDS`` pairs.
        verdict: of kind ``none`` below ``MIN_SEEDS`` pairs.
    """

    a: str
    b: str
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    difference: Estimate | None
    verdict: Verdict


def compare(
    titles: tuple[str, str],
    a: Mapping[int, float],
    b: Mapping[int, float],
    threshold: float = THRESHOLD,
    comparisons: int = 1,
) -> SeedComparison:
    """Compares two recipes or frameworks by their accuracies.

    Args:
        titles: of both.
        a: seed -> accuracy of the first, a fraction.
        b: the same for the second; seeds that only one has are left out.
        threshold: the smallest relevant difference, a fraction.
        comparisons: number of pairs that are compared together. The interval is wider for more of
            them, so that all of them hold together in 95 % of cases.
    """
    seeds = tuple(sorted(a.keys() & b.keys()))
    differences = tuple(a[seed] - b[seed] for seed in seeds)
    if not seeds:
        return SeedComparison(*titles, seeds, differences, None, _too_few(titles, seeds))
    estimate = mean_difference(differences, comparisons)
    if not enough(a, b):
        value = Estimate(estimate.value, None, len(seeds))
        return SeedComparison(*titles, seeds, differences, value, _too_few(titles, seeds))
    name = f"{interval_name(comparisons)} over {counted(len(seeds), 'seed')}"
    found = verdict(*titles, estimate, threshold, name)
    return SeedComparison(*titles, seeds, differences, estimate, found)


def enough(a: Mapping[int, float], b: Mapping[int, float]) -> bool:
    """Whether both have ``MIN_SEEDS`` seeds in common; seed -> value."""
    return len(a.keys() & b.keys()) >= MIN_SEEDS


def mean_difference(differences: tuple[float, ...], comparisons: int = 1) -> Estimate:
    """The mean of paired differences of accuracies, with Student's t interval within -1 and 1.

    Args:
        differences: of at least one pair, fractions.
        comparisons: number of means that are estimated together.
    """
    found = intervals.mean(differences, simultaneous(comparisons))
    if found.interval is None:
        return found
    low, high = max(-1.0, found.interval.low), min(1.0, found.interval.high)
    return Estimate(found.value, Interval(low, high), found.count)


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
