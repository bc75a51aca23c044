import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Chunk
from mnist_studio.frameworks.numpy_scratch.traced_arrays import TrainingInput
from mnist_studio.frameworks.numpy_scratch.tracing import forward, step
from mnist_studio.spec.layers import Dropout, Layer
from mnist_studio.spec.model import class_count
from mnist_studio.spec.run import RunSpec
from tests.frameworks.examples import (
    DROPPED,
    EVERYTHING,
    NORMED,
    NORMED_VECTORS,
    OPTIMIZERS,
    VARIANTS,
    chunk,
    digits,
    in_precision,
    learner,
    run,
)

RUNS = {
    **{name: run(DROPPED, optimizer) for name, optimizer in OPTIMIZERS.items()},
    **VARIANTS,
    "everything": run(EVERYTHING),
    "normed": run(NORMED),
}


@pytest.fixture(params=RUNS)
def spec(request: pytest.FixtureRequest) -> RunSpec:
    return RUNS[request.param]


def _digits(spec: RunSpec) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return digits(classes=class_count(spec.model))


def test_a_step_is_that_of_the_learner(spec: RunSpec) -> None:
    model = learner(registry.load("numpy"), spec)
    model.train(chunk(spec.model, 3))
    weights, state = model.weights(), model.optimizer_state()
    (images, labels), one = _digits(spec), chunk(spec.model, 1, batch=1, first=3)
    place = int(one.indices[0, 0])
    masks = {name: mask[0] for name, mask in one.masks.items()}
    target = TrainingInput(int(labels[place]), 0.01, state, masks)
    traced = step(spec, weights, images[place], target)
    assert traced.step is not None

    results = model.train(Chunk(one.indices, np.array([0.01]), one.masks))
    assert traced.step.loss == pytest.approx(results.losses[0], rel=1e-12)
    assert (traced.step.number, traced.step.label) == (4, labels[place])
    arrays = {array.name: array for layer in traced.layers for array in layer.changes}
    assert arrays.keys() == weights.keys()
    for name, expected in model.weights().items():
        np.testing.assert_allclose(arrays[name].after, expected, rtol=1e-11, atol=1e-14)
        np.testing.assert_array_equal(arrays[name].before, weights[name])
    assert any(np.any(array.update) for array in arrays.values())
    after = model.optimizer_state()
    slots = {
        f"{n}/{slot}": array for n, a in arrays.items() for slot, array in a.slots_after.items()
    }
    assert slots.keys() == after.slots.keys()
    for name, array in slots.items():
        np.testing.assert_allclose(array, after.slots[name], rtol=1e-11, atol=1e-14)


def test_the_weights_given_stay(spec: RunSpec) -> None:
    model = learner(registry.load("numpy"), spec)
    weights = model.weights()
    step(spec, weights, digits()[0][0], TrainingInput(2, 0.1))
    for name, array in model.weights().items():
        np.testing.assert_array_equal(weights[name], array)


def test_the_forward_pass_is_that_of_the_prediction(spec: RunSpec) -> None:
    model = learner(registry.load("numpy"), spec)
    model.train(chunk(spec.model, 2))
    image = digits()[0][0]
    traced = forward(spec, model.weights(), image)
    np.testing.assert_allclose(traced.logits, model.logits(image[None])[0], rtol=1e-11, atol=1e-14)
    assert traced.probabilities.sum() == pytest.approx(1)
    for layer, (name, output) in zip(
        traced.layers, model.activations(image[None]).items(), strict=True
    ):
        assert layer.name == name
        np.testing.assert_allclose(layer.output, output[0], rtol=1e-11, atol=1e-14)
    assert traced.step is None
    assert all(layer.output_gradient is None for layer in traced.layers)


def test_every_layer_hands_its_output_on_and_its_gradient_back() -> None:
    spec = run(EVERYTHING)
    model = learner(registry.load("numpy"), spec)
    traced = step(spec, model.weights(), digits()[0][0], TrainingInput(2, 0.1))
    assert traced.step is not None
    for before, after in zip(traced.layers, traced.layers[1:], strict=False):
        np.testing.assert_array_equal(before.output, after.input)
        np.testing.assert_array_equal(before.output_gradient, after.input_gradient)
    np.testing.assert_array_equal(traced.layers[-1].output_gradient, traced.step.logit_gradient)
    dense = next(layer for layer in reversed(traced.layers) if layer.changes)
    (kernel, bias) = dense.changes
    expected = np.outer(dense.input, traced.step.logit_gradient)
    assert kernel.gradient is not None
    np.testing.assert_allclose(kernel.gradient, expected, rtol=1e-12)
    assert (kernel.equation, bias.equation) == ("dW = xᵀ dy", "db = Σ dy")


@pytest.mark.parametrize("layers", [NORMED, NORMED_VECTORS])
def test_with_frozen_statistics_it_trains_as_it_predicts(layers: tuple[Layer, ...]) -> None:
    spec = run(tuple(layer for layer in layers if not isinstance(layer, Dropout)))
    model = learner(registry.load("numpy"), spec)
    model.train(chunk(spec.model, 3))
    image, weights = digits()[0][0], model.weights()
    traced = step(spec, weights, image, TrainingInput(3, 0.01, frozen=True))
    np.testing.assert_allclose(traced.logits, model.logits(image[None])[0], rtol=1e-11, atol=1e-14)
    arrays = {array.name: array for layer in traced.layers for array in layer.changes}
    for name, array in arrays.items():
        assert np.any(array.update) == (array.gradient is not None), name
    gradient = traced.layers[0].input_gradient
    assert gradient is not None
    assert traced.step is not None
    np.testing.assert_allclose(
        gradient[..., 0],
        sum(
            slope * model.input_gradients(image[None], np.array([digit], np.uint8))[0]
            for digit, slope in enumerate(traced.step.logit_gradient)
        ),
        rtol=1e-9,
        atol=1e-13,
    )


def test_a_small_step_lowers_the_loss() -> None:
    spec = in_precision(run(optimizer=OPTIMIZERS["sgd"]), "float32")
    model = learner(registry.load("numpy"), spec)
    traced = step(spec, model.weights(), digits()[0][0], TrainingInput(3, 0.01))
    assert traced.step is not None
    assert traced.step.loss_after < traced.step.loss
    assert traced.step.norm > 0
    assert traced.logits.dtype == np.float32


def test_the_gradients_are_those_of_differences() -> None:
    spec = run((*EVERYTHING[:2], *EVERYTHING[8:]))
    model = learner(registry.load("numpy"), spec)
    image, weights = digits()[0][0], dict(model.weights())
    traced = step(spec, weights, image, TrainingInput(3, 0.1))
    kernel = next(a for layer in traced.layers for a in layer.changes if a.name == "conv1.kernel")
    assert kernel.gradient is not None
    for sign in (1, -1):
        changed = weights["conv1.kernel"].copy()
        changed[1, 1, 0, 2] += sign * 1e-6
        moved = step(spec, weights | {"conv1.kernel": changed}, image, TrainingInput(3, 0.1)).step
        assert moved is not None
        assert traced.step is not None
        slope = sign * (moved.loss - traced.step.loss) / 1e-6
        assert slope == pytest.approx(kernel.gradient[1, 1, 0, 2], rel=1e-3, abs=1e-7)
