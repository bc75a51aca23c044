import numpy as np
import pytest

from mnist_studio.analysis.counterfactual import counterfactual, runner_up
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Learner
from mnist_studio.spec.layers import Dense, Flatten
from mnist_studio.spec.model import UNIT, ModelSpec
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.run import RunSpec, TrainingSpec

MODEL = ModelSpec((Flatten(), Dense(10)), UNIT)
IMAGE = np.zeros((28, 28), np.uint8)
IMAGE[10:18, 10:18] = 200


def plane(kernel: np.ndarray, bias: list[float]) -> Learner:
    """A network without layers between: every gradient is a row of its kernel."""
    spec = RunSpec("test", MODEL, TrainingSpec(Sgd()), framework="numpy", device="cpu")
    framework = registry.load("numpy")
    weights = {
        "dense1.kernel": kernel.astype(np.float32),
        "dense1.bias": np.array(bias, np.float32),
    }
    return framework.learner(spec, weights, framework.devices()[0])


def test_the_smallest_change_goes_along_the_gradient() -> None:
    kernel = np.zeros((784, 10))
    kernel[14 * 28 + 14, 1] = 1.0
    bias = [0.9, 0.0] + [-5.0] * 8
    # Level 200 gives 200 / 255 < .9; only that pixel matters, and .9 is 229.5 levels.
    found = counterfactual(plane(kernel, bias), UNIT, IMAGE, manner="smallest")
    assert found is not None
    assert found.found
    assert (found.prediction, found.target) == (0, 1)
    assert np.flatnonzero(found.change).tolist() == [14 * 28 + 14]
    assert 30 <= found.change[14, 14] <= 32
    assert found.changed == pytest.approx(found.change[14, 14] / (64 * 200))


def test_an_image_that_cannot_become_the_target_is_reported() -> None:
    kernel = np.zeros((784, 10))
    kernel[14 * 28 + 14, 1] = 1.0
    bias = [2.0, 0.0] + [-5.0] * 8
    found = counterfactual(plane(kernel, bias), UNIT, IMAGE)
    assert found is not None
    assert not found.found
    assert found.probabilities_after.argmax() == 0
    assert found.after.max() <= 255


def test_where_nothing_matters_nothing_is_changed() -> None:
    bias = [float(-digit) for digit in range(10)]
    found = counterfactual(plane(np.zeros((784, 10)), bias), UNIT, IMAGE)
    assert found is not None
    assert not found.found
    assert not found.change.any()


def test_a_target_of_ones_own_and_canceling() -> None:
    kernel = np.zeros((784, 10))
    kernel[14 * 28 + 14, 1] = kernel[15 * 28 + 15, 7] = 1.0
    network = plane(kernel, [0.9, 0.0] + [0.0] * 8)
    found = counterfactual(network, UNIT, IMAGE, target=7, manner="smallest")
    assert found is not None
    assert found.target == 7
    assert found.found
    assert counterfactual(network, UNIT, IMAGE, is_cancelled=lambda: True) is None


def test_the_runner_up_of_equals_is_the_next() -> None:
    assert runner_up(np.array([1.0, 3.0, 3.0, 0.0])) == 2


def test_a_network_that_diverged_changes_nothing() -> None:
    network = plane(np.full((784, 10), np.nan), [0.0] * 10)
    found = counterfactual(network, UNIT, IMAGE)
    assert found is not None
    assert not found.change.any()
