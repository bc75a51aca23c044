"""Digits on which models disagree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import Labels, Logits, predictions, probabilities
from mnist_studio.spec.model import CLASSES


@dataclass(frozen=True)
class Split:
    """One digit on which the models disagree.

    Attributes:
        index: of the digit among the test digits.
        label: what it is.
        answers: of every model, in the given order.
        probabilities: that each gave its answer.
        split: the fraction of pairs of models that disagree, above 0.
    """

    index: int
    label: int
    answers: tuple[int, ...]
    probabilities: tuple[float, ...]
    split: float


def disagreements(
    models: Sequence[Logits], labels: Labels, count: int | None = None
) -> tuple[Split, ...]:
    """The digits on which not all models answer alike, the most split first.

    Of equally split ones that come first on which the models are surer of their answers.

    Args:
        models: logits (n, 10) of each, at least 2.
        labels: (n,).
        count: at most so many; None for all.
    """
    answers = np.stack([predictions(logits) for logits in models])
    sure = np.stack([probabilities(logits).max(axis=-1) for logits in models])
    split = _split(answers)
    order = np.lexsort((-sure.mean(axis=0), -split))
    return tuple(
        Split(
            index=int(index),
            label=int(labels[index]),
            answers=tuple(answers[:, index].tolist()),
            probabilities=tuple(sure[:, index].tolist()),
            split=float(split[index]),
        )
        for index in order[: np.count_nonzero(split)][:count]
    )


def _split(answers: NDArray[np.int64]) -> NDArray[np.float64]:
    """The fraction of pairs of models that answer differently, (k, n) -> (n,)."""
    models = len(answers)
    votes = np.stack([(answers == digit).sum(axis=0) for digit in range(CLASSES)])
    alike = (votes * (votes - 1)).sum(axis=0)
    return np.asarray(1 - alike / (models * (models - 1)))
