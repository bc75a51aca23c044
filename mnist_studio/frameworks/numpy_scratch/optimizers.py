"""The optimizers by hand, in place. Their equations stand in ``spec.optimizers``.

All weights lie in one vector, as do all gradients and all numbers of a slot. An update goes over
them block by block: a block of every vector fits into the processor's cache, so that several
operations on it cost one pass over memory. The threads of a team take blocks in turn, which changes
no result.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.frameworks.numpy_scratch.workers import ThreadTeam
from mnist_studio.spec import optimizers as spec
from mnist_studio.spec.layers import Shape

BLOCK = 51_200
"""Numbers. Of smaller blocks there are more, and every one costs a dozen calls: with 8192 Adam took
.31 ms for the 101,770 weights of mlp-128, with 32,768 .21 and with 51,200 .18 ms."""

Update = Callable[[Array, Array, Mapping[str, Array], Array, float, int], None]
"""weight, gradient, its slots (all changed in place), room for results, rate, step from 1."""


@dataclass(frozen=True)
class _Block:
    """A part of all numbers: where it lies, views of it, and room for results."""

    place: slice
    weights: Array
    slots: Mapping[str, Array]
    room: Array


class Optimizer:
    """An optimizer with what it remembers.

    Attributes:
        step: updates made so far.
        slots: its vectors by the names of ``spec.optimizers.slot_names``.
    """

    def __init__(self, optimizer: spec.Optimizer, weights: Flat, team: ThreadTeam) -> None:
        shapes: dict[str, Shape] = {name: array.shape for name, array in weights.arrays.items()}
        self.step = 0
        self.slots = {
            slot: Flat(shapes, weights.vector.dtype) for slot in spec.slot_names(optimizer)
        }
        self._team = team
        self._update = update(optimizer)
        rooms = np.empty((team.size, 2, BLOCK), weights.vector.dtype)
        self._blocks = [self._blocks_of(weights.vector, rooms[n], n) for n in range(team.size)]

    def _blocks_of(self, w: Array, room: Array, member: int) -> list[_Block]:
        """Those of one thread of the team, which takes turns with the others."""
        starts = range(member * BLOCK, len(w), self._team.size * BLOCK)
        pieces = [slice(start, min(start + BLOCK, len(w))) for start in starts]
        return [
            _Block(
                piece, w[piece], {name: slot.vector[piece] for name, slot in self.slots.items()},
                room[:, : piece.stop - piece.start],
            )
            for piece in pieces
        ]  # fmt: skip

    def improve(self, gradients: Flat, rate: float) -> None:
        """One update of every weight."""
        self.step += 1
        self._team.each(lambda member: self._improve(gradients.vector, rate, member))

    def _improve(self, gradients: Array, rate: float, member: int) -> None:
        """What one thread of the team does of it."""
        for block in self._blocks[member]:
            self._update(
                block.weights, gradients[block.place], block.slots, block.room, rate, self.step
            )


def update(optimizer: spec.Optimizer) -> Update:
    """How ``optimizer`` changes a block of weights."""
    match optimizer:
        case spec.Sgd():
            return lambda w, g, slots, room, rate, _: _sgd(optimizer, w, g, slots, room, rate)
        case spec.Adam():
            return lambda *block: _adam(optimizer, *block)
        case spec.Adadelta():
            return lambda w, g, slots, room, rate, _: _adadelta(optimizer, w, g, slots, room, rate)
        case spec.RmsProp():
            return lambda w, g, slots, room, rate, _: _rmsprop(optimizer, w, g, slots, room, rate)


def _sgd(
    o: spec.Sgd, w: Array, g: Array, slots: Mapping[str, Array], room: Array, rate: float
) -> None:
    if o.momentum:
        velocity = slots["velocity"]
        velocity *= o.momentum
        velocity += g
        g = velocity
    w -= np.multiply(g, rate, out=room[0])


def _adam(
    o: spec.Adam,
    w: Array,
    g: Array,
    slots: Mapping[str, Array],
    room: Array,
    rate: float,
    step: int,
) -> None:
    """W -= rate · m̂ / (√ŝ + ε) with m̂ = m / (1 - β1ᵗ) and ŝ = s / (1 - β2ᵗ).

    With c = √(1 - β2ᵗ), that is w -= (rate · c / (1 - β1ᵗ)) · m / (√s + c · ε): the corrections
    become numbers, which cost nothing.
    """
    mean, square, part = slots["mean"], slots["square"], room[0]
    mean *= o.beta1
    mean += np.multiply(g, 1 - o.beta1, out=part)
    _average_square(square, g, o.beta2, part)
    correction = sqrt(1 - o.beta2**step)
    np.sqrt(square, out=part)
    part += correction * o.epsilon
    np.divide(mean, part, out=part)
    part *= rate * correction / (1 - o.beta1**step)
    w -= part


def _adadelta(
    o: spec.Adadelta, w: Array, g: Array, slots: Mapping[str, Array], room: Array, rate: float
) -> None:
    """D = √((u + ε) / (s + ε)) · g: one root and one quotient instead of two roots."""
    square, past, (delta, part) = slots["square"], slots["update"], room
    _average_square(square, g, o.rho, part)
    np.add(past, o.epsilon, out=delta)
    delta /= np.add(square, o.epsilon, out=part)
    np.sqrt(delta, out=delta)
    delta *= g
    _average_square(past, delta, o.rho, part)
    delta *= rate
    w -= delta


def _rmsprop(
    o: spec.RmsProp, w: Array, g: Array, slots: Mapping[str, Array], room: Array, rate: float
) -> None:
    square, (delta, part) = slots["square"], room
    _average_square(square, g, o.rho, part)
    np.sqrt(square, out=delta)
    delta += o.epsilon
    np.divide(g, delta, out=delta)
    if o.momentum:
        velocity = slots["velocity"]
        velocity *= o.momentum
        velocity += delta
        delta = velocity
    w -= np.multiply(delta, rate, out=part)


def _average_square(average: Array, x: Array, keep: float, room: Array) -> None:
    """A running average of x²: keep · average + (1 - keep) · x²."""
    average *= keep
    np.multiply(x, x, out=room)
    room *= 1 - keep
    average += room
