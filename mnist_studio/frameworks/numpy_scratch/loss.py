"""The losses of logits, forward and backward."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array
from mnist_studio.spec import run as spec


@dataclass(frozen=True)
class Loss:
    """What logits z (b, 10) with labels t (b,) cost, as a part of a batch of B.

    Attributes:
        total: of the b losses; all parts of a batch added up and divided by B are its mean loss L.
        correct: how many logits have their first maximum at the label.
        gradient: ∂L/∂z, (b, 10).
    """

    total: float
    correct: int
    gradient: Array


def loss_of(kind: spec.Loss, logits: Array, labels: NDArray[np.uint8], batch: int) -> Loss:
    """The loss of a part of a batch of size ``batch``, which may be all of it."""
    made = cross_entropy if kind == "cross_entropy" else double_softmax
    return made(logits, labels, batch)


def cross_entropy(logits: Array, labels: NDArray[np.uint8], batch: int) -> Loss:
    """-log softmax(z)[t], whose gradient is (softmax(z) - onehot(t)) / B.

    log softmax(z) = z - max z - log Σ exp(z - max z): subtracting the maximum changes nothing and
    keeps exp from overflowing.
    """
    rows = np.arange(len(labels))
    shifted = logits - np.maximum.reduce(logits, axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = np.add.reduce(powers, axis=1, keepdims=True)
    total = float(np.add.reduce(np.log(sums[:, 0]) - shifted[rows, labels]))
    gradient = np.divide(powers, sums * batch, out=powers)
    gradient[rows, labels] -= 1 / batch
    return Loss(total, _correct(logits, labels), gradient)


def double_softmax(logits: Array, labels: NDArray[np.uint8], batch: int) -> Loss:
    """The cross-entropy of p = softmax(z) in place of z, a fault.

    With e = ∂L/∂p the chain rule gives ∂L/∂z = p · (e - Σ p · e).
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    outer = cross_entropy(p, labels, batch)
    e = outer.gradient
    gradient: Array = p * (e - (p * e).sum(axis=1, keepdims=True))
    return Loss(outer.total, _correct(logits, labels), gradient)


def _correct(logits: Array, labels: NDArray[np.uint8]) -> int:
    return int(np.count_nonzero(logits.argmax(axis=1) == labels))
