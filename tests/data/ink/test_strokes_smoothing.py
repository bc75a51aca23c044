from math import pi

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mnist_studio.data.ink.strokes import EVEN, smooth, weight


def test_the_curve_goes_through_every_point() -> None:
    points = np.random.default_rng(0).random((9, 2))
    curve = smooth(points)
    assert curve.shape == (33, 2)
    np.testing.assert_allclose(curve[::4], points, atol=1e-12)


def test_a_straight_stroke_stays_straight() -> None:
    x = np.array([0.0, 1.0, 5.0, 6.0, 20.0])
    curve = smooth(np.stack([x, 3 * x], axis=1))
    np.testing.assert_allclose(curve[:, 1], 3 * curve[:, 0], atol=1e-9)
    assert (np.diff(curve[:, 0]) > 0).all()


def test_ten_points_of_a_circle_become_nearly_round() -> None:
    angles = np.arange(11) * 2 * pi / 10
    curve = smooth(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    # Straight lines would come as near as cos(18°) = 0.951. The ends have but one neighbor.
    assert np.hypot(*curve[4:-4].T).min() > 0.985


def test_one_or_two_points_stay_as_they_are() -> None:
    for count in (1, 2):
        points = np.random.default_rng(0).random((count, 2))
        assert smooth(points) is points


@settings(max_examples=60)
@given(arrays(np.float64, st.tuples(st.integers(3, 12), st.just(2)), elements=st.integers(-9, 9)))
def test_points_on_each_other_do_no_harm(points: np.ndarray) -> None:
    curve = smooth(points)
    assert np.isfinite(curve).all()
    assert np.abs(curve).max() < 3 * max(np.abs(points).max(), 1)


def test_the_weight_of_a_pressure_is_limited_and_an_unknown_one_is_even() -> None:
    pressures = np.array([0.0, 0.25, EVEN, 1.0, -3.0, 7.0, np.inf, -np.inf, np.nan])
    expected = [0.6, 0.8, 1.0, 1.4, 0.6, 1.4, 1.4, 0.6, 1.0]
    np.testing.assert_allclose(weight(pressures), expected)
    assert weight(np.nan) == weight(EVEN) == 1.0
