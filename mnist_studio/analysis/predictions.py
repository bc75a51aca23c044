"""What a model answered: confusions, figures of every digit, its worst mistakes.

All from logits (n, 10) and labels (n,), such as those that a run keeps of the test digits.

Digits on which models disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis import evaluation
from mnist_studio.analysis.evaluation import Labels, Logits, predictions, probabilities
from mnist_studio.spec.model import CLASSES


@dataclass(frozen=True)
class Disagreement:
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
) -> tuple[Disagreement, ...]:
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
        Disagreement(
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


Confusion = NDArray[np.int64]
"""(10, 10): digits by what they are (row) and what the model answered (column)."""


@dataclass(frozen=True)
class ClassScore:
    """How well one digit is recognized.

    Attributes:
        digit: 0 to 9.
        count: of test digits that are this one.
        precision: of those answered as this digit, the fraction that are it; None where none was.
        recall: of those that are this digit, the fraction answered so; None where there is none.
        f1: harmonic mean of both, 2·hits / (count + answered); None where neither is defined.
    """

    digit: int
    count: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class ClassifiedImage:
    """What a model answered to one digit.

    Attributes:
        index: of the digit among the test digits.
        label: what it is.
        answer: what the model took it for.
        probability: that the model gave its answer.
    """

    index: int
    label: int
    answer: int
    probability: float


def confusion(logits: Logits, labels: Labels) -> Confusion:
    """Counts digits by label (row) and answer (column), (10, 10)."""
    cells = CLASSES * labels.astype(np.int64) + evaluation.predictions(logits)
    return np.bincount(cells, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def cell(logits: Logits, labels: Labels, label: int, answer: int) -> tuple[ClassifiedImage, ...]:
    """The digits of one cell of the confusion matrix, the most confident answers first."""
    given = evaluation.predictions(logits)
    return _most_confident(logits, labels, (labels == label) & (given == answer))


def most_wrong(logits: Logits, labels: Labels, count: int = 100) -> tuple[ClassifiedImage, ...]:
    """The mistakes of which the model was most sure, at most ``count``, the surest first."""
    wrong = evaluation.predictions(logits) != labels
    return _most_confident(logits, labels, wrong)[:count]


def class_scores(table: Confusion) -> tuple[ClassScore, ...]:
    """Precision, recall and F1 of every digit, 0 to 9, from a confusion matrix (10, 10)."""
    hits, of_label, of_answer = np.diagonal(table), table.sum(axis=1), table.sum(axis=0)
    rows = zip(hits.tolist(), of_label.tolist(), of_answer.tolist(), strict=True)
    return tuple(
        ClassScore(
            digit=digit,
            count=count,
            precision=_ratio(hit, answered),
            recall=_ratio(hit, count),
            f1=_ratio(2 * hit, count + answered),
        )
        for digit, (hit, count, answered) in enumerate(rows)
    )


def _most_confident(
    logits: Logits, labels: Labels, chosen: NDArray[np.bool_]
) -> tuple[ClassifiedImage, ...]:
    places = np.flatnonzero(chosen)
    sure = evaluation.probabilities(logits[places]).max(axis=-1)
    given = evaluation.predictions(logits[places])
    return tuple(
        ClassifiedImage(
            int(places[one]), int(labels[places[one]]), int(given[one]), float(sure[one])
        )
        for one in np.argsort(-sure, kind="stable")
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
