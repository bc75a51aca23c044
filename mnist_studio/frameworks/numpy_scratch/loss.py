"""The losses: from logits to the loss, and back to the gradients that the optimizer uses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.spec.run import ClipNorm, ClipValue, TrainingSpec


def sum_biases(gradients: Flat) -> None:
    """A known bug: every bias of a layer gets the sum of the gradients of all its biases."""
    for name, array in gradients.arrays.items():
        if name.endswith(".bias"):
            array[...] = array.sum()


def clip(gradients: Flat, how: ClipNorm | ClipValue | None) -> None:
    """Clips all gradients by their common norm (Pascanu et al. 2013), or each number by its value.

    By norm: g = g · min(1, limit / ‖g‖). By value: g = min(max(g, -limit), limit).
    """
    vector = gradients.vector
    match how:
        case ClipNorm(limit=limit):
            norm = float(np.linalg.norm(vector))
            if norm > limit:
                vector *= limit / norm
        case ClipValue(limit=limit):
            np.clip(vector, -limit, limit, out=vector)
        case None:
            pass


@dataclass(frozen=True)
class Loss:
    """The loss of logits z (b, k) with labels t (b,), for one slice of a batch of B images.

    Attributes:
        total: sum of the b losses. The totals of all slices divided by B are the mean loss L.
        correct: number of rows whose first maximum is at the label.
        gradient: ∂L/∂z, (b, k).
    """

    total: float
    correct: int
    gradient: Array


def loss_of(training: TrainingSpec, logits: Array, labels: NDArray[np.uint8], batch: int) -> Loss:
    """The loss of one slice of a batch with ``batch`` images, or of the whole batch."""
    if training.loss == "double_softmax":
        return double_softmax(logits, labels, batch)
    if training.label_smoothing:
        return smoothed_cross_entropy(logits, labels, batch, training.label_smoothing)
    return cross_entropy(logits, labels, batch)


def cross_entropy(logits: Array, labels: NDArray[np.uint8], batch: int) -> Loss:
    """-log softmax(z)[t], whose gradient is (softmax(z) - onehot(t)) / B.

    log softmax(z) = z - max z - log Σ exp(z - max z). Subtracting the maximum does not change the
    result and prevents exp from overflowing.
    """
    rows = np.arange(len(labels))
    shifted = logits - np.maximum.reduce(logits, axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = np.add.reduce(powers, axis=1, keepdims=True)
    total = float(np.add.reduce(np.log(sums[:, 0]) - shifted[rows, labels]))
    gradient = np.divide(powers, sums * batch, out=powers)
    gradient[rows, labels] -= 1 / batch
    return Loss(total, _correct(logits, labels), gradient)


def smoothed_cross_entropy(
    logits: Array, labels: NDArray[np.uint8], batch: int, smoothing: float
) -> Loss:
    """-Σ q log softmax(z) with q = (1 - s) onehot(t) + s / k (Szegedy et al. 2016).

    Its gradient is (softmax(z) - q) / B.
    """
    plain = cross_entropy(logits, labels, batch)
    rows, classes = np.arange(len(labels)), logits.shape[1]
    # Of the target, s moves from the label to the mean of all classes.
    total = plain.total + smoothing * float((logits[rows, labels] - logits.mean(axis=1)).sum())
    gradient = plain.gradient
    gradient[rows, labels] += smoothing / batch
    gradient -= smoothing / (classes * batch)
    return Loss(total, plain.correct, gradient)


def double_softmax(logits: Array, labels: NDArray[np.uint8], batch: int) -> Loss:
    """The cross-entropy of p = softmax(z) instead of z: a known bug.

    With e = ∂L/∂p, the chain rule gives ∂L/∂z = p · (e - Σ p · e).
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    outer = cross_entropy(p, labels, batch)
    e = outer.gradient
    gradient: Array = p * (e - (p * e).sum(axis=1, keepdims=True))
    return Loss(outer.total, _correct(logits, labels), gradient)


def _correct(logits: Array, labels: NDArray[np.uint8]) -> int:
    return int(np.count_nonzero(logits.argmax(axis=1) == labels))
