"""Two models on the same images: agreement, and the difference of their accuracies.

Images on which both models are correct, or both wrong, do not show which one is better. The others
decide. The tests are in ``significance``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import Labels, Logits, predictions
from mnist_studio.analysis.intervals import (
    LEVEL,
    Estimate,
    Interval,
    normal_quantile,
    simultaneous,
)
from mnist_studio.formatting import count as number
from mnist_studio.formatting import listed

Correct = NDArray[np.bool_]
"""(n,), whether a model predicts each image correctly."""


@dataclass(frozen=True)
class ComparedModel:
    """What a run was tested on.

    Attributes:
        title: of the run.
        dataset: whose test set, such as ``mnist``.
        predictions: number of stored predictions; None if it stored none.
    """

    title: str
    dataset: str
    predictions: int | None


def incompatibility_reason(runs: Sequence[ComparedModel], images: int | None = None) -> str:
    """Why the runs cannot be paired, as a sentence; empty if they can.

    Args:
        runs: to be compared.
        images: size of the test set now; None if unknown.
    """
    if len(runs) < 2:
        return "Select at least two runs to compare them image by image."
    without = [run.title for run in runs if run.predictions is None]
    if without:
        return (
            f"{listed(without)} {'has' if len(without) == 1 else 'have'} no stored predictions. A "
            "run stores them when its first epoch is evaluated."
        )
    datasets = list(dict.fromkeys(run.dataset for run in runs))
    if len(datasets) > 1:
        return (
            f"The runs were tested on different datasets, {listed(datasets)}, so they cannot be "
            f"compared image by image."
        )
    counts = list(dict.fromkeys(run.predictions for run in runs))
    if len(counts) > 1 or (images is not None and images not in counts):
        sizes = [number(one) for one in (*counts, *([images] if len(counts) == 1 else []))]
        return (
            f"The runs were tested on different numbers of images, {listed(sizes)}, so they "
            f"cannot be compared image by image."
        )
    return ""


@dataclass(frozen=True)
class Agreement:
    """Number of images by which model predicts them correctly.

    Attributes:
        both: models.
        only_a: only the first one.
        only_b: only the second one.
        neither: of them.
    """

    both: int
    only_a: int
    only_b: int
    neither: int

    @property
    def images(self) -> int:
        """All of them."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def difference(self) -> float:
        """The accuracy of the first minus that of the second, a fraction."""
        return (self.only_a - self.only_b) / self.images


@dataclass(frozen=True)
class PairComparison:
    """Two models compared.

    Attributes:
        a: key of the first.
        b: key of the second.
        agreement: of their predictions.
        difference: of their accuracies, first minus second, with its interval.
    """

    a: str
    b: str
    agreement: Agreement
    difference: Estimate


@dataclass(frozen=True)
class PairTest:
    """The exact test of a pair, from ``significance``.

    Attributes:
        pair: that was tested.
        p: exact two-sided p-value of McNemar's test: the probability of a split at least as uneven
            among the images that only one model predicts correctly, if both were equally good.
        holm: the same corrected for all pairs that were tested together (Holm 1979).
    """

    pair: PairComparison
    p: float
    holm: float


@dataclass(frozen=True)
class SeveralTest:
    """Cochran's Q test of more than two models, from ``significance``.

    Attributes:
        statistic: Q.
        degrees: of freedom, the number of models minus 1.
        p: probability of a Q at least as large, if all models were equally good.
    """

    statistic: float
    degrees: int
    p: float


@dataclass(frozen=True)
class SignificanceTests:
    """All tests of several models on the same images.

    Attributes:
        pairs: every pair of models.
        several: all models at once; None for two models.
    """

    pairs: tuple[PairTest, ...]
    several: SeveralTest | None


def correct(logits: Logits, labels: Labels) -> Correct:
    """Which images a model predicts correctly; logits (n, k), labels (n,) -> (n,)."""
    return np.asarray(predictions(logits) == labels)


def agreement(a: Correct, b: Correct) -> Agreement:
    """Counts the images of two models, (n,) and (n,).

    Raises:
        ValueError: the shapes differ, or there are no images.
    """
    if a.shape != b.shape or a.ndim != 1 or len(a) == 0:
        raise ValueError(f"shapes must be equal and (n,), got {a.shape} and {b.shape}")
    return Agreement(
        both=_count(a & b), only_a=_count(a & ~b), only_b=_count(b & ~a), neither=_count(~a & ~b)
    )


def pairs(models: Mapping[str, Logits], labels: Labels) -> tuple[PairComparison, ...]:
    """Every pair of models with its difference; key -> logits (n, k), labels (n,).

    The intervals of several pairs are wider, at 1 - 0.05 / pairs (Bonferroni), so that all of them
    cover the truth together in 95 % of cases.
    """
    right = {key: correct(logits, labels) for key, logits in models.items()}
    both = list(combinations(right, 2))
    level = simultaneous(len(both))
    tables = [(a, b, agreement(right[a], right[b])) for a, b in both]
    return tuple(PairComparison(a, b, table, difference(table, level)) for a, b, table in tables)


def difference(table: Agreement, level: float = LEVEL) -> Estimate:
    """The first model's accuracy minus the second's, with its ``tango`` interval."""
    return Estimate(table.difference, tango(table, level), table.images)


def tango(table: Agreement, level: float = LEVEL) -> Interval:
    """The score interval of the difference of two paired proportions (Tango 1998, eq. 5-7).

    The differences that the score test would not reject. It excludes 0 exactly when McNemar's test
    without correction does, and exists even if the models never disagree.
    """
    limit = normal_quantile(level)
    estimate = table.difference
    return Interval(_limit(table, -1.0, estimate, -limit), _limit(table, 1.0, estimate, limit))


def _limit(table: Agreement, far: float, near: float, limit: float) -> float:
    """The difference from ``near`` (the estimate) to ``far`` at which the score is ``limit``."""
    while True:
        middle = (near + far) / 2
        if middle in (near, far):
            return near
        if abs(_score(table, middle)) <= abs(limit):
            near = middle
        else:
            far = middle


def _score(table: Agreement, delta: float) -> float:
    """How many standard errors the estimate lies from ``delta``, if ``delta`` were true."""
    n, b, c = table.images, table.only_a, table.only_b
    # Maximum likelihood estimate of the share of images that only the second model predicts
    # correctly, given delta (eq. 6).
    middle = (2 * n - b + c) * delta - b - c
    share = (sqrt(max(0.0, middle**2 + 8 * n * c * delta * (1 - delta))) - middle) / (4 * n)
    variance = n * (2 * share + delta * (1 - delta))
    distance = b - c - n * delta
    return distance / sqrt(variance) if variance > 0 else distance * float("inf")


def _count(mask: NDArray[Any]) -> int:
    return int(np.count_nonzero(mask))
