"""What logits say about digits. Everything is computed in float64, whatever the logits are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.spec.model import CLASSES

Floats = NDArray[np.float64]
Logits = NDArray[Any]
Labels = NDArray[np.integer[Any]]


def probabilities(logits: Logits) -> Floats:
    """Softmax over the last axis, (..., 10) -> (..., 10), for logits of any size."""
    exponentials = np.exp(_shifted(logits))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def predictions(logits: Logits) -> NDArray[np.int64]:
    """The digit of the largest logit, the smallest digit of equals, (n, 10) -> (n,)."""
    return np.asarray(np.argmax(logits, axis=-1), dtype=np.int64)


def accuracy(logits: Logits, labels: Labels) -> float:
    """The fraction of digits answered rightly; logits (n, 10), labels (n,), n at least 1."""
    _require_digits(logits, labels)
    return float(np.mean(predictions(logits) == labels))


def cross_entropy(logits: Logits, labels: Labels) -> float:
    """The mean of -log softmax(z)[label]; logits (n, 10), labels (n,), n at least 1."""
    _require_digits(logits, labels)
    shifted = _shifted(logits)
    of_label = np.take_along_axis(shifted, labels[:, np.newaxis].astype(np.intp), axis=1)[:, 0]
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - of_label))


def _shifted(logits: Logits) -> Floats:
    """Logits less their maximum: softmax stays the same, exp cannot overflow."""
    wide = np.asarray(logits, dtype=np.float64)
    return np.asarray(wide - wide.max(axis=-1, keepdims=True))


def _require_digits(logits: Logits, labels: Labels) -> None:
    if len(labels) == 0 or logits.shape != (len(labels), CLASSES):
        raise ValueError(f"logits of shape {logits.shape} for {len(labels)} labels")
