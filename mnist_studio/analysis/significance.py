"""Tests of models on the same digits. The one module that loads SciPy's statistics.

Importing it costs about a second and 70 MB, so only children and the command line do. What it
returns lives in ``paired``. A test asks whether a difference could be chance, never whether it
matters: words come from ``verdict``.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from mnist_studio.analysis.evaluation import Labels, Logits
from mnist_studio.analysis.paired import (
    Agreement,
    PairTest,
    Right,
    SeveralTest,
    SignificanceTests,
    pairs,
    right,
)


def compare(models: Mapping[str, Logits], labels: Labels) -> SignificanceTests:
    """All tests of two or more models; key -> logits (n, 10), labels (n,)."""
    found = pairs(models, labels)
    raw = [mcnemar(pair.agreement) for pair in found]
    return SignificanceTests(
        tuple(map(PairTest, found, raw, holm(raw))),
        cochran([right(logits, labels) for logits in models.values()]) if len(models) > 2 else None,
    )


def mcnemar(table: Agreement) -> float:
    """The exact two-sided p of McNemar's test (1947): a sign test of the digits that decide.

    Of those that one model alone answered rightly, each falls to either with probability 1/2 if
    both are equally good. 1 where there are none.
    """
    deciding = table.only_a + table.only_b
    return float(stats.binomtest(table.only_a, deciding, 0.5).pvalue) if deciding else 1.0


def cochran(answers: Sequence[Right]) -> SeveralTest:
    """Cochran's Q (1950), chi-square with one degree of freedom less than models.

    Q = (k - 1) (k Σ G² - (Σ G)²) / (k Σ L - Σ L²), with G the digits that each of k models answered
    rightly and L the models that answered each digit rightly. Where all models answer every digit
    alike, Q is 0.

    Args:
        answers: of 2 models or more, (n,) each.
    """
    table = np.stack(answers).astype(np.int64)
    k = len(table)
    of_model, of_digit = table.sum(axis=1), table.sum(axis=0)
    spread = k * int((of_model**2).sum()) - int(of_model.sum()) ** 2
    scale = k * int(of_digit.sum()) - int((of_digit**2).sum())
    statistic = (k - 1) * spread / scale if scale else 0.0
    return SeveralTest(statistic, k - 1, float(stats.chi2.sf(statistic, k - 1)))


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Each p corrected for their number (Holm 1979), in the given order.

    The smallest of m is multiplied by m, the next by m - 1, and so on; none falls below one that
    was smaller, none exceeds 1.
    """
    order = sorted(range(len(p)), key=p.__getitem__)
    corrected = [0.0] * len(p)
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - rank) * p[place]))
        corrected[place] = largest
    return tuple(corrected)
