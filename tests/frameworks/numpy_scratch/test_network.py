import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.frameworks.numpy_scratch.learner import NumpyLearner, threads
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, Layer, MaxPool, Relu
from tests.frameworks.examples import DROPPED, EVERYTHING, NORMED, TINY, chunk, digits, run

POOLED = (Conv(4), Relu(), MaxPool(), Conv(3), Relu(), MaxPool(3), Relu(), Flatten(), Dense(10))
APART = (Conv(4), Relu(), Dropout(0), MaxPool(), Conv(3), Relu(), Dropout(0), MaxPool(3),
         Relu(), Flatten(), Dense(10))  # fmt: skip


def test_a_max_pool_before_its_relu_changes_no_bit() -> None:
    """A dropout between the two keeps them in their order."""
    weights = dict(initial_weights(run(POOLED).model, 1, "float32"))
    swapped, plain = (Network(run(layers).model, weights) for layers in (POOLED, APART))
    # Dark halves, whose windows tie.
    images = digits()[0].astype(np.float32) / 255
    images[:, :14] = 0
    np.testing.assert_array_equal(swapped.forward(images), plain.forward(images))
    dlogits = np.random.default_rng(0).normal(size=(len(images), 10)).astype(np.float32)
    for network in (swapped, plain):
        network.backward_params(dlogits)
    for name, gradient in plain.gradients.arrays.items():
        np.testing.assert_array_equal(swapped.gradients.arrays[name], gradient)
    np.testing.assert_array_equal(swapped.backward_input(dlogits), plain.backward_input(dlogits))


@pytest.mark.parametrize("layers", [TINY, EVERYTHING, NORMED])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_run_repeats_bit_for_bit(layers: tuple[Layer, ...], count: int) -> None:
    spec = replace(run(layers, precision="float32", batch_size=9), threads=count)
    kept = []
    for _ in range(2):
        learner = NumpyLearner(spec, initial_weights(spec.model, 3))
        learner.bind(*digits())
        losses = [learner.train(chunk(spec.model, 10, 9, first=10 * n)).losses for n in range(3)]
        slots = learner.optimizer_state().slots
        logits = learner.logits(digits()[0])
        kept.append([*losses, logits, *learner.weights().values(), *slots.values()])
    for one, other in zip(*kept, strict=True):
        np.testing.assert_array_equal(one, other)


def test_only_convolutions_without_batch_norm_train_on_several_threads() -> None:
    of = {
        name: threads(replace(run(layers), threads=4))
        for name, layers in (("dropped", DROPPED), ("tiny", TINY), ("normed", NORMED))
    }
    assert of == {"dropped": 4, "tiny": 1, "normed": 1}
