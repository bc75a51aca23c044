import numpy as np
import pytest

from mnist_studio.analysis.projection import principal_axes, principal_plane, projected


def test_the_plane_of_a_known_cloud() -> None:
    # Variance 8 along (3, 4)/5, 2 along (-4, 3)/5 and none along the third axis.
    u, v = np.array([0.6, 0.8, 0]), np.array([-0.8, 0.6, 0])
    cloud = np.array([4 * u, -4 * u, 2 * v, -2 * v]) + np.array([1, 2, 3])
    plane = principal_plane(cloud)
    np.testing.assert_allclose(plane.mean, [1, 2, 3])
    np.testing.assert_allclose(plane.axes[0], u, atol=1e-12)
    # The largest component is positive.
    np.testing.assert_allclose(plane.axes[1], -v, atol=1e-12)
    assert plane.explained == pytest.approx((0.8, 0.2))
    expected = [(4, 0), (-4, 0), (0, -2), (0, 2)]
    np.testing.assert_allclose(projected(plane, cloud), expected, atol=1e-12)


@pytest.mark.parametrize("shape", [(40, 6), (6, 40)])
def test_both_ways_agree_with_the_singular_value_decomposition(shape: tuple[int, int]) -> None:
    cloud = np.random.default_rng(1).normal(size=shape)
    plane = principal_plane(cloud)
    _, lengths, axes = np.linalg.svd(cloud - cloud.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(abs((plane.axes * axes[:2]).sum(axis=1)), 1, atol=1e-9)
    assert plane.explained == pytest.approx(tuple(lengths[:2] ** 2 / (lengths**2).sum()))


def test_more_axes_begin_with_the_plane_and_end_with_empty_ones() -> None:
    cloud = np.random.default_rng(2).normal(size=(9, 4))
    plane, more = principal_plane(cloud), principal_axes(cloud, 6)
    np.testing.assert_array_equal(more.axes[:2], plane.axes)
    assert more.axes.shape == (6, 4)
    assert sum(more.explained) == pytest.approx(1)
    assert not more.axes[4:].any()


def test_vectors_on_a_line_or_in_a_point_leave_an_axis_empty() -> None:
    line = principal_plane(np.array([[0.0, 0], [1, 1], [2, 2]]))
    assert line.explained == pytest.approx((1, 0))
    assert not line.axes[1].any()
    point = principal_plane(np.ones((3, 2)))
    assert point.explained == pytest.approx((0, 0))
    with pytest.raises(ValueError, match="two vectors"):
        principal_plane(np.ones((1, 2)))
