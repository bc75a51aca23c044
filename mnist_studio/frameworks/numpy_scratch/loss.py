"""Cross-entropy of logits, forward and backward."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array


@dataclass(frozen=True)
class Loss:
    """What a batch of logits z (B, 10) with labels t (B,) costs.

    Attributes:
        mean: L = -1/B Σ_b log softmax(z_b)[t_b].
        correct: how many logits have their first maximum at the label.
        gradient: ∂L/∂z = (softmax(z) - onehot(t)) / B, (B, 10).
    """

    mean: float
    correct: int
    gradient: Array


def cross_entropy(logits: Array, labels: NDArray[np.uint8]) -> Loss:
    """The loss of a batch.

    log softmax(z) = z - max z - log Σ exp(z - max z): subtracting the maximum changes nothing and
    keeps exp from overflowing.
    """
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)
    mean = float(np.mean(np.log(sums[:, 0]) - shifted[rows, labels]))
    gradient = powers / sums
    gradient[rows, labels] -= 1
    gradient /= len(labels)
    correct = int(np.count_nonzero(logits.argmax(axis=1) == labels))
    return Loss(mean, correct, gradient)
