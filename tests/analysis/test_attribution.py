import numpy as np
import pytest

from mnist_studio.analysis.attribution import attribution, path
from mnist_studio.spec.model import UNIT
from tests.analysis.test_counterfactual import IMAGE, plane


def test_the_path_begins_blank_and_ends_with_the_image() -> None:
    points = path(IMAGE, 4)
    assert points.shape == (5, 28, 28)
    assert points.dtype == np.uint8
    assert [int(point.max()) for point in points] == [0, 50, 100, 150, 200]
    np.testing.assert_array_equal(points[-1], IMAGE)


def test_of_a_plane_it_is_weight_times_input() -> None:
    kernel = np.random.default_rng(1).normal(size=(784, 10))
    found = attribution(plane(kernel, [0.5] * 10), UNIT, IMAGE, 3)
    assert found is not None
    slope = kernel[:, 3].reshape(28, 28)
    np.testing.assert_allclose(found.saliency, slope, rtol=1e-6)
    np.testing.assert_allclose(found.integrated, slope * IMAGE / 255, rtol=1e-5, atol=1e-9)
    assert found.baseline_logit == pytest.approx(0.5)
    assert found.attributed == pytest.approx(found.logit - 0.5, rel=1e-5)
    assert found.completeness_error < 1e-5


def test_it_can_be_cancelled() -> None:
    assert (
        attribution(plane(np.zeros((784, 10)), [0.0] * 10), UNIT, IMAGE, 0, 8, lambda: True) is None
    )
