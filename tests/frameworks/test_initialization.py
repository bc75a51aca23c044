"""Initial weights are what their equations say: spread, shape, and where they come from."""

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from mnist_studio.data.pipeline.randomness import Purpose, generator
from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec.layers import (
    BatchNorm,
    Conv,
    Dense,
    Flatten,
    Initializer,
    Layer,
    MaxPool,
    Relu,
    Uniform,
)
from mnist_studio.spec.model import ModelSpec

Draw = Callable[[Initializer], Array]

LIMITS: dict[Initializer, float] = {
    "he_uniform": sqrt(6 / 784),
    "glorot_uniform": sqrt(6 / (784 + 40)),
    "fan_in_uniform": sqrt(1 / 784),
    "size_uniform": sqrt(1 / (784 * 40)),
    Uniform(0.25): 0.25,
}
"""Of a dense kernel (784, 40), whose fans differ, so that none can take the place of another."""

OF_FILTERS: dict[Initializer, float] = {
    "he_uniform": sqrt(6 / (25 * 6)),
    "glorot_uniform": sqrt(6 / (25 * 6 + 25 * 48)),
    "fan_in_uniform": sqrt(1 / (25 * 6)),
    "size_uniform": sqrt(1 / (25 * 6 * 48)),
    Uniform(0.25): 0.25,
}
"""Of a convolution kernel (5, 5, 6, 48), whose window counts in both fans."""


def dense(initial: Initializer = "glorot_uniform", bias: Initializer = "zeros") -> ModelSpec:
    first = Dense(40, initial=initial, initial_bias=bias)
    return ModelSpec((Flatten(), first, Relu(), Dense(10, bias=False)))


def convolution(initial: Initializer, bias: Initializer = "zeros") -> Array:
    """The kernel of a second convolution, (5, 5, 6, 48)."""
    layers: tuple[Layer, ...] = (
        Conv(6), MaxPool(), Conv(48, size=5, initial=initial, initial_bias=bias), Flatten(),
        Dense(10),
    )  # fmt: skip
    return initial_weights(ModelSpec(layers), 1, "float64")["conv2.kernel"]


def kernel(initial: Initializer) -> Array:
    return initial_weights(dense(initial), 1, "float64")["dense1.kernel"]


@pytest.mark.parametrize(("draw", "fan_in"), [(kernel, 784), (convolution, 25 * 6)])
def test_he_normal_has_the_variance_of_fan_in(draw: Draw, fan_in: int) -> None:
    """He et al. 2015: 2 / fan-in. Of fan-out it would be 20 times, or an eighth, of that."""
    drawn = draw("he_normal")
    assert drawn.shape in ((784, 40), (5, 5, 6, 48))
    # Standard errors of a standard deviation of 7,200 values or more: below 0.9 %.
    assert drawn.std() == pytest.approx(sqrt(2 / fan_in), rel=0.035)
    assert abs(drawn.mean()) < 4 * drawn.std() / sqrt(drawn.size)
    # 0.27 % of a normal distribution are beyond 3 standard deviations, and nothing of a uniform.
    assert 0.001 < np.mean(np.abs(drawn) > 3 * drawn.std()) < 0.005


@pytest.mark.parametrize(
    ("draw", "initial", "limit"),
    [
        *((kernel, name, limit) for name, limit in LIMITS.items()),
        *((convolution, name, limit) for name, limit in OF_FILTERS.items()),
    ],
)
def test_a_uniform_kernel_fills_its_limits(draw: Draw, initial: Initializer, limit: float) -> None:
    drawn = draw(initial)
    assert 0.998 * limit < drawn.max() < limit
    assert -limit < drawn.min() < -0.998 * limit
    assert drawn.std() == pytest.approx(limit / sqrt(3), rel=0.03)


