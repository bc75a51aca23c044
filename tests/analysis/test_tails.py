"""Against SciPy, which the tests install."""

import pytest
from scipy import stats

from mnist_studio.analysis.tails import chi_squared_tail, sign_test


@pytest.mark.parametrize("first", [0, 1, 2, 7, 40, 499, 4_990, 30_000])
@pytest.mark.parametrize("second", [0, 1, 3, 8, 41, 500, 5_013, 30_200])
def test_sign_test_is_scipys(first: int, second: int) -> None:
    if first + second == 0:
        assert sign_test(0, 0) == 1.0
        return
    expected = float(stats.binomtest(first, first + second, 0.5).pvalue)
    assert sign_test(first, second) == pytest.approx(expected, rel=1e-9, abs=1e-300)
    assert abs(sign_test(first, second) - expected) < 1e-12
    assert sign_test(first, second) == sign_test(second, first)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 9, 26, 61, 400])
@pytest.mark.parametrize("statistic", [0.0, 1e-9, 0.02, 1.0, 5.5, 31.0, 390.0, 1_600.0])
def test_chi_squared_is_scipys(degrees: int, statistic: float) -> None:
    expected = float(stats.chi2.sf(statistic, degrees))
    assert chi_squared_tail(statistic, degrees) == pytest.approx(expected, rel=1e-10, abs=1e-300)
    assert abs(chi_squared_tail(statistic, degrees) - expected) < 1e-12
