"""The two losses, and what is done to gradients."""

import msgspec
import numpy as np
import pytest

from mnist_studio.frameworks.tensorflow_keras import FRAMEWORK
from mnist_studio.spec.layers import Conv, Dense, Flatten, Layer, Relu
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.run import ClipNorm, ClipValue, RunSpec
from tests.frameworks.examples import chunk, digits, learner, run

COMPILED = (Flatten(), Dense(6), Relu(), Dense(10))
CONVOLVING = (Conv(2), Flatten(), Dense(10))
each_network = pytest.mark.parametrize("layers", [COMPILED, CONVOLVING])


def training(layers: tuple[Layer, ...], **changes: object) -> RunSpec:
    spec = run(layers, Sgd())
    return msgspec.structs.replace(spec, training=msgspec.structs.replace(spec.training, **changes))


@each_network
@pytest.mark.parametrize("clip", [ClipNorm(0.05), ClipNorm(100.0), ClipValue(0.001)])
def test_training_clips_gradients(layers: tuple[Layer, ...], clip: ClipNorm | ClipValue) -> None:
    spec = training(layers, clip=clip)
    made = learner(FRAMEWORK, spec)
    before = made.weights()
    steps = chunk(spec.model, 1, rate=1.0)
    found = made.gradients(*(array[steps.indices[0]] for array in digits()))
    made.train(steps)
    if isinstance(clip, ClipValue):
        expected = {name: np.clip(array, -0.001, 0.001) for name, array in found.items()}
    else:
        norm = np.sqrt(sum(np.square(array).sum() for array in found.values()))
        scale = min(1.0, clip.limit / norm)
        assert (norm > clip.limit) == (clip.limit < 1)
        expected = {name: scale * array for name, array in found.items()}
    for name, gradient in expected.items():
        np.testing.assert_allclose(
            before[name] - made.weights()[name], gradient, rtol=1e-9, atol=1e-14
        )


@each_network
def test_the_second_softmax(layers: tuple[Layer, ...]) -> None:
    spec = training(layers, loss="double_softmax")
    made = learner(FRAMEWORK, spec)
    steps = chunk(spec.model, 1)
    images, labels = (array[steps.indices[0]] for array in digits())
    gradients, start = made.gradients(images, labels), made.weights()
    direction = np.random.default_rng(0).standard_normal(start["dense1.kernel"].shape)
    losses = []
    for side in (1e-5, -1e-5, 0.0):
        made.load_weights({**start, "dense1.kernel": start["dense1.kernel"] + side * direction})
        losses.append(double_softmax(made.logits(images), labels))
    slope = (losses[0] - losses[1]) / 2e-5
    assert slope == pytest.approx((gradients["dense1.kernel"] * direction).sum(), rel=1e-5)
    assert made.train(steps).losses[0] == pytest.approx(losses[2], rel=1e-12)


@each_network
def test_summed_bias_gradients(layers: tuple[Layer, ...]) -> None:
    exact, summed = (
        learner(FRAMEWORK, training(layers, bias_gradients=kind)).gradients(*digits())
        for kind in ("exact", "summed")
    )
    for name, gradient in exact.items():
        expected = np.full_like(gradient, gradient.sum()) if "bias" in name else gradient
        np.testing.assert_allclose(summed[name], expected, rtol=1e-9, atol=1e-15)


def double_softmax(logits: np.ndarray, labels: np.ndarray) -> float:
    chances = np.exp(logits - logits.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    picked = chances[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.exp(chances).sum(1)) - picked))
