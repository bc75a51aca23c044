"""How often intervals cover the truth, simulated with a fixed seed."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_studio.analysis import intervals
from mnist_studio.analysis.intervals import Interval, interval_name, simultaneous

STUDIES = 6_000
"""The standard error of a coverage of 95 % is then 0.28 percentage points."""

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]


def normal(source: np.random.Generator, seeds: int) -> NDArray[np.float64]:
    """Accuracies with a standard deviation of 0.2 percentage points: (studies, seeds)."""
    return source.normal(0.98, 0.002, (STUDIES, seeds))


def skewed(source: np.random.Generator, seeds: int) -> NDArray[np.float64]:
    """Accuracies with few low ones, of skewness -2: (studies, seeds)."""
    return 0.98 - source.exponential(0.002, (STUDIES, seeds))


def differences_of_skewed(source: np.random.Generator, seeds: int) -> NDArray[np.float64]:
    """What pairs of equally skewed accuracies differ by: (studies, seeds)."""
    return skewed(source, seeds) - skewed(source, seeds)


def coverage(draw: Draw, seeds: int, truth: float, level: float = intervals.LEVEL) -> float:
    """The fraction of simulated studies whose interval contains the true mean."""
    studies = draw(np.random.default_rng(20_240_131), seeds).tolist()
    found = (intervals.mean(values, level).interval for values in studies)
    return float(np.mean([one is not None and one.low <= truth <= one.high for one in found]))


@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
def test_the_mean_of_few_seeds_is_covered_as_often_as_it_says(seeds: int) -> None:
    assert 0.94 <= coverage(normal, seeds, 0.98) <= 0.96


def test_the_corrected_level_is_covered_too() -> None:
    level = simultaneous(6)
    assert coverage(normal, 5, 0.98, level) == pytest.approx(level, abs=0.004)


def test_skewed_accuracies_are_covered_as_the_docs_say() -> None:
    assert coverage(skewed, 5, 0.978) == pytest.approx(0.88, abs=0.01)
    # The skewness of two sides cancels, so comparisons keep their level.
    assert coverage(differences_of_skewed, 5, 0.0) == pytest.approx(0.966, abs=0.01)


@pytest.mark.parametrize(
    ("comparisons", "level"), [(0, 0.95), (1, 0.95), (2, 0.975), (45, 0.99889)]
)
def test_the_level_of_each_of_several_intervals(comparisons: int, level: float) -> None:
    assert simultaneous(comparisons) == pytest.approx(level, abs=1e-5)


@pytest.mark.parametrize(
    ("comparisons", "name"),
    [
        (1, "95 % CI"),
        (2, "simultaneous 95 % CI of two pairs (97.5 % each)"),
        (6, "simultaneous 95 % CI of six pairs (99.17 % each)"),
        (45, "simultaneous 95 % CI of 45 pairs (99.89 % each)"),
        (1000, "simultaneous 95 % CI of 1,000 pairs (99.9950 % each)"),
    ],
)
def test_the_name_of_an_interval_has_its_level(comparisons: int, name: str) -> None:
    assert interval_name(comparisons) == name


def test_more_comparisons_widen_the_interval() -> None:
    found = [intervals.mean((0.1, 0.2, 0.4), simultaneous(count)).interval for count in (1, 2, 9)]
    widths = [one.high - one.low for one in found if isinstance(one, Interval)]
    assert widths == sorted(set(widths))
