"""Predictions, accuracy and loss from logits, computed in float64 for every dtype of the logits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Logits = NDArray[Any]
Labels = NDArray[np.integer[Any]]


def probabilities(logits: Logits) -> Floats:
    """Softmax over the last axis, (..., k) -> (..., k), for logits of any size."""
    exponentials = np.exp(_shifted(logits))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def predictions(logits: Logits) -> NDArray[np.int64]:
    """The class of the largest logit; of equal logits the first class, (n, k) -> (n,)."""
    return np.asarray(np.argmax(logits, axis=-1), dtype=np.int64)


def accuracy(logits: Logits, labels: Labels) -> float:
    """The fraction of correct predictions; logits (n, k), labels (n,), n at least 1."""
    _require_images(logits, labels)
    return float(np.mean(predictions(logits) == labels))


def cross_entropy(logits: Logits, labels: Labels) -> float:
    """The mean of -log softmax(z)[label]; logits (n, k), labels (n,), n at least 1."""
    _require_images(logits, labels)
    shifted = _shifted(logits)
    of_label = np.take_along_axis(shifted, labels[:, np.newaxis].astype(np.intp), axis=1)[:, 0]
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - of_label))


def _shifted(logits: Logits) -> Floats:
    """Logits minus their maximum: softmax stays the same and exp cannot overflow."""
    wide = np.asarray(logits, dtype=np.float64)
    return np.asarray(wide - wide.max(axis=-1, keepdims=True))


def _require_images(logits: Logits, labels: Labels) -> None:
    shape = (len(labels), max(logits.shape[-1], int(labels.max(initial=0)) + 1))
    if len(labels) == 0 or logits.shape != shape:
        raise ValueError(f"logits of shape {logits.shape} for {len(labels)} labels")
