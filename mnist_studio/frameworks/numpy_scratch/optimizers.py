"""The optimizers from scratch, in place. ``spec.optimizers`` has their equations.

All weights share one vector, as do all gradients and all values of a slot. An update processes
these vectors block by block. A block of every vector fits into the processor's cache, so that
several operations on it need only one pass over memory. The threads of a team take blocks in turn,
which does not change any result.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.memory import Flat, Workspace
from mnist_studio.frameworks.numpy_scratch.parallel import ThreadTeam
from mnist_studio.spec import optimizers as spec
from mnist_studio.spec.layers import Shape

BLOCK = 51_200
"""Values in a block. Each block costs a dozen calls, so that small blocks are slow: for the 101,770
weights of mlp-128, Adam took 0.31 ms with 8,192, 0.21 ms with 32,768 and 0.18 ms with 51,200."""

Update = Callable[[Array, Array, Mapping[str, Array], Array, float, int], None]
"""Arguments: weights (changed in place), gradients, slots (changed in place), work arrays, learning
rate, and the number of the step, from 1."""


@dataclass(frozen=True)
class _Block:
    """One block: its position in the vectors, views of it, and work arrays."""

    position: slice
    weights: Array
    slots: Mapping[str, Array]
    work: Array


class Optimizer:
    """An optimizer with its state.

    Attributes:
        step: updates made so far.
        slots: vectors by the names of ``spec.optimizers.slot_names``.
    """

    def __init__(
        self,
        optimizer: spec.Optimizer,
        weights: Flat,
        team: ThreadTeam,
        weight_decay: spec.WeightDecay | None = None,
    ) -> None:
        shapes: dict[str, Shape] = {name: array.shape for name, array in weights.arrays.items()}
        self.step = 0
        self.slots = {
            slot: Flat(shapes, weights.vector.dtype) for slot in spec.slot_names(optimizer)
        }
        self._team = team
        self._update = update(optimizer)
        self._weights = weights
        self._decay = spec.effective_decay(optimizer, weight_decay)
        self._work = Workspace()
        works = np.empty((team.size, 2, BLOCK), weights.vector.dtype)
        self._blocks = [self._blocks_of(weights.vector, works[n], n) for n in range(team.size)]

    def _blocks_of(self, w: Array, work: Array, member: int) -> list[_Block]:
        """The blocks of one thread of the team."""
        starts = range(member * BLOCK, len(w), self._team.size * BLOCK)
        slices = [slice(start, min(start + BLOCK, len(w))) for start in starts]
        return [
            _Block(
                span, w[span], {name: slot.vector[span] for name, slot in self.slots.items()},
                work[:, : span.stop - span.start],
            )
            for span in slices
        ]  # fmt: skip

    def apply(self, gradients: Flat, rate: float) -> None:
        """Updates every weight once. Weight decay changes the gradients in place."""
        self.step += 1
        if self._decay:
            self._decay_kernels(self._decay, gradients, rate)
        self._team.each(lambda member: self._apply(gradients.vector, rate, member))

    def _decay_kernels(self, decay: spec.WeightDecay, gradients: Flat, rate: float) -> None:
        """Coupled: g = g + c·w. Decoupled: w = (1 - r·c)·w. Both for kernels only."""
        for name, weights in self._weights.arrays.items():
            if not spec.is_decayed(name):
                continue
            match decay:
                case spec.CoupledDecay(rate=strength):
                    term = self._work.like("decay", weights)
                    gradients.arrays[name][...] += np.multiply(weights, strength, out=term)
                case spec.DecoupledDecay(rate=strength):
                    np.multiply(weights, 1 - rate * strength, out=weights)

    def _apply(self, gradients: Array, rate: float, member: int) -> None:
        """Updates the blocks of one thread."""
        for block in self._blocks[member]:
            self._update(
                block.weights, gradients[block.position], block.slots, block.work, rate, self.step
            )


def update(optimizer: spec.Optimizer) -> Update:
    """The function that updates a block of weights, without weight decay."""
    match optimizer := spec.without_decay(optimizer):
        case spec.Sgd():
            return lambda w, g, slots, work, rate, _: _sgd(optimizer, w, g, slots, work, rate)
        case spec.Adam():
            return lambda *block: _adam(optimizer, *block)
        case spec.Adadelta():
            return lambda w, g, slots, work, rate, _: _adadelta(optimizer, w, g, slots, work, rate)
        case spec.RmsProp():
            return lambda w, g, slots, work, rate, _: _rmsprop(optimizer, w, g, slots, work, rate)


def _sgd(
    o: spec.Sgd, w: Array, g: Array, slots: Mapping[str, Array], work: Array, rate: float
) -> None:
    if o.momentum:
        velocity = slots["velocity"]
        velocity *= o.momentum
        velocity += g
        if o.nesterov:
            ahead = np.multiply(velocity, o.momentum, out=work[0])
            ahead += g
            g = ahead
        else:
            g = velocity
    w -= np.multiply(g, rate, out=work[0])


def _adam(
    o: spec.Adam,
    w: Array,
    g: Array,
    slots: Mapping[str, Array],
    work: Array,
    rate: float,
    step: int,
) -> None:
    """w -= rate · m̂ / (√ŝ + ε) with m̂ = m / (1 - β1ᵗ) and ŝ = s / (1 - β2ᵗ).

    With c = √(1 - β2ᵗ), this is w -= (rate · c / (1 - β1ᵗ)) · m / (√s + c · ε). The corrections
    become scalars, which cost nothing.
    """
    mean, square, term = slots["mean"], slots["square"], work[0]
    mean *= o.beta1
    mean += np.multiply(g, 1 - o.beta1, out=term)
    _average_square(square, g, o.beta2, term)
    correction = sqrt(1 - o.beta2**step)
    np.sqrt(square, out=term)
    term += correction * o.epsilon
    np.divide(mean, term, out=term)
    term *= rate * correction / (1 - o.beta1**step)
    w -= term


def _adadelta(
    o: spec.Adadelta, w: Array, g: Array, slots: Mapping[str, Array], work: Array, rate: float
) -> None:
    """d = √((u + ε) / (s + ε)) · g: one root and one quotient instead of two roots."""
    square, past, (delta, term) = slots["square"], slots["update"], work
    _average_square(square, g, o.rho, term)
    np.add(past, o.epsilon, out=delta)
    delta /= np.add(square, o.epsilon, out=term)
    np.sqrt(delta, out=delta)
    delta *= g
    _average_square(past, delta, o.rho, term)
    delta *= rate
    w -= delta


def _rmsprop(
    o: spec.RmsProp, w: Array, g: Array, slots: Mapping[str, Array], work: Array, rate: float
) -> None:
    square, (delta, term) = slots["square"], work
    _average_square(square, g, o.rho, term)
    if o.centered:
        mean = slots["mean"]
        mean *= o.rho
        mean += np.multiply(g, 1 - o.rho, out=term)
        np.subtract(square, np.multiply(mean, mean, out=delta), out=delta)
        np.sqrt(delta, out=delta)
    else:
        np.sqrt(square, out=delta)
    delta += o.epsilon
    np.divide(g, delta, out=delta)
    if o.momentum:
        velocity = slots["velocity"]
        velocity *= o.momentum
        velocity += delta
        delta = velocity
    w -= np.multiply(delta, rate, out=term)


def _average_square(average: Array, x: Array, keep: float, work: Array) -> None:
    """A running average of x²: keep · average + (1 - keep) · x²."""
    average *= keep
    np.multiply(x, x, out=work)
    work *= 1 - keep
    average += work
