import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mnist_studio.analysis import curves as bands
from mnist_studio.analysis.intervals import mean, t_quantile


def test_two_curves_over_the_same_epochs() -> None:
    found = bands.band([([1, 2], [0.9, 0.96]), ([1, 2], [0.94, 0.98])])
    assert_array_equal(found.x, [1, 2])
    assert_allclose(found.mean, [0.92, 0.97])
    # Deviation |a - b| / sqrt(2) and standard error |a - b| / 2, with t of one degree.
    center, half = np.array([0.92, 0.97]), np.array([0.02, 0.01]) * t_quantile(1)
    assert_allclose(found.low, center - half)
    assert_allclose(found.high, center + half)
    assert found.curves == 2


def test_nothing_is_extrapolated() -> None:
    # In seconds: common from 2 to 5; the first is at 0.5 there and 0.8, the second 0.4 and 0.7.
    found = bands.band([([1, 3, 5], [0.4, 0.6, 0.8]), ([2, 8], [0.4, 1.0])])
    assert_array_equal(found.x, [2, 3, 5])
    assert_allclose(found.mean, [(0.5 + 0.4) / 2, (0.6 + 0.5) / 2, (0.8 + 0.7) / 2])


def test_each_point_is_the_mean_of_the_seeds_there() -> None:
    table = np.random.default_rng(3).normal(size=(6, 9))
    found = bands.band([(np.arange(9), row) for row in table])
    for place, column in enumerate(table.T):
        expected = mean(column.tolist())
        assert expected.interval is not None
        assert found.mean[place] == pytest.approx(expected.value)
        assert found.low[place] == pytest.approx(expected.interval.low)
        assert found.high[place] == pytest.approx(expected.interval.high)


def test_a_single_curve_has_no_interval() -> None:
    found = bands.band([([1, 2, 3], [3.0, 2.0, 1.0]), ([], [])])
    assert_array_equal(found.x, [1, 2, 3])
    assert_array_equal(found.mean, [3, 2, 1])
    assert (len(found.low), len(found.high), found.curves) == (0, 0, 1)


@pytest.mark.parametrize("curves", [[], [([], [])], [([1, 2], [0, 0]), ([3, 4], [0, 0])]])
def test_curves_with_nothing_in_common(curves: list[tuple[list[int], list[int]]]) -> None:
    found = bands.band(curves)
    assert [len(part) for part in (found.x, found.mean, found.low, found.high)] == [0, 0, 0, 0]


def test_long_curves_are_thinned_evenly() -> None:
    x = np.arange(1, 5001)
    found = bands.band([(x, 2.0 * x), (x, 4.0 * x)])
    assert len(found.x) == bands.MAX_POINTS
    assert (found.x[0], found.x[-1]) == (1, 5000)
    assert_allclose(found.mean, 3 * found.x)


def test_what_is_no_number_makes_the_mean_none_there_alone() -> None:
    found = bands.band([([1, 2, 3], [1, np.nan, 1]), ([1, 2, 3], [3, 3, 3])])
    assert_array_equal(np.isnan(found.mean), [False, True, False])
