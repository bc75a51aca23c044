"""Cross-entropy of logits, forward and backward."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array


@dataclass(frozen=True)
class Loss:
    """What logits z (b, 10) with labels t (b,) cost, as a part of a batch of B.

    Attributes:
        total: -Σ_b log softmax(z_b)[t_b]; all parts of a batch added up and divided by B are its
            mean loss L.
        correct: how many logits have their first maximum at the label.
        gradient: ∂L/∂z = (softmax(z) - onehot(t)) / B, (b, 10).
    """

    total: float
    correct: int
    gradient: Array


def cross_entropy(logits: Array, labels: NDArray[np.uint8], batch: int) -> Loss:
    """The loss of a part of a batch of size ``batch``, which may be all of it.

    log softmax(z) = z - max z - log Σ exp(z - max z): subtracting the maximum changes nothing and
    keeps exp from overflowing.
    """
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)
    total = float(np.sum(np.log(sums[:, 0]) - shifted[rows, labels]))
    gradient = powers / sums
    gradient[rows, labels] -= 1
    gradient /= batch
    correct = int(np.count_nonzero(logits.argmax(axis=1) == labels))
    return Loss(total, correct, gradient)
