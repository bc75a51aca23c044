"""Updates that take several blocks and threads."""

import numpy as np
import pytest

from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.frameworks.numpy_scratch.optimizers import BLOCK, Optimizer
from mnist_studio.frameworks.numpy_scratch.parallel import ThreadTeam
from mnist_studio.spec import optimizers as spec
from tests.frameworks.equations import updated
from tests.frameworks.examples import OPTIMIZERS

SHAPES = {"a": (2, BLOCK), "b": (5,), "c": (BLOCK // 2, 3)}

each_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


def drawn(seed: int, precision: str) -> Flat:
    flat = Flat(SHAPES, precision)
    flat.vector[:] = np.random.default_rng(seed).normal(size=flat.vector.size)
    return flat


def improved(optimizer: spec.Optimizer, threads: int, precision: str) -> tuple[Flat, Optimizer]:
    weights = drawn(0, precision)
    made = Optimizer(optimizer, weights, ThreadTeam(threads))
    for step in range(1, 4):
        made.apply(drawn(step, precision), 0.1 / step)
    return weights, made


@each_optimizer
def test_every_block_follows_the_equations(optimizer: spec.Optimizer) -> None:
    weights, made = improved(optimizer, 2, "float64")
    expected = drawn(0, "float64").vector
    slots = {slot: np.zeros_like(expected) for slot in spec.slot_names(optimizer)}
    for step in range(1, 4):
        gradient = drawn(step, "float64").vector
        expected, slots = updated(optimizer, expected, gradient, slots, 0.1 / step, step)
    np.testing.assert_allclose(weights.vector, expected, rtol=1e-12, atol=1e-14)
    for slot, array in slots.items():
        np.testing.assert_allclose(made.slots[slot].vector, array, rtol=1e-12, atol=1e-14)


@each_optimizer
@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_change_no_bit(optimizer: spec.Optimizer, threads: int) -> None:
    alone, _ = improved(optimizer, 1, "float32")
    together, _ = improved(optimizer, threads, "float32")
    np.testing.assert_array_equal(together.vector, alone.vector)
