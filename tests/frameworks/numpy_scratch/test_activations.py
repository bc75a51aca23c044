import math

import numpy as np
import pytest
from numpy.typing import DTypeLike

from mnist_studio.frameworks.numpy_scratch.activations import Elu, Gelu, LeakyRelu, normal_cdf
from mnist_studio.frameworks.numpy_scratch.memory import Workspace


@pytest.mark.parametrize(("dtype", "error"), [("float64", 4e-16), ("float32", 1e-7)])
def test_the_normal_distribution_function_is_that_of_the_standard_library(
    dtype: DTypeLike, error: float
) -> None:
    x = np.concatenate([np.linspace(-12, 12, 7001), [-1e30, 1e30, 0.0]]).astype(dtype)
    exact = [(1 + math.erf(value / math.sqrt(2))) / 2 for value in x.tolist()]
    np.testing.assert_allclose(normal_cdf(x, Workspace()), exact, rtol=0, atol=error)


def test_a_gelu_keeps_what_is_not_a_number() -> None:
    found = Gelu().forward(np.array([np.nan, 2.0]))
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(2 * 0.9772498680518208, rel=1e-15)


def test_an_elu_never_overflows() -> None:
    found = Elu(0.5).forward(np.array([-1e300, 0.0, 1e300]))
    np.testing.assert_array_equal(found, [-0.5, 0, 1e300])


def test_a_leaky_relu_scales_negative_numbers() -> None:
    found = LeakyRelu(0.25).forward(np.array([-4.0, 0.0, 4.0]))
    np.testing.assert_array_equal(found, [-1, 0, 4])
