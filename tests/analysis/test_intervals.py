"""Against published examples and SciPy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mnist_studio.analysis import intervals
from mnist_studio.analysis.intervals import Estimate, Interval
from tests.approximately import near


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        # Newcombe 1998, "Two-sided confidence intervals for the single proportion", Statistics in
        # Medicine 17, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(right: int, count: int, low: float, high: float) -> None:
    found = intervals.wilson(right, count)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys_and_holds_its_proportion(of: tuple[int, int]) -> None:
    right, count = of
    found = intervals.wilson(right, count)
    expected = stats.binomtest(right, count).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= found.low <= right / count <= found.high <= 1
    mirrored = intervals.wilson(count - right, count)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((found.low, found.high))


def test_an_accuracy_of_99_percent_on_10_000_digits() -> None:
    found = intervals.accuracy(9_900, 10_000)
    assert found.value == 0.99
    assert found.count == 10_000
    assert found.interval == Interval(near(0.98786, abs=1e-5), near(0.99177, abs=1e-5))


@pytest.mark.parametrize(("right", "count"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(right: int, count: int) -> None:
    with pytest.raises(ValueError, match="of"):
        intervals.wilson(right, count)


def test_the_mean_of_students_sleep_data() -> None:
    # Student 1908, "The probable error of a mean": hours of sleep gained; the interval as in R's
    # documentation of t.test on the same data.
    gained = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)
    found = intervals.mean(gained)
    assert found.value == pytest.approx(1.58)
    assert found.interval == Interval(near(0.7001142, abs=1e-7), near(2.4598858, abs=1e-7))


def test_the_mean_of_two_values_by_hand() -> None:
    # 1 and 3: mean 2, deviation sqrt(2), standard error 1; t of one degree is tan(.475 pi).
    half = math.tan(0.475 * math.pi)
    assert intervals.mean([1.0, 3.0]) == Estimate(2.0, Interval(near(2 - half), near(2 + half)), 2)


def test_one_value_has_no_interval_and_none_no_mean() -> None:
    assert intervals.mean([0.98]) == Estimate(0.98, None, 1)
    with pytest.raises(ValueError, match="at least one value"):
        intervals.mean([])


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert intervals.mean([0.75] * 3) == Estimate(0.75, Interval(0.75, 0.75), 3)


@pytest.mark.parametrize("degrees", [*range(1, 12), 29, 30, 99, 1000])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_students_t_is_scipys(degrees: int, level: float) -> None:
    found = intervals.t_quantile(degrees, level)
    assert found == pytest.approx(stats.t.ppf((1 + level) / 2, degrees), rel=1e-9)
    assert intervals.t_within(found, degrees) == pytest.approx(level, rel=1e-9)


def test_students_t_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="0 degrees"):
        intervals.t_quantile(0)


def test_the_normal_quantile() -> None:
    assert intervals.normal_quantile() == pytest.approx(1.959963985, abs=1e-9)
