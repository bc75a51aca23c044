"""Loss and optimisers once more, as the docstrings of ``spec`` say them, on plain arrays."""

from collections.abc import Mapping

import numpy as np

from mnist_studio.frameworks.base import Array
from mnist_studio.spec.optimisers import Adadelta, Adam, Optimiser, RmsProp, Sgd

Slots = dict[str, Array]


def cross_entropy(logits: Array, labels: Array) -> float:
    """The mean of -log softmax(z)[label]."""
    z = logits.astype(np.float64)
    normaliser = np.log(np.exp(z - z.max(1, keepdims=True)).sum(1)) + z.max(1)
    return float((normaliser - z[np.arange(len(z)), labels]).mean())


def updated(
    optimiser: Optimiser, w: Array, g: Array, slots: Mapping[str, Array], rate: float, step: int
) -> tuple[Array, Slots]:
    """The weight and its slots after ``step`` (from 1)."""
    match optimiser:
        case Sgd(momentum=0):
            return w - rate * g, {}
        case Sgd(momentum=momentum):
            v = momentum * slots["velocity"] + g
            return w - rate * v, {"velocity": v}
        case Adam(beta1=b1, beta2=b2, epsilon=epsilon):
            m = b1 * slots["mean"] + (1 - b1) * g
            s = b2 * slots["square"] + (1 - b2) * g**2
            change = (m / (1 - b1**step)) / (np.sqrt(s / (1 - b2**step)) + epsilon)
            return w - rate * change, {"mean": m, "square": s}
        case Adadelta(rho=rho, epsilon=epsilon):
            s = rho * slots["square"] + (1 - rho) * g**2
            d = np.sqrt(slots["update"] + epsilon) / np.sqrt(s + epsilon) * g
            u = rho * slots["update"] + (1 - rho) * d**2
            return w - rate * d, {"square": s, "update": u}
        case RmsProp(rho=rho, epsilon=epsilon, momentum=momentum):
            s = rho * slots["square"] + (1 - rho) * g**2
            d = g / (np.sqrt(s) + epsilon)
            if not momentum:
                return w - rate * d, {"square": s}
            v = momentum * slots["velocity"] + d
            return w - rate * v, {"square": s, "velocity": v}
