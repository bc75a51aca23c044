"""What the NumPy scripts compute, compared with the learner of the shared loop."""

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Layer
from mnist_studio.spec.model import class_count, trainable_shapes
from mnist_studio.spec.run import RunSpec
from tests.codegen.examples import module
from tests.frameworks.examples import (
    EVERYTHING,
    NORMED,
    NORMED_VECTORS,
    OPTIMIZERS,
    VARIANTS,
    chunk,
    digits,
    learner,
    run,
)

UNDROPPED = {
    "every layer": tuple(layer for layer in EVERYTHING if "Dropout" not in type(layer).__name__),
    "normed": tuple(layer for layer in NORMED if "Dropout" not in type(layer).__name__),
    "normed vectors": NORMED_VECTORS,
}


def _numpy(spec: RunSpec) -> RunSpec:
    layers: tuple[Layer, ...] = spec.model.layers
    layers_left = tuple(layer for layer in layers if "Dropout" not in type(layer).__name__)
    return replace(spec, framework="numpy", model=replace(spec.model, layers=layers_left))


def _assert_steps_agree(spec: RunSpec, steps: int = 12) -> None:
    """Both take the same steps from the same weights, with the same batches and rates."""
    spec = _numpy(spec)
    shared = learner(registry.load("numpy"), spec)
    made = chunk(spec.model, steps)
    shared.train(made)
    script = module(spec)
    images, labels = digits(classes=class_count(spec.model))
    p = {name: array.copy() for name, array in _initial(spec).items()}
    zeros = {name: np.zeros_like(array) for name, array in p.items()}
    slots = ("velocity", "mean", "square", "update")
    state = {"step": 0} | {slot: {n: z.copy() for n, z in zeros.items()} for slot in slots}
    rng = (np.random.default_rng(0),) if "rng" in script.train_step.__code__.co_varnames else ()
    for indices, rate in zip(made.indices, made.rates, strict=True):
        script.train_step(p, state, images[indices], labels[indices], rate, *rng)
    for name, array in shared.weights().items():
        np.testing.assert_allclose(p[name], array, rtol=0, atol=1e-9 * abs(array).max() + 1e-12)


def _initial(spec: RunSpec) -> dict[str, np.ndarray]:
    return dict(initial_weights(spec.model, 7, "float64"))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_agree_with_the_shared_loop(name: str) -> None:
    _assert_steps_agree(run(optimizer=OPTIMIZERS[name]))


@pytest.mark.parametrize("name", UNDROPPED)
def test_layers_agree_with_the_shared_loop(name: str) -> None:
    _assert_steps_agree(run(UNDROPPED[name]))


@pytest.mark.parametrize("name", VARIANTS)
def test_clipping_and_known_bugs_agree_with_the_shared_loop(name: str) -> None:
    _assert_steps_agree(VARIANTS[name])


@pytest.mark.parametrize("name", [*OPTIMIZERS])
def test_a_script_computes_in_its_precision(name: str) -> None:
    """A single float64 array would make a float32 script twice as slow."""
    script = module(_numpy(run(EVERYTHING, OPTIMIZERS[name], precision="float32")))
    p = script.build_model(np.random.default_rng(0))
    g = script.backward(
        p, script.forward(p, script.scaled(digits()[0][:5]))[1], np.ones((5, 10), np.float32)
    )
    assert {array.dtype for array in (*p.values(), *g.values())} == {np.dtype(np.float32)}
    assert g.keys() == trainable_shapes(run(EVERYTHING).model).keys()


def test_augmentation_stays_within_its_limits() -> None:
    """A dot in the middle of an image moves by at most the shift."""
    spec = run()
    shifted = replace(spec.training, augmentation=Augmentation(shift=3))
    script = module(replace(spec, framework="numpy", training=shifted))
    images = np.zeros((200, 28, 28), np.uint8)
    images[:, 13:15, 13:15] = 255
    changed = script.augment(images, np.random.default_rng(0))
    mass = changed.sum(axis=(1, 2))
    places = np.arange(28) - 13.5
    for axis in (1, 2):
        center = (changed.sum(axis=axis) * places).sum(axis=1) / mass
        assert 2.5 < abs(center).max() <= 3.0
        assert abs(center.mean()) < 0.5
    np.testing.assert_allclose(mass, 4 * 255, rtol=1e-4)


def test_the_longest_displacement_is_the_given_one() -> None:
    spec = run()
    elastic = replace(spec.training, augmentation=Augmentation(elastic=2, smoothness=4))
    script = module(replace(spec, framework="numpy", training=elastic))
    fields = script.displacements(np.random.default_rng(0), 50)
    longest = np.sqrt((fields**2).sum(axis=0)).max(axis=(1, 2))
    np.testing.assert_allclose(longest, 2)
