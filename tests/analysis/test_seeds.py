import itertools
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mnist_studio.analysis import seeds
from mnist_studio.analysis.intervals import Interval, t_quantile
from mnist_studio.analysis.seeds import Probabilities
from tests.approximately import near

NAMES = ("A", "B")


def paired(*differences: float) -> tuple[dict[int, float], dict[int, float]]:
    """Accuracies of two recipes with these differences, seed by seed."""
    first = {seed: 0.95 + d for seed, d in enumerate(differences, start=1)}
    return first, dict.fromkeys(first, 0.95)


def test_the_mean_difference_over_common_seeds() -> None:
    a = {1: 0.98, 2: 0.97, 3: 0.99, 9: 0.10}
    b = {3: 0.98, 2: 0.97, 1: 0.95, 8: 0.99}
    found = seeds.compare(NAMES, a, b)
    assert found.seeds == (1, 2, 3)
    assert found.differences == pytest.approx((0.03, 0.0, 0.01))
    assert found.difference is not None
    assert found.difference.value == pytest.approx(0.04 / 3)


@pytest.mark.parametrize(("count", "words"), [(0, "no seed"), (1, "one seed"), (4, "four seeds")])
def test_below_five_seeds_there_is_no_verdict(count: int, words: str) -> None:
    found = seeds.compare(NAMES, *paired(*[0.01] * count))
    assert found.verdict.kind == "none"
    assert f"they have {words} in common" in found.verdict.sentence
    assert "the same five seeds or more" in found.verdict.sentence
    assert found.probabilities is None
    assert (found.difference is None) == (count == 0)
    assert found.difference is None or found.difference.interval is None


def test_five_seeds_decide() -> None:
    found = seeds.compare(NAMES, *paired(0.004, 0.005, 0.006, 0.005, 0.004))
    assert (found.verdict.kind, found.verdict.better) == ("different", "A")
    assert "A is better than B by 0.48 pp." in found.verdict.sentence
    assert "95 % bootstrap CI over five seeds +0.4" in found.verdict.sentence
    assert found.probabilities == Probabilities(a=1.0, equal=0.0, b=0.0)
    assert found.probabilities.relevant == 1.0
    same = seeds.compare(NAMES, *paired(0.0, 0.0001, -0.0001, 0.0002, 0.0))
    assert same.verdict.kind == "equal"
    assert same.probabilities == Probabilities(a=0.0, equal=1.0, b=0.0)
    torn = seeds.compare(NAMES, *paired(-0.01, 0.01, 0.004, -0.002, 0.003))
    assert torn.verdict.kind == "undecided"
    assert torn.probabilities is not None
    assert torn.probabilities.a + torn.probabilities.equal + torn.probabilities.b == pytest.approx(
        1
    )


def test_probabilities_are_those_of_all_resamples() -> None:
    # Of 5 values all 5^5 resamples can be listed; 10,000 drawn ones come within sampling error.
    differences = (-0.01, 0.01, 0.004, -0.002, 0.003)
    means = [fmean(drawn) for drawn in itertools.product(differences, repeat=5)]
    found = seeds.compare(NAMES, *paired(*differences)).probabilities
    assert found is not None
    # Many of them are the threshold itself but for rounding: not beyond it.
    assert found.a == pytest.approx(np.mean(np.array(means) > 0.001 + 1e-12), abs=0.015)
    assert found.b == pytest.approx(np.mean(np.array(means) < -0.001 - 1e-12), abs=0.015)


def test_a_difference_of_just_the_threshold_is_not_beyond_it() -> None:
    # .981 - .98 is above .001 as a binary fraction.
    assert 0.981 - 0.98 > 0.001
    found = seeds.compare(NAMES, dict.fromkeys(range(5), 0.981), dict.fromkeys(range(5), 0.98))
    assert found.verdict.kind == "equal"
    assert found.probabilities == Probabilities(a=0.0, equal=1.0, b=0.0)


def test_the_same_runs_give_the_same_figures() -> None:
    differences = paired(0.001, 0.002, -0.003, 0.004, 0.002)
    assert seeds.compare(NAMES, *differences) == seeds.compare(NAMES, *differences)
    values = (0.1, 0.2, 0.4)
    means = seeds.resampled_means(values, 50, seed=1)
    assert not np.array_equal(means, seeds.resampled_means(values, 50, seed=2))


def test_the_tail_of_five_values_by_hand() -> None:
    # Student's quantile of 4 degrees is 2.776 in every table; sqrt(5 / 4) of it lies at .1 %.
    assert t_quantile(4) == pytest.approx(2.776, abs=1e-3)
    tail = stats.norm.cdf(-(1.25**0.5) * 2.776445)
    assert tail == pytest.approx(0.001, abs=1e-4)
    means = np.linspace(0, 1, 100_001)
    found = seeds.expanded(means, 5)
    assert (found.low, found.high) == (near(tail), near(1 - tail))


def test_the_interval_is_scipys_at_the_expanded_level() -> None:
    values = tuple(np.random.default_rng(11).normal(0.004, 0.002, 12).tolist())
    found = seeds.expanded(seeds.resampled_means(values), len(values))
    tail = stats.norm.cdf(-((12 / 11) ** 0.5) * stats.t.ppf(0.975, 11))
    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=10_000, method="percentile",
        confidence_level=1 - 2 * tail, rng=np.random.default_rng(5),
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=2e-4)


@settings(max_examples=30)
@given(st.lists(st.floats(-0.1, 0.1), min_size=5, max_size=12))
def test_the_interval_lies_within_the_differences_and_flips_with_the_order(
    values: list[float],
) -> None:
    a, b = paired(*values)
    found, turned = seeds.compare(NAMES, a, b), seeds.compare(("B", "A"), b, a)
    assert found.difference is not None
    assert turned.difference is not None
    interval = found.difference.interval
    assert interval is not None
    assert min(found.differences) <= interval.low <= interval.high <= max(found.differences)
    assert turned.difference.interval == Interval(
        near(-interval.high, abs=1e-12), near(-interval.low, abs=1e-12)
    )
    assert turned.verdict.kind == found.verdict.kind
    assert turned.verdict.better == found.verdict.better