@pytest.mark.parametrize(("draw", "fans"), [(kernel, (784, 40)), (convolution, (150, 1200))])
def test_the_other_normal_draws_have_their_variances(draw: Draw, fans: tuple[int, int]) -> None:
    """Glorot & Bengio 2010: 2 / (fan-in + fan-out); LeCun et al. 1998: 1 / fan-in."""
    assert draw("glorot_normal").std() == pytest.approx(sqrt(2 / sum(fans)), rel=0.035)
    assert draw("lecun_normal").std() == pytest.approx(sqrt(1 / fans[0]), rel=0.035)


def test_zeros_are_zeros() -> None:
    assert not kernel("zeros").any()
    assert not convolution("zeros").any()


@pytest.mark.parametrize(("initial", "limit"), LIMITS.items())
def test_a_bias_uses_the_fans_of_its_kernel(initial: Initializer, limit: float) -> None:
    drawn = [initial_weights(dense(bias=initial), seed)["dense1.bias"] for seed in range(50)]
    assert {each.shape for each in drawn} == {(40,)}
    # 2,000 values: the largest is within 1 % of the limit.
    assert 0.99 * limit < np.max(drawn) < limit * (1 + 1e-6)
    assert -limit * (1 + 1e-6) < np.min(drawn) < -0.99 * limit


def test_a_normal_bias_uses_the_fan_in_of_its_kernel() -> None:
    drawn = [initial_weights(dense(bias="he_normal"), seed)["dense1.bias"] for seed in range(50)]
    assert np.std(drawn) == pytest.approx(sqrt(2 / 784), rel=0.07)


def test_the_bias_of_a_convolution_has_a_value_for_every_filter() -> None:
    model = ModelSpec((Conv(3, size=5, initial_bias=Uniform(0.5)), Flatten(), Dense(10)))
    bias = initial_weights(model, 1)["conv1.bias"]
    assert bias.shape == (3,)
    assert bias.all()


def test_a_layer_without_a_bias_has_none() -> None:
    assert set(initial_weights(dense(), 1)) == {"dense1.kernel", "dense1.bias", "dense2.kernel"}


def test_batch_normalization_starts_as_the_identity() -> None:
    model = ModelSpec((Flatten(), Dense(6), BatchNorm(), Relu(), Dense(10)))
    weights = initial_weights(model, 1)
    norm = {name.split(".")[1]: array for name, array in weights.items() if "norm" in name}
    assert {name: set(array.tolist()) for name, array in norm.items()} == {
        "scale": {1.0}, "variance": {1.0}, "offset": {0.0}, "mean": {0.0},
    }  # fmt: skip
    assert {array.shape for array in norm.values()} == {(6,)}


def test_every_layer_draws_from_its_own_place_in_the_sequence() -> None:
    """The numbers are a function of seed and position, so they do not depend on other layers."""
    weights = initial_weights(dense(bias="glorot_uniform"), 7, "float64")
    for name, position, shape in (("dense1", 1, (784, 40)), ("dense2", 3, (40, 10))):
        limit = sqrt(6 / sum(shape))
        expected = generator(7, Purpose.WEIGHTS, part=position).uniform(-limit, limit, shape)
        np.testing.assert_array_equal(weights[f"{name}.kernel"], expected.astype(np.float32))
    rng, limit = generator(7, Purpose.WEIGHTS, part=1), sqrt(6 / 824)
    rng.uniform(-limit, limit, (784, 40))
    bias = rng.uniform(-limit, limit, (40,)).astype(np.float32)
    np.testing.assert_array_equal(weights["dense1.bias"], bias)


def test_another_seed_gives_other_weights_and_the_same_seed_the_same() -> None:
    first, again, other = (initial_weights(dense(), seed)["dense1.kernel"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.any(first == other)


def test_both_precisions_start_from_the_same_numbers() -> None:
    single = initial_weights(dense("he_normal"), 3)
    double = initial_weights(dense("he_normal"), 3, "float64")
    assert {array.dtype.name for array in single.values()} == {"float32"}
    assert {array.dtype.name for array in double.values()} == {"float64"}
    for name, array in single.items():
        np.testing.assert_array_equal(double[name], array)
