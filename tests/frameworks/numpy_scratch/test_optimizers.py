"""Updates that take several blocks and threads."""

import numpy as np
import pytest

from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.frameworks.numpy_scratch.optimizers import BLOCK, Optimiser
from mnist_studio.frameworks.numpy_scratch.workers import Team
from mnist_studio.spec import optimizers as spec
from tests.frameworks.equations import updated
from tests.frameworks.examples import OPTIMISERS

SHAPES = {"a": (2, BLOCK), "b": (5,), "c": (BLOCK // 2, 3)}

each_optimiser = pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS.keys())


def drawn(seed: int, precision: str) -> Flat:
    flat = Flat(SHAPES, precision)
    flat.vector[:] = np.random.default_rng(seed).normal(size=flat.vector.size)
    return flat


def improved(optimiser: spec.Optimiser, threads: int, precision: str) -> tuple[Flat, Optimiser]:
    weights = drawn(0, precision)
    made = Optimiser(optimiser, weights, Team(threads))
    for step in range(1, 4):
        made.improve(drawn(step, precision), 0.1 / step)
    return weights, made


@each_optimiser
def test_every_block_follows_the_equations(optimiser: spec.Optimiser) -> None:
    weights, made = improved(optimiser, 2, "float64")
    expected = drawn(0, "float64").vector
    slots = {slot: np.zeros_like(expected) for slot in spec.slot_names(optimiser)}
    for step in range(1, 4):
        gradient = drawn(step, "float64").vector
        expected, slots = updated(optimiser, expected, gradient, slots, 0.1 / step, step)
    np.testing.assert_allclose(weights.vector, expected, rtol=1e-12, atol=1e-14)
    for slot, array in slots.items():
        np.testing.assert_allclose(made.slots[slot].vector, array, rtol=1e-12, atol=1e-14)


@each_optimiser
@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_change_no_bit(optimiser: spec.Optimiser, threads: int) -> None:
    alone, _ = improved(optimiser, 1, "float32")
    together, _ = improved(optimiser, threads, "float32")
    np.testing.assert_array_equal(together.vector, alone.vector)
