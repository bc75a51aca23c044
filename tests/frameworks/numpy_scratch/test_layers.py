"""Every layer's way back against differences of its way forward, in float64."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_studio.frameworks.numpy_scratch import layers
from mnist_studio.frameworks.numpy_scratch.convolution import Conv

Array = NDArray[np.float64]
RNG = np.random.default_rng(1)
STEP = 1e-6


def dropout() -> layers.Dropout:
    made = layers.Dropout(0.75)
    made.mask = (RNG.random((3, 5)) < 0.75).astype(np.uint8)
    return made


def kernel(size: int, inputs: int, outputs: int) -> Array:
    return RNG.normal(size=(size, size, inputs, outputs))


LAYERS = {
    "dense": (lambda: layers.Dense(RNG.normal(size=(5, 4)), RNG.normal(size=4)), (3, 5)),
    "dense without bias": (lambda: layers.Dense(RNG.normal(size=(5, 4)), None), (3, 5)),
    "relu": (layers.Relu, (3, 5)),
    "sigmoid": (layers.Sigmoid, (3, 5)),
    "flatten": (layers.Flatten, (2, 3, 2, 2)),
    "dropout": (dropout, (3, 5)),
    "max-pool": (lambda: layers.MaxPool(2), (2, 5, 4, 3)),
    "conv same": (lambda: Conv(kernel(3, 2, 4), RNG.normal(size=4), True), (2, 5, 4, 2)),
    "conv valid": (lambda: Conv(kernel(2, 2, 3), None, False), (2, 5, 4, 2)),
    "conv same, even": (lambda: Conv(kernel(4, 1, 2), None, True), (1, 5, 5, 1)),
}  # fmt: skip


def differences(loss: Callable[[], float], array: Array) -> Array:
    """The slope of a loss by every number of an array, which is changed in place and back."""
    slopes = np.empty_like(array)
    for place in np.ndindex(array.shape):
        kept = array[place]
        array[place] = kept + STEP
        above = loss()
        array[place] = kept - STEP
        slopes[place] = (above - loss()) / (2 * STEP)
        array[place] = kept
    return slopes


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_the_slopes_of_the_loss(name: str) -> None:
    make, shape = LAYERS[name]
    layer, x = make(), RNG.normal(size=shape)
    weights = RNG.normal(size=layer.forward(x).shape)

    def loss() -> float:
        return float((layer.forward(x) * weights).sum())

    loss()
    given = layer.input_gradient(weights).copy()
    np.testing.assert_allclose(given, differences(loss, x), rtol=1e-5, atol=1e-7)
    if isinstance(layer, layers.Dense | Conv):
        layer.learn(weights)
        for part, array in layer.weights.items():
            gradient = layer.gradients[part].copy()
            np.testing.assert_allclose(gradient, differences(loss, array), rtol=1e-5, atol=1e-7)


def test_the_first_of_equal_maxima_gets_the_gradient() -> None:
    pool = layers.MaxPool(2)
    pool.forward(np.ones((1, 2, 2, 1)))
    np.testing.assert_array_equal(
        pool.input_gradient(np.ones((1, 1, 1, 1)))[0, :, :, 0], [[1, 0], [0, 0]]
    )


def test_a_sigmoid_never_overflows() -> None:
    y = layers.Sigmoid().forward(np.array([-1e300, 0.0, 1e300]))
    np.testing.assert_array_equal(y, [0, 0.5, 1])
