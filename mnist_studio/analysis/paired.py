"""Two models on the same digits: where they agree, and the difference of their accuracies.

A digit that both models answer rightly, or both wrongly, says nothing about which is better; the
others decide. Nothing here needs SciPy: the tests are in ``significance``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import Labels, Logits, predictions
from mnist_studio.analysis.intervals import LEVEL, Estimate, Interval, normal_quantile

Right = NDArray[np.bool_]
"""(n,), whether a model answered each digit rightly."""


@dataclass(frozen=True)
class Agreement:
    """Digits by who answered them rightly.

    Attributes:
        both: models.
        only_a: the first one alone.
        only_b: the second one alone.
        neither: of them.
    """

    both: int
    only_a: int
    only_b: int
    neither: int

    @property
    def digits(self) -> int:
        """All of them."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def difference(self) -> float:
        """The accuracy of the first less that of the second, a fraction."""
        return (self.only_a - self.only_b) / self.digits


@dataclass(frozen=True)
class PairComparison:
    """Two models compared.

    Attributes:
        a: key of the first.
        b: key of the second.
        agreement: of their answers.
        difference: of their accuracies, first less second, with its interval.
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
        p: probability of so uneven a split among the digits that one model alone answered rightly,
            or a more uneven one, if both were equally good (McNemar, exact, two-sided).
        holm: the same corrected for all pairs that were tested together (Holm 1979).
    """

    pair: PairComparison
    p: float
    holm: float


@dataclass(frozen=True)
class SeveralTest:
    """Cochran's Q over more than two models, from ``significance``.

    Attributes:
        statistic: Q.
        degrees: of freedom, the number of models less 1.
        p: probability of so large a Q, or a larger one, if all models were equally good.
    """

    statistic: float
    degrees: int
    p: float


@dataclass(frozen=True)
class SignificanceTests:
    """All tests of some models on the same digits.

    Attributes:
        pairs: every two of them.
        several: all at once; None where they are two.
    """

    pairs: tuple[PairTest, ...]
    several: SeveralTest | None


def right(logits: Logits, labels: Labels) -> Right:
    """Which digits a model answered rightly; logits (n, 10), labels (n,) -> (n,)."""
    return np.asarray(predictions(logits) == labels)


def agreement(a: Right, b: Right) -> Agreement:
    """Counts the digits of two models, (n,) and (n,).

    Raises:
        ValueError: they are not of the same digits, or there are none.
    """
    if a.shape != b.shape or a.ndim != 1 or len(a) == 0:
        raise ValueError(f"answers of shapes {a.shape} and {b.shape}")
    return Agreement(
        both=_count(a & b), only_a=_count(a & ~b), only_b=_count(b & ~a), neither=_count(~a & ~b)
    )


def pairs(models: Mapping[str, Logits], labels: Labels) -> tuple[PairComparison, ...]:
    """Every two models, each difference with its interval; key -> logits (n, 10), labels (n,).

    Of several pairs the intervals are wider, at 1 - .05 / pairs (Bonferroni), so that all of them
    hold together in 95 % of all cases.
    """
    answers = {key: right(logits, labels) for key, logits in models.items()}
    both = list(combinations(answers, 2))
    level = 1 - (1 - LEVEL) / max(1, len(both))
    tables = [(a, b, agreement(answers[a], answers[b])) for a, b in both]
    return tuple(PairComparison(a, b, table, difference(table, level)) for a, b, table in tables)


def difference(table: Agreement, level: float = LEVEL) -> Estimate:
    """The first model's accuracy less the second's, with its ``tango`` interval."""
    return Estimate(table.difference, tango(table, level), table.digits)


def tango(table: Agreement, level: float = LEVEL) -> Interval:
    """The score interval of the difference of two paired proportions (Tango 1998, eq. 5-7).

    Those differences that the score test would not reject. It excludes 0 exactly where McNemar's
    test without correction does, and exists where the models never disagree.
    """
    limit = normal_quantile(level)
    estimate = table.difference
    return Interval(_limit(table, -1.0, estimate, -limit), _limit(table, 1.0, estimate, limit))


def _limit(table: Agreement, far: float, near: float, limit: float) -> float:
    """The difference between ``near``, the estimate, and ``far`` where the score is ``limit``."""
    while True:
        middle = (near + far) / 2
        if middle in (near, far):
            return near
        if abs(_score(table, middle)) <= abs(limit):
            near = middle
        else:
            far = middle


def _score(table: Agreement, delta: float) -> float:
    """How many standard errors the estimate lies from ``delta``, if ``delta`` were the truth."""
    n, b, c = table.digits, table.only_a, table.only_b
    # The likeliest share of digits that only the second model answers, given delta (eq. 6).
    middle = (2 * n - b + c) * delta - b - c
    share = (sqrt(max(0.0, middle**2 + 8 * n * c * delta * (1 - delta))) - middle) / (4 * n)
    variance = n * (2 * share + delta * (1 - delta))
    distance = b - c - n * delta
    return distance / sqrt(variance) if variance > 0 else distance * float("inf")


def _count(chosen: NDArray[Any]) -> int:
    return int(np.count_nonzero(chosen))
