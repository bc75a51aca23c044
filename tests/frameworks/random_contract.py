"""Random networks of every kind of layer: a framework against NumPy, the hub of all comparisons."""

from math import prod, sqrt

import numpy as np

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array, Framework, Weights
from mnist_studio.spec.model import ModelSpec, describe, parameter_count, trainable_shapes
from mnist_studio.spec.optimizers import Sgd
from tests.frameworks.examples import digits, run
from tests.random_networks import COUNT, valid_network

_DIGITS = digits(4)


class RandomNetworkContract:
    """Shapes, parameters, outputs of every layer, and gradients, in float64."""

    def test_random_networks_are_the_same_in_every_framework(self, framework: Framework) -> None:
        for number in range(COUNT):
            try:
                _compare(framework, valid_network(number))
            except Exception as error:
                raise AssertionError(f"network {number}: {valid_network(number)}") from error


def _compare(framework: Framework, model: ModelSpec) -> None:
    # Built without initial weights, training set, and optimizer state, which take half of the time.
    spec, weights, (images, labels) = run(model.layers, Sgd()), _weights(model), _DIGITS
    ours, hub = (
        made.learner(spec, weights, made.devices()[-1])
        for made in (framework, registry.load("numpy"))
    )
    found, expected = ours.activations(images), hub.activations(images)
    shapes = {report.name: (4, *report.output) for report in describe(spec.model)}
    assert {name: array.shape for name, array in found.items()} == shapes
    for name, array in expected.items():
        _close(found[name], array, name)
    gradients, hubs = ours.gradients(images, labels), hub.gradients(images, labels)
    assert {n: a.shape for n, a in gradients.items()} == trainable_shapes(spec.model)
    assert sum(array.size for array in gradients.values()) == parameter_count(spec.model)
    largest = max(float(np.abs(array).max()) for array in hubs.values())
    for name, array in hubs.items():
        _close(gradients[name], array, name, largest)


def _weights(model: ModelSpec) -> Weights:
    """Random weights and running statistics, so that none is 0 or 1 by chance."""
    rng = np.random.default_rng(0)
    reports = describe(model)
    shapes = {n: s for report in reports for n, s in (report.arrays | report.statistics).items()}
    return {
        name: rng.uniform(0.5, 1.5, shape)
        if name.endswith(("variance", "scale"))
        else rng.normal(0, 1 / sqrt(max(1, prod(shape[:-1]))), shape)
        for name, shape in shapes.items()
    }


def _close(found: Array, expected: Array, name: str, largest: float = 0.0) -> None:
    largest = max(largest, float(np.abs(expected).max()))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * largest + 1e-14, err_msg=name)
