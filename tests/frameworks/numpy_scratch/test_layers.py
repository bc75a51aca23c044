"""Every layer's way back against differences of its way forward, in float64."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_studio.frameworks.numpy_scratch import activations, convolution, layers, pooling
from mnist_studio.frameworks.numpy_scratch.batch_norm import BatchNorm
from mnist_studio.frameworks.numpy_scratch.convolution import Conv

Array = NDArray[np.float64]
RNG = np.random.default_rng(1)
STEP = 1e-6


def dropout() -> layers.Dropout:
    made = layers.Dropout(0.75)
    made.mask = (RNG.random((3, 5)) < 0.75).astype(np.uint8)
    return made


def linear(kind: Callable[..., layers.Layer], *sides: int, bias: bool = True) -> layers.Layer:
    weights = {"kernel": RNG.normal(size=sides)}
    if bias:
        weights["bias"] = RNG.normal(size=sides[-1])
    return kind(weights, {name: np.empty_like(array) for name, array in weights.items()})


def same(weights: dict[str, Array], gradients: dict[str, Array]) -> Conv:
    return Conv(weights, gradients, same=True)


def valid(weights: dict[str, Array], gradients: dict[str, Array]) -> Conv:
    return Conv(weights, gradients, same=False)


def batch_norm(by_batch: bool) -> BatchNorm:
    weights = {name: RNG.uniform(0.5, 2, 3) for name in ("scale", "offset", "mean", "variance")}
    made = BatchNorm(weights, {"scale": np.empty(3), "offset": np.empty(3)}, 0.9, 1e-3)
    made.by_batch = by_batch
    return made


LAYERS: Mapping[str, tuple[Callable[[], layers.Layer], tuple[int, ...]]] = {
    "dense": (lambda: linear(layers.Dense, 5, 4), (3, 5)),
    "dense without bias": (lambda: linear(layers.Dense, 5, 4, bias=False), (3, 5)),
    "relu": (layers.Relu, (3, 5)),
    "sigmoid": (layers.Sigmoid, (3, 5)),
    "tanh": (activations.Tanh, (3, 5)),
    "leaky relu": (lambda: activations.LeakyRelu(0.2), (3, 5)),
    "gelu": (activations.Gelu, (3, 5)),
    "elu": (lambda: activations.Elu(0.7), (3, 5)),
    "flatten": (layers.Flatten, (2, 3, 2, 2)),
    "dropout": (dropout, (3, 5)),
    "max-pool": (lambda: pooling.MaxPool(2), (2, 5, 4, 3)),
    "max-pool of 3": (lambda: pooling.MaxPool(3), (2, 7, 6, 2)),
    "average-pool": (lambda: pooling.AvgPool(2), (2, 5, 4, 3)),
    "average-pool of 3": (lambda: pooling.AvgPool(3), (2, 7, 6, 2)),
    "global average-pool": (pooling.GlobalAvgPool, (2, 5, 4, 3)),
    "batch-norm of vectors": (lambda: batch_norm(True), (6, 3)),
    "batch-norm of maps": (lambda: batch_norm(True), (2, 3, 4, 3)),
    "batch-norm in evaluation": (lambda: batch_norm(False), (2, 3, 4, 3)),
    "conv same": (lambda: linear(same, 3, 3, 2, 4), (2, 5, 4, 2)),
    "conv valid": (lambda: linear(valid, 2, 2, 2, 3, bias=False), (2, 5, 4, 2)),
    "conv same, even": (lambda: linear(same, 4, 4, 1, 2, bias=False), (1, 5, 5, 1)),
    "conv same, 5x5": (lambda: linear(same, 5, 5, 3, 2), (2, 6, 5, 3)),
    "conv valid, 1x1": (lambda: linear(valid, 1, 1, 3, 2), (2, 4, 5, 3)),
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
    if isinstance(layer, layers.Dense | Conv | BatchNorm):
        layer.backward_params(weights)
        for part, gradient in layer.gradients.items():
            found = differences(loss, layer.weights[part])
            np.testing.assert_allclose(gradient, found, rtol=1e-5, atol=1e-7)
        loss()
    given = layer.backward_input(weights).copy()
    np.testing.assert_allclose(given, differences(loss, x), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["conv same", "conv valid", "conv same, even", "conv same, 5x5"])
def test_tiles_of_a_convolution_change_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, shape = LAYERS[name]
    layer, x = make(), RNG.normal(size=(7, *shape[1:]))
    assert isinstance(layer, Conv)
    y = layer.forward(x).copy()
    layer.backward_params(np.sin(y))
    whole = {part: gradient.copy() for part, gradient in layer.gradients.items()}
    two_images = 2 * y[0, ..., 0].size * layer.weights["kernel"][..., 0].nbytes
    for room in (1, two_images):
        monkeypatch.setattr(convolution, "TILE_BYTES", room)
        np.testing.assert_allclose(layer.forward(x), y, rtol=1e-13, atol=1e-14)
        layer.backward_params(np.sin(y))
        for part, gradient in whole.items():
            np.testing.assert_allclose(layer.gradients[part], gradient, rtol=1e-12, atol=1e-13)


def test_the_first_of_equal_maxima_gets_the_gradient() -> None:
    pool = pooling.MaxPool(2)
    pool.forward(np.ones((1, 2, 2, 1)))
    np.testing.assert_array_equal(
        pool.backward_input(np.ones((1, 1, 1, 1)))[0, :, :, 0], [[1, 0], [0, 0]]
    )


def test_a_sigmoid_never_overflows() -> None:
    y = layers.Sigmoid().forward(np.array([-1e300, 0.0, 1e300]))
    np.testing.assert_array_equal(y, [0, 0.5, 1])
