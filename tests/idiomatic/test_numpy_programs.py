"""What the NumPy programs compute, against the studio's own learner."""

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Layer
from mnist_studio.spec.model import trainable_shapes
from mnist_studio.spec.run import RunSpec
from tests.frameworks.examples import (
    EVERYTHING,
    NORMED,
    NORMED_VECTORS,
    OPTIMISERS,
    VARIANTS,
    chunk,
    digits,
    learner,
    run,
)
from tests.idiomatic.examples import module

UNDROPPED = {
    "every layer": tuple(layer for layer in EVERYTHING if "Dropout" not in type(layer).__name__),
    "normed": tuple(layer for layer in NORMED if "Dropout" not in type(layer).__name__),
    "normed vectors": NORMED_VECTORS,
}


def _numpy(spec: RunSpec) -> RunSpec:
    layers: tuple[Layer, ...] = spec.model.layers
    kept = tuple(layer for layer in layers if "Dropout" not in type(layer).__name__)
    return replace(spec, framework="numpy", model=replace(spec.model, layers=kept))


def _steps_agree(spec: RunSpec, steps: int = 12) -> None:
    """Both make the same steps from the same weights with the same batches and rates."""
    spec = _numpy(spec)
    neutral = learner(registry.load("numpy"), spec)
    made = chunk(spec.model, steps)
    neutral.train(made)
    script = module(spec)
    images, labels = digits()
    p = {name: array.copy() for name, array in neutral_start(spec).items()}
    zeros = {name: np.zeros_like(array) for name, array in p.items()}
    slots = ("velocity", "mean", "square", "update")
    state = {"step": 0} | {slot: {n: z.copy() for n, z in zeros.items()} for slot in slots}
    rng = (np.random.default_rng(0),) if "rng" in script.train_step.__code__.co_varnames else ()
    for indices, rate in zip(made.indices, made.rates, strict=True):
        script.train_step(p, state, images[indices], labels[indices], rate, *rng)
    for name, array in neutral.weights().items():
        np.testing.assert_allclose(p[name], array, rtol=0, atol=1e-9 * abs(array).max() + 1e-12)


def neutral_start(spec: RunSpec) -> dict[str, np.ndarray]:
    return dict(initial_weights(spec.model, 7, "float64"))


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_optimisers_are_the_stated_ones(name: str) -> None:
    _steps_agree(run(optimizer=OPTIMISERS[name]))


@pytest.mark.parametrize("name", UNDROPPED)
def test_every_layer_learns_as_in_the_studio(name: str) -> None:
    _steps_agree(run(UNDROPPED[name]))


@pytest.mark.parametrize("name", VARIANTS)
def test_clipping_and_faults_are_the_stated_ones(name: str) -> None:
    _steps_agree(VARIANTS[name])


@pytest.mark.parametrize("name", [*OPTIMISERS])
def test_a_program_keeps_to_its_precision(name: str) -> None:
    """A float64 that slips in would make float32 programs twice as slow, unseen."""
    script = module(_numpy(run(EVERYTHING, OPTIMISERS[name], precision="float32")))
    p = script.build_model(np.random.default_rng(0))
    g = script.backward(
        p, script.forward(p, script.scaled(digits()[0][:5]))[1], np.ones((5, 10), np.float32)
    )
    assert {array.dtype for array in (*p.values(), *g.values())} == {np.dtype(np.float32)}
    assert g.keys() == trainable_shapes(run(EVERYTHING).model).keys()


def test_augmentation_stays_within_its_limits() -> None:
    """A dot in the middle of a digit moves by at most the shift; nothing else is drawn."""
    spec = run()
    shifted = replace(spec.training, augmentation=Augmentation(shift=3))
    script = module(replace(spec, framework="numpy", training=shifted))
    images = np.zeros((200, 28, 28), np.uint8)
    images[:, 13:15, 13:15] = 255
    changed = script.augment(images, np.random.default_rng(0))
    mass = changed.sum(axis=(1, 2))
    places = np.arange(28) - 13.5
    for axis in (1, 2):
        centre = (changed.sum(axis=axis) * places).sum(axis=1) / mass
        assert 2.5 < abs(centre).max() <= 3.0
        assert abs(centre.mean()) < 0.5
    np.testing.assert_allclose(mass, 4 * 255, rtol=1e-4)


def test_a_displaced_digit_keeps_its_place_on_the_whole() -> None:
    spec = run()
    elastic = replace(spec.training, augmentation=Augmentation(elastic=2, smoothness=4))
    script = module(replace(spec, framework="numpy", training=elastic))
    fields = script.displacements(np.random.default_rng(0), 50)
    longest = np.sqrt((fields**2).sum(axis=0)).max(axis=(1, 2))
    np.testing.assert_allclose(longest, 2)
