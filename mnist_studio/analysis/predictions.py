"""What a model answered: confusions, figures of every digit, its worst mistakes.

All from logits (n, 10) and labels (n,), such as those that a run keeps of the test digits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis import evaluation
from mnist_studio.analysis.evaluation import Labels, Logits
from mnist_studio.spec.model import CLASSES

Confusion = NDArray[np.int64]
"""(10, 10): digits by what they are (row) and what the model answered (column)."""


@dataclass(frozen=True)
class ClassScore:
    """How well one digit is recognised.

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
class Answer:
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


def cell(logits: Logits, labels: Labels, label: int, answer: int) -> tuple[Answer, ...]:
    """The digits of one cell of the confusion matrix, the most confident answers first."""
    given = evaluation.predictions(logits)
    return _most_confident(logits, labels, (labels == label) & (given == answer))


def most_wrong(logits: Logits, labels: Labels, count: int = 100) -> tuple[Answer, ...]:
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
) -> tuple[Answer, ...]:
    places = np.flatnonzero(chosen)
    sure = evaluation.probabilities(logits[places]).max(axis=-1)
    given = evaluation.predictions(logits[places])
    return tuple(
        Answer(int(places[one]), int(labels[places[one]]), int(given[one]), float(sure[one]))
        for one in np.argsort(-sure, kind="stable")
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
