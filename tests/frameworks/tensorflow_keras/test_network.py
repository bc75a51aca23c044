"""Layers of Keras that NumPy says in a line."""

import numpy as np
import pytest

from mnist_studio.frameworks.base import Chunk
from mnist_studio.frameworks.tensorflow_keras import FRAMEWORK
from mnist_studio.spec.layers import (
    AvgPool,
    BatchNorm,
    Conv,
    Dense,
    Flatten,
    GlobalAvgPool,
    Layer,
    Relu,
)
from mnist_studio.spec.model import weight_shapes
from mnist_studio.spec.optimizers import Sgd
from tests.frameworks.equations import cross_entropy
from tests.frameworks.examples import chunk, digits, in_precision, learner, run

COMPILED = (Flatten(), BatchNorm(momentum=0.7, epsilon=1e-3), Dense(10))
CONVOLVING = (Conv(3, bias=False), BatchNorm(), Relu(), GlobalAvgPool(), Dense(10))
each_network = pytest.mark.parametrize("layers", [COMPILED, CONVOLVING])


def test_average_pools_are_means() -> None:
    made = learner(FRAMEWORK, run((AvgPool(3), GlobalAvgPool(), Dense(10))))
    image = digits()[0][:2]
    found = made.activations(image)
    inputs = (image[:, :27, :27] / 255 - 0.1307) / 0.3081
    means = inputs.reshape(2, 9, 3, 9, 3).mean((2, 4))
    np.testing.assert_allclose(found["avg_pool1"][..., 0], means, rtol=1e-12)
    np.testing.assert_allclose(found["global_avg_pool1"][:, 0], means.mean((1, 2)), rtol=1e-12)


@each_network
def test_statistics_are_weights_without_gradients_and_slots(layers: tuple[Layer, ...]) -> None:
    spec = run(layers)
    made = learner(FRAMEWORK, spec)
    weights = made.weights()
    assert list(weights) == list(weight_shapes(spec.model))
    trainable = [name for name in weights if not name.endswith((".mean", ".variance"))]
    assert list(made.gradients(*digits())) == trainable
    assert {name.split("/")[0] for name in made.optimizer_state().slots} == set(trainable)


