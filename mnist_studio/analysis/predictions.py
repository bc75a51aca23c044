"""Predictions of models: confusion matrix, per-class metrics, calibration, errors, disagreements.

Everything is computed from logits (n, k) and labels (n,), such as the ones that a run stores for
the test images.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis import evaluation
from mnist_studio.analysis.evaluation import Labels, Logits, predictions, probabilities

ConfusionMatrix = NDArray[np.int64]
"""(k, k): number of images by true label (row) and prediction (column), of k classes."""


@dataclass(frozen=True)
class ClassMetrics:
    """How well one class is recognized.

    Attributes:
        label: of the class, from 0.
        count: number of test images of this class.
        precision: of the images predicted as this class, the fraction that belong to it; None if
            there are none.
        recall: of the images of this class, the fraction predicted as such; None if there are none.
        f1: harmonic mean of both, 2·hits / (count + predicted); None if neither is defined.
    """

    label: int
    count: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class ImagePrediction:
    """What a model predicts for one image.

    Attributes:
        index: of the image among the test images.
        label: the true one.
        predicted: the predicted class.
        confidence: its probability.
    """

    index: int
    label: int
    predicted: int
    confidence: float


@dataclass(frozen=True)
class Disagreement:
    """An image on which models disagree.

    Attributes:
        index: of the image among the test images.
        label: the true one.
        predicted: by every model, in the given order.
        confidences: of every model in its prediction.
        fraction: of pairs of models that disagree, above 0.
    """

    index: int
    label: int
    predicted: tuple[int, ...]
    confidences: tuple[float, ...]
    fraction: float


def confusion_matrix(logits: Logits, labels: Labels) -> ConfusionMatrix:
    """Counts images by true label (row) and prediction (column), (k, k)."""
    classes = logits.shape[1]
    cells = classes * labels.astype(np.int64) + evaluation.predictions(logits)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def class_metrics(matrix: ConfusionMatrix) -> tuple[ClassMetrics, ...]:
    """Precision, recall and F1 of every class from a confusion matrix (k, k)."""
    hits, actual, predicted = np.diagonal(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    rows = zip(hits.tolist(), actual.tolist(), predicted.tolist(), strict=True)
    return tuple(
        ClassMetrics(
            label=label,
            count=count,
            precision=_ratio(hit, positive),
            recall=_ratio(hit, count),
            f1=_ratio(2 * hit, count + positive),
        )
        for label, (hit, count, positive) in enumerate(rows)
    )


def cell_images(
    logits: Logits, labels: Labels, label: int, predicted: int
) -> tuple[ImagePrediction, ...]:
    """The images of one cell of the confusion matrix, the most confident predictions first."""
    in_cell = (labels == label) & (evaluation.predictions(logits) == predicted)
    return _by_confidence(logits, labels, in_cell)


def confident_errors(
    logits: Logits, labels: Labels, count: int = 100
) -> tuple[ImagePrediction, ...]:
    """At most ``count`` wrong predictions, the most confident first."""
    wrong = evaluation.predictions(logits) != labels
    return _by_confidence(logits, labels, wrong)[:count]


def disagreements(
    models: Sequence[Logits], labels: Labels, count: int | None = None
) -> tuple[Disagreement, ...]:
    """The images on which not all models agree, the largest disagreement first.

    Equal disagreements are ordered by the mean confidence, highest first.

    Args:
        models: logits (n, k) of each, at least 2.
        labels: (n,).
        count: at most so many; None for all.
    """
    predicted = np.stack([predictions(logits) for logits in models])
    confidences = np.stack([probabilities(logits).max(axis=-1) for logits in models])
    fractions = _disagreeing_pairs(predicted)
    order = np.lexsort((-confidences.mean(axis=0), -fractions))
    return tuple(
        Disagreement(
            index=int(index),
            label=int(labels[index]),
            predicted=tuple(predicted[:, index].tolist()),
            confidences=tuple(confidences[:, index].tolist()),
            fraction=float(fractions[index]),
        )
        for index in order[: np.count_nonzero(fractions)][:count]
    )


BINS = 15
"""As in Guo et al. 2017, "On calibration of modern neural networks"."""


@dataclass(frozen=True)
class Bin:
    """The images with a confidence in one interval.

    Attributes:
        low: the confidence is above this
        high: and at most this.
        count: number of images.
        confidence: mean confidence; None without images.
        accuracy: fraction of correct predictions; None without images.
    """

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Calibration:
    """How well the confidence of a model matches its accuracy.

    Attributes:
        bins: from 0 to 1.
        error: the expected calibration error, a fraction: the mean over all images of the distance
            between confidence and accuracy of their bin (Guo et al. 2017, eq. 3).
        confidence: mean over all images; above the accuracy if a model is overconfident.
        accuracy: over all images.
    """

    bins: tuple[Bin, ...]
    error: float
    confidence: float
    accuracy: float


def calibration(logits: Logits, labels: Labels, bins: int = BINS) -> Calibration:
    """Reliability over ``bins`` of equal width, bin m being ((m - 1) / bins, m / bins].

    Args:
        logits: (n, k), n at least 1.
        labels: (n,).
        bins: at least 1.
    """
    confidence = probabilities(logits).max(axis=-1)
    correct = predictions(logits) == labels
    edges = np.arange(bins + 1) / bins
    bin_of = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    confidence_sums = np.bincount(bin_of, weights=confidence, minlength=bins)
    correct_sums = np.bincount(bin_of, weights=correct, minlength=bins)
    filled = tuple(
        Bin(
            low=float(edges[at]),
            high=float(edges[at + 1]),
            count=int(counts[at]),
            confidence=float(confidence_sums[at] / counts[at]) if counts[at] else None,
            accuracy=float(correct_sums[at] / counts[at]) if counts[at] else None,
        )
        for at in range(bins)
    )
    error = float(np.abs(confidence_sums - correct_sums).sum() / len(labels))
    return Calibration(filled, error, float(confidence.mean()), float(correct.mean()))


def _disagreeing_pairs(predicted: NDArray[np.int64]) -> NDArray[np.float64]:
    """The fraction of pairs of models with different predictions, (k, n) -> (n,)."""
    models = len(predicted)
    classes = range(int(predicted.max(initial=0)) + 1)
    votes = np.stack([(predicted == label).sum(axis=0) for label in classes])
    agreeing = (votes * (votes - 1)).sum(axis=0)
    return np.asarray(1 - agreeing / (models * (models - 1)))


def _by_confidence(
    logits: Logits, labels: Labels, mask: NDArray[np.bool_]
) -> tuple[ImagePrediction, ...]:
    indices = np.flatnonzero(mask)
    confidences = evaluation.probabilities(logits[indices]).max(axis=-1)
    predicted = evaluation.predictions(logits[indices])
    return tuple(
        ImagePrediction(
            int(indices[at]), int(labels[indices[at]]), int(predicted[at]), float(confidences[at])
        )
        for at in np.argsort(-confidences, kind="stable")
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
