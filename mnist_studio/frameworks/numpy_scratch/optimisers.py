"""The optimisers by hand, in place. Their equations stand in ``spec.optimisers``.

An update works block by block: a block of every array it touches fits into the processor's cache,
so that several passes over it cost one pass over memory.
"""

from collections.abc import Callable, Iterator
from math import sqrt

import numpy as np

from mnist_studio.frameworks.base import Array
from mnist_studio.spec import optimisers as spec

BLOCK = 8192

Slots = dict[str, Array]
Update = Callable[[Array, Array, Slots, float, int], None]
"""weight, gradient, its slots (all flat, changed in place), rate, step from 1."""


def update(optimiser: spec.Optimiser) -> Update:
    """How ``optimiser`` changes one weight array."""
    match optimiser:
        case spec.Sgd():
            return lambda w, g, slots, rate, _: _sgd(optimiser, w, g, slots, rate)
        case spec.Adam():
            return lambda w, g, slots, rate, step: _adam(optimiser, w, g, slots, rate, step)
        case spec.Adadelta():
            return lambda w, g, slots, rate, _: _adadelta(optimiser, w, g, slots, rate)
        case spec.RmsProp():
            return lambda w, g, slots, rate, _: _rmsprop(optimiser, w, g, slots, rate)


def blocks(weight: Array, gradient: Array, slots: Slots) -> Iterator[tuple[Array, Array, Slots]]:
    """Flat views of matching pieces of the three."""
    w, g = weight.reshape(-1), gradient.reshape(-1)
    flat = {name: slot.reshape(-1) for name, slot in slots.items()}
    for start in range(0, w.size, BLOCK):
        piece = slice(start, start + BLOCK)
        yield w[piece], g[piece], {name: slot[piece] for name, slot in flat.items()}


def _sgd(o: spec.Sgd, w: Array, g: Array, slots: Slots, rate: float) -> None:
    if o.momentum:
        velocity = slots["velocity"]
        velocity *= o.momentum
        velocity += g
        g = velocity
    w -= rate * g


def _adam(o: spec.Adam, w: Array, g: Array, slots: Slots, rate: float, step: int) -> None:
    """W -= rate · m̂ / (√ŝ + ε) with m̂ = m / (1 - β1ᵗ) and ŝ = s / (1 - β2ᵗ)."""
    mean, square = slots["mean"], slots["square"]
    mean *= o.beta1
    mean += (1 - o.beta1) * g
    square *= o.beta2
    square += (1 - o.beta2) * (g * g)
    denominator = np.sqrt(square)
    denominator /= sqrt(1 - o.beta2**step)
    denominator += o.epsilon
    np.divide(mean, denominator, out=denominator)
    denominator *= rate / (1 - o.beta1**step)
    w -= denominator


def _adadelta(o: spec.Adadelta, w: Array, g: Array, slots: Slots, rate: float) -> None:
    square, past = slots["square"], slots["update"]
    square *= o.rho
    square += (1 - o.rho) * (g * g)
    delta = np.sqrt(past + o.epsilon)
    delta /= np.sqrt(square + o.epsilon)
    delta *= g
    past *= o.rho
    past += (1 - o.rho) * (delta * delta)
    delta *= rate
    w -= delta


def _rmsprop(o: spec.RmsProp, w: Array, g: Array, slots: Slots, rate: float) -> None:
    square = slots["square"]
    square *= o.rho
    square += (1 - o.rho) * (g * g)
    delta = g / (np.sqrt(square) + o.epsilon)
    if o.momentum:
        velocity = slots["velocity"]
        velocity *= o.momentum
        velocity += delta
        delta = velocity
    w -= rate * delta