@each_network
def test_batch_norm_learns_by_the_statistics_of_the_batch(layers: tuple[Layer, ...]) -> None:
    spec = run(layers)
    made = learner(FRAMEWORK, spec)
    norm = next(layer for layer in layers if isinstance(layer, BatchNorm))
    before = list(made.activations(digits()[0][:1]))
    values = before[before.index("batch_norm1") - 1]
    mean, variance = 0.0, 1.0
    for first in range(3):
        steps = chunk(spec.model, 1, first=first)
        images, labels = (array[steps.indices[0]] for array in digits())
        features = made.activations(images)[values]
        axes = tuple(range(features.ndim - 1))
        batch_mean, batch_variance = features.mean(axes), features.var(axes)
        weights = dict(made.weights())
        probe = learner(FRAMEWORK, spec)
        probe.load_weights(
            {**weights, "batch_norm1.mean": batch_mean, "batch_norm1.variance": batch_variance}
        )
        expected = cross_entropy(probe.logits(images), labels)
        assert made.train(steps).losses[0] == pytest.approx(expected, rel=1e-10)
        keep = norm.momentum
        mean = keep * mean + (1 - keep) * batch_mean
        variance = keep * variance + (1 - keep) * batch_variance
        np.testing.assert_allclose(made.weights()["batch_norm1.mean"], mean, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(made.weights()["batch_norm1.variance"], variance, rtol=1e-9)


def test_batch_norm_predicts_with_its_running_statistics() -> None:
    spec = run(COMPILED)
    made = learner(FRAMEWORK, spec)
    made.train(chunk(spec.model, 4, rate=0.1))
    weights = made.weights()
    found = made.activations(digits()[0])
    scaled = (found["flatten1"] - weights["batch_norm1.mean"]) / np.sqrt(
        weights["batch_norm1.variance"] + 1e-3
    )
    expected = scaled * weights["batch_norm1.scale"] + weights["batch_norm1.offset"]
    np.testing.assert_allclose(found["batch_norm1"], expected, rtol=1e-9, atol=1e-9)


@each_network
def test_gradients_are_those_of_training_and_leave_the_statistics(
    layers: tuple[Layer, ...],
) -> None:
    spec = run(layers, Sgd())
    made = learner(FRAMEWORK, spec)
    before = made.weights()
    steps = chunk(spec.model, 1, rate=0.5)
    gradients = made.gradients(*(array[steps.indices[0]] for array in digits()))
    for name, array in made.weights().items():
        np.testing.assert_array_equal(array, before[name])
    made.train(steps)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(
            made.weights()[name], before[name] - 0.5 * gradient, rtol=1e-9, atol=1e-12
        )


@each_network
def test_statistics_come_back_as_they_were_loaded(layers: tuple[Layer, ...]) -> None:
    old, new = (learner(FRAMEWORK, run(layers)) for _ in range(2))
    old.train(chunk(run(layers).model, 3))
    new.load_weights(old.weights())
    for name, array in old.weights().items():
        np.testing.assert_array_equal(new.weights()[name], array)
    np.testing.assert_array_equal(new.logits(digits()[0]), old.logits(digits()[0]))


@pytest.mark.parametrize("layers", [(Flatten(), Dense(8), Dense(10)), CONVOLVING])
def test_bfloat16_rounds_products_and_nothing_else(layers: tuple[Layer, ...]) -> None:
    mixed, single = (
        learner(FRAMEWORK, in_precision(run(layers), precision))
        for precision in ("bfloat16", "float32")
    )
    images = digits()[0]
    assert {array.dtype.name for array in mixed.weights().values()} == {"float32"}
    assert mixed.logits(images).dtype == np.float32
    assert {array.dtype.name for array in mixed.activations(images).values()} == {"float32"}
    found, exact = mixed.logits(images), single.logits(images)
    apart = np.abs(found - exact).max() / np.abs(exact).max()
    assert 1e-5 < apart < 2e-2
    steps = chunk(run(layers).model, 20)
    np.testing.assert_allclose(mixed.train(steps).losses, single.train(steps).losses, rtol=3e-2)
    slots = mixed.optimizer_state().slots
    assert {array.dtype.name for array in slots.values()} == {"float32"}


@pytest.mark.parametrize("layers", [(Flatten(), Dense(10)), (Conv(10, 28, "valid"), Flatten())])
def test_products_of_bfloat16_are_added_up_in_float32(layers: tuple[Layer, ...]) -> None:
    # In bfloat16 itself 256 + 1 is 256.
    made = learner(FRAMEWORK, in_precision(run(layers), "bfloat16"))
    weights = {name: np.zeros_like(array) for name, array in made.weights().items()}
    kernel = next(name for name in weights if name.endswith("kernel"))
    weights[kernel][..., 0] = 1
    made.load_weights(weights)
    image, others = np.full((1, 28, 28), 112, np.uint8), np.ones(1, np.uint8)
    expected = 784 * (112 / 255 - 0.1307) / 0.3081
    assert made.logits(image)[0, 0] == pytest.approx(expected, rel=2**-8)
    made.bind(image, others)
    loss = made.train(Chunk(np.zeros((1, 4), np.int64), np.array([0.1]))).losses[0]
    assert loss == pytest.approx(expected, rel=2**-8)
    step = made.weights()[kernel].reshape(-1, 10)[:, 0]
    assert (step < 1).all()


def test_repeated_digits_count_as_often_as_they_come() -> None:
    spec = run(CONVOLVING)
    made, other = (learner(FRAMEWORK, spec) for _ in range(2))
    indices = np.array([[3, 3, 3, 5]])
    loss = made.train(Chunk(indices, np.array([0.01]))).losses[0]
    other.bind(*(array[indices[0]] for array in digits()))
    assert other.train(Chunk(np.arange(4)[None], np.array([0.01]))).losses[0] == loss
