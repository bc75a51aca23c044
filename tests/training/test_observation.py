"""What is observed of a network equals what plain NumPy finds in the same arrays."""

import numpy as np
import pytest

from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.model import ModelSpec, describe
from mnist_studio.training.observation import NO_WEIGHTS, kernels, observe
from tests.training.conftest import Bench, Benches, same_weights

CNN = ModelSpec((Conv(4, 3), BatchNorm(), Relu(), MaxPool(), Flatten(), Dropout(0.5), Dense(10)))


@pytest.fixture
def trained(bench: Benches) -> Bench:
    one = bench(model=CNN, epochs=1)
    one.train()
    return one


def test_norms_outputs_and_errors_are_those_of_the_network(trained: Bench) -> None:
    data, learner = trained.data, trained.learner
    logits, weights = learner.logits(data.test.images), learner.weights()
    before = {name: np.zeros_like(array) for name, array in weights.items()}
    found = observe(CNN, learner, 1, data.train, data.test, logits, before)
    assert found.sample == 210
    conv = found.norms[0]
    together = np.concatenate([weights["conv1.kernel"].ravel(), weights["conv1.bias"]])
    assert conv.layer == "conv1"
    assert conv.weights == conv.update == pytest.approx(np.linalg.norm(together))
    gradients = learner.gradients(data.train.images, data.train.labels)
    assert found.norms[-1].gradient == pytest.approx(
        np.linalg.norm([np.linalg.norm(gradients[f"dense1.{n}"]) for n in ("kernel", "bias")])
    )
    assert [one.layer for one in found.outputs] == ["conv1", "batch_norm1", "relu1", "dense1"]
    relu = learner.activations(data.train.images)["relu1"]
    assert found.outputs[2].high == relu.max()
    assert found.histograms["relu1"].sum() == relu.size
    assert np.trace(found.confusion) == np.sum(logits.argmax(1) == data.test.labels)
    assert all(error.label != error.predicted for error in found.errors)
    assert (found.images[0] == data.test.images[found.errors[0].image]).all()


def test_a_unit_that_never_reacts_is_dead(trained: Bench) -> None:
    weights = dict(trained.learner.weights())
    weights["batch_norm1.offset"] = np.array([-99, 0, -99, 0], np.float32)
    trained.learner.load_weights(weights)
    logits, data = trained.learner.logits(trained.data.test.images), trained.data
    found = observe(CNN, trained.learner, 1, data.train, data.test, logits, NO_WEIGHTS)
    relu = next(one for one in found.outputs if one.layer == "relu1")
    assert (relu.units, relu.dead) == (4, 2)
    assert {one.dead for one in found.outputs if one.layer != "relu1"} == {None}
    assert {one.update for one in found.norms} == {None}


def test_observing_changes_neither_weights_nor_optimizer(trained: Bench, bench: Benches) -> None:
    other, data = bench("other", model=CNN, epochs=1), trained.data
    other.train()
    logits = trained.learner.logits(data.test.images)
    observe(CNN, trained.learner, 1, data.train, data.test, logits, NO_WEIGHTS)
    assert same_weights(trained.learner, other.learner)
    one, two = trained.learner.optimizer_state(), other.learner.optimizer_state()
    assert one.step == two.step
    assert all((one.slots[name] == two.slots[name]).all() for name in two.slots)


def test_kernels_are_pictures_of_the_first_layer() -> None:
    weights = {"conv1.kernel": np.arange(36.0).reshape(3, 3, 1, 4)}
    found = kernels(describe(CNN), weights)
    assert found.shape == (4, 3, 3)
    assert (found[1] == weights["conv1.kernel"][:, :, 0, 1]).all()
    dense = ModelSpec((Flatten(), Dense(40), Relu(), Dense(10)))
    kernel = np.arange(784.0 * 40).reshape(784, 40) % 100
    found = kernels(describe(dense), {"dense1.kernel": kernel})
    assert found.shape == (32, 28, 28)
    assert found[3, 0, 1] == kernel[1, 3]
    pooled = ModelSpec((MaxPool(3), Flatten(), Dense(10)))
    assert kernels(describe(pooled), {"dense1.kernel": np.zeros((81, 10))}).shape == (10, 9, 9)
