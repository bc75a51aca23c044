"""A framework against NumPy: the same weights, batches, masks and rates give the same learning.

NumPy is the hub: PyTorch and Keras are each compared with it, and so with each other, without
being in one process.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array, Framework, Learner, OptimizerState, Weights
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.parity.report import LARGEST_INFORMATIVE
from mnist_studio.spec.layers import Conv, Dense, Layer
from mnist_studio.spec.model import class_count
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import Precision, RunSpec
from tests.frameworks.examples import VARIANTS, chunk, digits, in_precision, learner

STEPS = 50
BATCH = 8


@dataclass(frozen=True)
class Trained:
    """What a framework made of a run."""

    losses: Array
    weights: Weights


COVERING = ("bobnet", "compact-cnn", "fast-99", "mlp-128", "sgd-mlp-sigmoid", "wide-cnn")
"""Every kind of layer and optimizer that recipes have: the others are larger, not different, and
``mnist-studio parity`` proves them one by one."""


class ParityContract:
    """How far a framework may be from NumPy.

    Measured on an x86 CPU, the worse of PyTorch and Keras, relative to the largest magnitude: in
    float64 5e-15 in outputs and gradients, 1e-15 in 50 losses, and 1e-12 in the weights after
    them; in float32 7e-7 in outputs and 4e-6 in gradients.
    """

    @pytest.fixture(params=[*COVERING, *VARIANTS])
    def spec(self, request: pytest.FixtureRequest) -> RunSpec:
        name = request.param
        return VARIANTS[name] if name in VARIANTS else _narrowed(run_spec(RECIPES[name]))

    @pytest.mark.parametrize(
        ("precision", "of_outputs", "of_gradients"),
        [("float64", 1e-10, 1e-10), ("float32", 1e-5, 1e-4)],
    )
    def test_outputs_and_gradients(
        self,
        framework: Framework,
        spec: RunSpec,
        precision: Precision,
        of_outputs: float,
        of_gradients: float,
    ) -> None:
        ours, hub = _pair(framework, in_precision(spec, precision))
        images, labels = (array[:32] for array in digits(classes=class_count(spec.model)))
        assert distance(ours.logits(images), hub.logits(images)) < of_outputs
        expected = hub.input_gradients(images, labels)
        assert distance(ours.input_gradients(images, labels), expected) < of_gradients
        found = ours.gradients(images, labels)
        for name, expected in hub.gradients(images, labels).items():
            assert distance(found[name], expected) < of_gradients, name

    def test_curve_in_float64(self, framework: Framework, spec: RunSpec) -> None:
        ours = _trained(framework.name, in_precision(spec, "float64"))
        hub = _trained("numpy", in_precision(spec, "float64"))
        np.testing.assert_allclose(ours.losses, hub.losses, rtol=1e-8)
        for name, array in hub.weights.items():
            assert distance(ours.weights[name], array) < 1e-8, name

    def test_curve_in_float32(self, framework: Framework, spec: RunSpec) -> None:
        # The median of several short curves: sooner or later a unit lies within rounding of 0, or
        # two maxima of each other, and one curve leaves all others at once, by 1e-4 or more. Of
        # wide-cnn's curves one in two does so within 50 steps, NumPy's as often as the others'.
        single, double = in_precision(spec, "float32"), in_precision(spec, "float64")
        ours, exact = _short_curves(framework.name, single), _short_curves(framework.name, double)
        hub = _short_curves("numpy", single)
        tolerance = 5 * _median_distance(ours, exact)
        assert _median_distance(ours, hub) <= tolerance
        # A tolerance as large as the losses would pass any curve.
        assert tolerance < LARGEST_INFORMATIVE * float(np.median(np.abs(exact)))

    def test_goes_on_from_numpy(self, framework: Framework, spec: RunSpec) -> None:
        ours, hub = _pair(framework, in_precision(spec, "float64"))
        hub.train(chunk(spec.model, 10, BATCH))
        ours.load_weights(hub.weights())
        ours.load_optimizer_state(hub.optimizer_state())
        rest = chunk(spec.model, 10, BATCH, first=10)
        np.testing.assert_allclose(ours.train(rest).losses, hub.train(rest).losses, rtol=1e-8)


def _narrowed(spec: RunSpec) -> RunSpec:
    """With a quarter of the filters and units: the same kinds of layers in a tenth of the time."""
    *hidden, last = spec.model.layers
    layers = (*map(_narrow, hidden), last)
    return replace(spec, model=replace(spec.model, layers=layers))


def _narrow(layer: Layer) -> Layer:
    match layer:
        case Conv():
            return replace(layer, filters=max(4, layer.filters // 4))
        case Dense():
            return replace(layer, units=max(10, layer.units // 4))
    return layer


def distance(found: Array, expected: Array) -> float:
    """The largest difference, relative to the largest magnitude."""
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def _short_curves(name: str, spec: RunSpec) -> Array:
    """(7, 10): the first losses from seven initial networks, all by one learner."""
    made = _learner(name, spec)
    start = made.optimizer_state()
    curves = []
    for seed in range(7):
        made.load_weights(initial_weights(spec.model, seed, spec.training.precision))
        made.load_optimizer_state(start)
        rate = spec.training.optimizer.learning_rate
        curves.append(made.train(chunk(spec.model, 10, BATCH, rate)).losses)
    return np.stack(curves)


def _median_distance(ours: Array, others: Array) -> float:
    """Of the root mean square distances of the curves."""
    return float(np.median(np.sqrt(np.mean((ours - others) ** 2, axis=1))))


def _pair(framework: Framework, spec: RunSpec) -> tuple[Learner, Learner]:
    return _learner(framework.name, spec), _learner("numpy", spec)


def _learner(name: str, spec: RunSpec) -> Learner:
    """The one learner of a run, as it was made: to compile its steps takes most of the time.

    NumPy compiles nothing, and its learners own threads that end with them.
    """
    if name == "numpy":
        return learner(registry.load(name), spec)
    made, weights, state = _made(name, spec)
    made.load_weights(weights)
    made.load_optimizer_state(state)
    return made


@cache
def _made(name: str, spec: RunSpec) -> tuple[Learner, Weights, OptimizerState]:
    made = learner(registry.load(name), spec)
    return made, made.weights(), made.optimizer_state()


def _trained(name: str, spec: RunSpec) -> Trained:
    """A framework's first steps, made once."""
    made = _learner(name, spec)
    rate = spec.training.optimizer.learning_rate
    parts = [made.train(chunk(spec.model, 10, BATCH, rate, first)) for first in range(0, STEPS, 10)]
    return Trained(np.concatenate([part.losses for part in parts]), made.weights())
