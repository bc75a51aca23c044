"""Logits whose answers and probabilities are known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def logits(answers: Sequence[int], sure: Sequence[float] | float = 0.91) -> Floats:
    """Logits whose softmax gives each answer its probability and the other nine the rest.

    Args:
        answers: (n,), digits.
        sure: probability of each, or of all; above .1.
    """
    count = len(answers)
    sures = np.full(count, sure) if isinstance(sure, float) else np.asarray(sure)
    table = np.repeat(((1 - sures) / 9)[:, np.newaxis], 10, axis=1)
    table[np.arange(count), list(answers)] = sures
    return np.log(table)


def labels(*digits: int) -> NDArray[np.uint8]:
    return np.array(digits, np.uint8)


def random_models(models: int, digits: int, seed: int) -> tuple[list[Floats], NDArray[np.uint8]]:
    """Logits of models that are right on about three of four digits, and the labels."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 10, digits).astype(np.uint8)
    hints = 3.0 * np.eye(10)[truth]
    return [rng.normal(size=(digits, 10)) + hints for _ in range(models)], truth
