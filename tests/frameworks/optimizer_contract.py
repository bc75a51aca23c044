"""What every framework's optimizers must do: follow the stated equations, and hand over."""

import numpy as np
import pytest

from mnist_studio.frameworks.base import Array, Framework, Learner, Weights
from mnist_studio.spec.model import trainable_shapes
from mnist_studio.spec.optimizers import Optimizer, Sgd, WeightDecay, slot_names
from mnist_studio.spec.run import ClipNorm, Precision
from tests.frameworks.equations import Slots, clipped, decayed, updated
from tests.frameworks.examples import (
    DECAYS,
    DROPPED,
    NORMED_VECTORS,
    OPTIMIZERS,
    chunk,
    digits,
    learner,
    run,
    trained,
)

each_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


class OptimizerContract:
    """Updates and state.

    Attributes:
        closeness: relative distance allowed after a hand-over; 0 asks for the same bits.
    """

    closeness = 0.0

    @each_optimizer
    def test_starts_from_zeros(self, framework: Framework, optimizer: Optimizer) -> None:
        made = learner(framework, run(optimizer=optimizer))
        state = made.optimizer_state()
        assert state.step == 0
        names = {f"{w}/{slot}" for w in made.weights() for slot in slot_names(optimizer)}
        assert set(state.slots) == names
        assert not any(array.any() for array in state.slots.values())

    @each_optimizer
    def test_follows_its_equations_while_the_rate_moves(
        self, framework: Framework, optimizer: Optimizer
    ) -> None:
        spec = run(DROPPED[:2] + DROPPED[3:5] + DROPPED[6:], optimizer)
        made, probe = (learner(framework, spec) for _ in range(2))
        made.train(chunk(spec.model, 3, rate=0.1))
        made.train(chunk(spec.model, 2, rate=0.1, first=3))
        weights, slots = _by_equations(probe, optimizer, 5)
        assert made.optimizer_state().step == 5
        _assert_close(made.weights(), weights, 1e-12)
        _assert_close(made.optimizer_state().slots, slots, 1e-12)

    @pytest.mark.parametrize("decay", DECAYS.values(), ids=DECAYS.keys())
    def test_weight_decay_comes_after_clipping_and_shrinks_kernels_alone(
        self, framework: Framework, decay: WeightDecay
    ) -> None:
        optimizer = Sgd(momentum=0.9)
        spec = trained(run(NORMED_VECTORS, optimizer), weight_decay=decay, clip=ClipNorm(0.05))
        made, probe = (learner(framework, spec) for _ in range(2))
        made.train(chunk(spec.model, 3, rate=0.1))
        weights, slots = _by_equations(probe, optimizer, 3, decay, ClipNorm(0.05))
        found = made.weights()
        _assert_close({n: found[n] for n in trainable_shapes(spec.model)}, weights, 1e-12)
        _assert_close(made.optimizer_state().slots, slots, 1e-11)

    @each_optimizer
    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_goes_on_in_a_fresh_learner(
        self, framework: Framework, optimizer: Optimizer, precision: Precision
    ) -> None:
        spec = run(DROPPED, optimizer, precision)
        old, new = (learner(framework, spec) for _ in range(2))
        old.train(chunk(spec.model, 10))
        new.load_weights(old.weights())
        new.load_optimizer_state(old.optimizer_state())
        rest = chunk(spec.model, 5, first=10)
        np.testing.assert_allclose(
            new.train(rest).losses, old.train(rest).losses, rtol=self.closeness, atol=0
        )
        assert new.optimizer_state().step == 15
        _assert_close(new.weights(), old.weights(), self.closeness)

    def test_state_is_a_copy(self, framework: Framework) -> None:
        made = learner(framework, run())
        made.train(chunk(run().model, 1))
        state = made.optimizer_state()
        kept = {name: array.copy() for name, array in state.slots.items()}
        made.train(chunk(run().model, 2, first=1))
        _assert_close(state.slots, kept, 0.0)


def _by_equations(
    probe: Learner,
    optimizer: Optimizer,
    steps: int,
    decay: WeightDecay | None = None,
    clip: ClipNorm | None = None,
) -> tuple[Weights, Slots]:
    """Weights and slots after ``steps``, from the probe's gradients and the equations."""
    images, labels = digits()
    statistics: dict[str, Array] = dict(probe.weights())
    weights = {n: statistics.pop(n) for n in probe.gradients(images[:8], labels[:8])}
    slots = {n: np.zeros_like(a) for n, a in probe.optimizer_state().slots.items()}
    made = chunk(run().model, steps, rate=0.1)
    for step, (batch, rate) in enumerate(zip(made.indices, made.rates, strict=True), start=1):
        probe.load_weights(statistics | weights)
        gradients = probe.gradients(images[batch], labels[batch])
        for name, gradient in (clipped(gradients, clip) if clip else gradients).items():
            own = {slot: slots[f"{name}/{slot}"] for slot in slot_names(optimizer)}
            w, g = decayed(optimizer, decay, name, weights[name], gradient, rate)
            weights[name], new = updated(optimizer, w, g, own, rate, step)
            slots |= {f"{name}/{slot}": array for slot, array in new.items()}
    return weights, slots


def _assert_close(found: Weights, expected: Weights, closeness: float) -> None:
    """To ``closeness`` of the largest magnitude in each array."""
    assert set(found) == set(expected)
    for name, array in expected.items():
        room = closeness * float(np.abs(array).max())
        np.testing.assert_allclose(found[name], array, rtol=0, atol=room, err_msg=name)
