"""Slices of a batch on several threads, compared with the whole batch on one thread."""

import threading
import time

import numpy as np
import pytest

from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.frameworks.numpy_scratch.parallel import (
    Batch,
    BatchResult,
    DataParallel,
    ThreadTeam,
)
from mnist_studio.spec.model import ModelSpec
from tests.frameworks.examples import DROPPED, run

MODEL = ModelSpec(DROPPED)
RNG = np.random.default_rng(3)


def networks(count: int) -> list[Network]:
    weights = dict(initial_weights(MODEL, 5, "float64"))
    return [Network(MODEL, weights) for _ in range(count)]


def batch(size: int) -> Batch:
    masks = {
        "dropout1": RNG.integers(0, 2, (size, 14, 14, 3), np.uint8),
        "dropout2": RNG.integers(0, 2, (size, 8), np.uint8),
    }
    return Batch(RNG.normal(size=(size, 28, 28)), RNG.integers(0, 10, size, np.uint8), masks)


def gradients(count: int, of: Batch) -> BatchResult:
    return DataParallel(networks(count), ThreadTeam(count), run().training).gradients(of)


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("size", [1, 4, 7, 16])
def test_the_slices_of_a_batch_add_up_to_it(count: int, size: int) -> None:
    whole = batch(size)
    one, several = gradients(1, whole), gradients(count, whole)
    assert several.correct == one.correct
    assert several.mean == pytest.approx(one.mean, rel=1e-13)
    for name, gradient in one.gradients.arrays.items():
        found = several.gradients.arrays[name]
        np.testing.assert_allclose(found, gradient, rtol=1e-11, atol=1e-14)


def test_the_same_number_of_threads_gives_the_same_bits() -> None:
    whole = batch(9)
    one, two = gradients(3, whole), gradients(3, whole)
    assert one.mean == two.mean
    np.testing.assert_array_equal(one.gradients.vector, two.gradients.vector)


def test_logits_come_in_order_and_the_threads_end() -> None:
    inputs = [RNG.normal(size=(2, 28, 28)) for _ in range(7)]
    before = threading.active_count()
    outputs = DataParallel(networks(3), ThreadTeam(3), run().training).logits(inputs)
    (alone,) = networks(1)
    for given, found in zip(inputs, outputs, strict=True):
        np.testing.assert_allclose(found, alone.forward(given), rtol=1e-12)
    end = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert threading.active_count() == before
