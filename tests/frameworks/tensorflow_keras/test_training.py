import dataclasses

import msgspec
import numpy as np
import pytest

from mnist_studio.frameworks.base import Chunk
from mnist_studio.frameworks.tensorflow_keras import FRAMEWORK
from mnist_studio.frameworks.tensorflow_keras.learner import KerasLearner
from mnist_studio.frameworks.tensorflow_keras.training import compiles, padded_capacity
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Dropout, Flatten, Layer
from mnist_studio.spec.run import Precision, RunSpec
from tests.frameworks.examples import DROPPED, TINY, chunk, digits, in_precision, learner, run

NORMED = (Flatten(), BatchNorm(), Dropout(0.5), Dense(10))


@pytest.mark.parametrize("layers", [TINY, DROPPED])
def test_a_run_traces_one_function_for_full_and_one_for_ragged_batches(
    layers: tuple[Layer, ...],
) -> None:
    spec = run(layers)
    made = learner(FRAMEWORK, spec)
    assert isinstance(made, KerasLearner)
    for steps in (1, 2, 3, 5, 2):
        made.train(chunk(spec.model, steps))
    assert made.trainer.traces == 1
    for _ in range(2):
        made.train(chunk(spec.model, 1, batch=3))
        made.train(chunk(spec.model, 4))
    assert made.trainer.traces == 2


@pytest.mark.parametrize("precision", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("layers", [TINY, NORMED, DROPPED])
def test_augmented_images_stand_for_the_bound_ones(
    layers: tuple[Layer, ...], precision: Precision
) -> None:
    spec = augmented(in_precision(run(layers), precision))
    made, other = (learner(FRAMEWORK, spec) for _ in range(2))
    images, labels = digits()
    other.bind(255 - images, labels)
    for first, count in ((0, 3), (3, 2)):
        steps = chunk(spec.model, count, first=first)
        drawn = dataclasses.replace(steps, images=(255 - images)[steps.indices])
        found, expected = made.train(drawn), other.train(steps)
        np.testing.assert_allclose(found.losses, expected.losses, rtol=1e-6)
        assert found.correct.tolist() == expected.correct.tolist()


def test_a_chunk_of_no_step_compiles_and_learns_nothing() -> None:
    spec = augmented(run(NORMED))
    made = learner(FRAMEWORK, spec)
    assert isinstance(made, KerasLearner)
    before = made.weights()
    full = chunk(spec.model, 1)
    masks = {name: array[:0] for name, array in full.masks.items()}
    made.train(Chunk(full.indices[:0], full.rates[:0], masks, np.empty((0, 8, 28, 28), np.uint8)))
    for name, array in made.weights().items():
        np.testing.assert_array_equal(array, before[name])
    made.train(Chunk(full.indices, full.rates, full.masks, digits()[0][full.indices]))
    assert made.trainer.traces == 1


def test_all_digits_in_one_step() -> None:
    # Every digit a hundred times is every digit once.
    spec = run(TINY, batch_size=12_000)
    made, other = (learner(FRAMEWORK, spec) for _ in range(2))
    order = np.random.default_rng(0).permutation(np.repeat(np.arange(120), 100))
    many = made.train(Chunk(order[None], np.array([0.01])))
    once = other.train(Chunk(np.arange(120)[None], np.array([0.01])))
    np.testing.assert_allclose(many.losses, once.losses, rtol=1e-12)
    assert many.correct[0] == 100 * once.correct[0]
    for name, array in made.weights().items():
        np.testing.assert_allclose(array, other.weights()[name], rtol=1e-6, atol=1e-9)


def test_xla_compiles_networks_without_convolutions() -> None:
    assert compiles(run(TINY).model)
    assert not compiles(run((Conv(2), Flatten(), Dense(10))).model)


def test_large_masks_and_images_make_padded_chunks_shorter() -> None:
    dropped = (Flatten(), Dense(1000), Dropout(0.5), Dense(10))
    assert padded_capacity(run(TINY, batch_size=64)) == 256
    assert 1 < padded_capacity(run(dropped, batch_size=64)) < 256
    assert 1 < padded_capacity(augmented(run(TINY, batch_size=64))) < 256
    assert padded_capacity(run(dropped, batch_size=60_000)) == 1


def augmented(spec: RunSpec) -> RunSpec:
    replace = msgspec.structs.replace
    return replace(spec, training=replace(spec.training, augmentation=Augmentation(rotation=10)))
