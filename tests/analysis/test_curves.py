import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mnist_studio.analysis import curves


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.6, 0.99])
def test_smoothing_follows_its_equation(weight: float) -> None:
    values = np.random.default_rng(5).normal(size=50)
    for t, smoothed in enumerate(curves.smooth(values, weight), start=1):
        shares = (1 - weight) * weight ** np.arange(t - 1, -1, -1, dtype=np.float64)
        expected = shares @ values[:t] / (1 - weight**t)
        assert smoothed == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_constant_stays_itself_from_the_first_step() -> None:
    assert_allclose(curves.smooth(np.full(20, 2.3), 0.9), 2.3, rtol=1e-12)


def test_no_smoothing_and_no_values() -> None:
    values = np.array([3.0, 1.0, 2.0], np.float32)
    assert_array_equal(curves.smooth(values, 0.0), values)
    assert curves.smooth(np.array([]), 0.5).shape == (0,)


def test_smoothing_leaves_its_input_alone() -> None:
    values = np.array([3.0, 1.0, 2.0])
    curves.smooth(values, 0.9)
    assert values.tolist() == [3.0, 1.0, 2.0]


def test_what_is_no_number_stays_in_its_place_and_moves_nothing() -> None:
    smoothed = curves.smooth(np.array([1.0, math.nan, 3.0, math.inf]), 0.5)
    assert_array_equal(smoothed, [1.0, math.nan, (0.25 * 1 + 0.5 * 3) / 0.75, math.inf])


@pytest.mark.parametrize("weight", [-0.1, 1.0, math.nan])
def test_impossible_weights_are_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="smoothing weight"):
        curves.smooth(np.zeros(3), weight)
