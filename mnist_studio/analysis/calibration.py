"""Whether a model is as often right as it is sure (Guo et al. 2017, "On calibration")."""

from dataclasses import dataclass

import numpy as np

from mnist_studio.analysis.evaluation import Labels, Logits, predictions, probabilities

BINS = 15
"""As in Guo et al. 2017."""


@dataclass(frozen=True)
class Bin:
    """The digits on which a model was about equally sure.

    Attributes:
        low: the probability of its answer is above this
        high: and at most this.
        count: of digits.
        confidence: mean probability of its answers; None without digits.
        accuracy: the fraction that is right; None without digits.
    """

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Calibration:
    """How far confidence and accuracy part.

    Attributes:
        bins: from 0 to 1.
        error: the expected calibration error, a fraction: the mean over all digits of the distance
            between confidence and accuracy of their bin (Guo et al. 2017, eq. 3).
        confidence: mean probability of all answers; above the accuracy where a model is too sure.
        accuracy: over all digits.
    """

    bins: tuple[Bin, ...]
    error: float
    confidence: float
    accuracy: float


def calibration(logits: Logits, labels: Labels, bins: int = BINS) -> Calibration:
    """Reliability over ``bins`` of equal width, bin m being ((m - 1) / bins, m / bins].

    Args:
        logits: (n, 10), n at least 1.
        labels: (n,).
        bins: at least 1.
    """
    sure = probabilities(logits).max(axis=-1)
    right = predictions(logits) == labels
    edges = np.arange(bins + 1) / bins
    place = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    of_sure = np.bincount(place, weights=sure, minlength=bins)
    of_right = np.bincount(place, weights=right, minlength=bins)
    made = tuple(
        Bin(
            low=float(edges[one]),
            high=float(edges[one + 1]),
            count=int(counts[one]),
            confidence=float(of_sure[one] / counts[one]) if counts[one] else None,
            accuracy=float(of_right[one] / counts[one]) if counts[one] else None,
        )
        for one in range(bins)
    )
    error = float(np.abs(of_sure - of_right).sum() / len(labels))
    return Calibration(made, error, float(sure.mean()), float(right.mean()))
