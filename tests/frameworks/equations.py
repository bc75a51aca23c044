"""Losses, clipping and optimizers once more, on plain arrays, as ``spec`` says them."""

from collections.abc import Mapping

import numpy as np

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.optimizers import (
    Adadelta,
    Adam,
    AdamW,
    CoupledDecay,
    DecoupledDecay,
    Optimizer,
    RmsProp,
    Sgd,
    WeightDecay,
)
from mnist_studio.spec.run import ClipNorm, ClipValue

Slots = dict[str, Array]


def cross_entropy(logits: Array, labels: Array) -> float:
    """The mean of -log softmax(z)[label]."""
    z = logits.astype(np.float64)
    normalizer = np.log(np.exp(z - z.max(1, keepdims=True)).sum(1)) + z.max(1)
    return float((normalizer - z[np.arange(len(z)), labels]).mean())


def smoothed(logits: Array, labels: Array, smoothing: float) -> float:
    """The mean of -Σ q log softmax(z), where all classes share a part of q."""
    z = logits.astype(np.float64)
    targets = np.full(z.shape, smoothing / z.shape[1])
    targets[np.arange(len(z)), labels] += 1 - smoothing
    log_softmax = z - z.max(1, keepdims=True)
    log_softmax -= np.log(np.exp(log_softmax).sum(1, keepdims=True))
    return float(-(targets * log_softmax).sum(1).mean())


def double_softmax(logits: Array, labels: Array) -> float:
    """The cross-entropy of softmax(z) in place of z."""
    powers = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    return cross_entropy(powers / powers.sum(1, keepdims=True), labels)


def clipped(gradients: Weights, clip: ClipNorm | ClipValue) -> Weights:
    """All gradients of a step, clipped."""
    if isinstance(clip, ClipValue):
        return {name: g.clip(-clip.limit, clip.limit) for name, g in gradients.items()}
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))
    return {name: g * min(1, clip.limit / norm) for name, g in gradients.items()}


def updated(
    optimizer: Optimizer, w: Array, g: Array, slots: Mapping[str, Array], rate: float, step: int
) -> tuple[Array, Slots]:
    """The weight and its slots after ``step`` (from 1)."""
    match optimizer:
        case Sgd(nesterov=True, momentum=momentum):
            v = momentum * slots["velocity"] + g
            return w - rate * (g + momentum * v), {"velocity": v}
        case Sgd(momentum=0):
            return w - rate * g, {}
        case Sgd(momentum=momentum):
            v = momentum * slots["velocity"] + g
            return w - rate * v, {"velocity": v}
        case Adam(beta1=b1, beta2=b2, epsilon=epsilon) | AdamW(beta1=b1, beta2=b2, epsilon=epsilon):
            m = b1 * slots["mean"] + (1 - b1) * g
            s = b2 * slots["square"] + (1 - b2) * g**2
            change = (m / (1 - b1**step)) / (np.sqrt(s / (1 - b2**step)) + epsilon)
            return w - rate * change, {"mean": m, "square": s}
        case Adadelta(rho=rho, epsilon=epsilon):
            s = rho * slots["square"] + (1 - rho) * g**2
            d = np.sqrt(slots["update"] + epsilon) / np.sqrt(s + epsilon) * g
            u = rho * slots["update"] + (1 - rho) * d**2
            return w - rate * d, {"square": s, "update": u}
        case RmsProp(rho=rho, epsilon=epsilon, momentum=momentum, centered=centered):
            s = rho * slots["square"] + (1 - rho) * g**2
            a = rho * slots["mean"] + (1 - rho) * g if centered else np.zeros_like(g)
            d = g / (np.sqrt(s - a**2) + epsilon)
            new = {"square": s} | ({"mean": a} if centered else {})
            if not momentum:
                return w - rate * d, new
            v = momentum * slots["velocity"] + d
            return w - rate * v, new | {"velocity": v}


def decayed(
    optimizer: Optimizer, decay: WeightDecay | None, name: str, w: Array, g: Array, rate: float
) -> tuple[Array, Array]:
    """A weight and its gradient after weight decay, before the update."""
    if not name.endswith(".kernel"):
        return w, g
    match optimizer, decay:
        case AdamW(weight_decay=strength), None:
            return (1 - rate * strength) * w, g
        case _, CoupledDecay(rate=strength):
            return w, g + strength * w
        case _, DecoupledDecay(rate=strength):
            return (1 - rate * strength) * w, g
        case _:
            return w, g
