"""Significance tests of models on the same images.

The classes of their results are in ``paired``. A test shows whether a difference could be chance,
not whether it matters; for that see ``verdict``.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from mnist_studio.analysis.evaluation import Labels, Logits
from mnist_studio.analysis.paired import (
    Agreement,
    Correct,
    PairTest,
    SeveralTest,
    SignificanceTests,
    correct,
    pairs,
)
from mnist_studio.analysis.tails import chi_squared_tail, sign_test


def compare(models: Mapping[str, Logits], labels: Labels) -> SignificanceTests:
    """All tests of two models or more; key -> logits (n, k), labels (n,)."""
    found = pairs(models, labels)
    raw = [mcnemar(pair.agreement) for pair in found]
    return SignificanceTests(
        tuple(map(PairTest, found, raw, holm(raw))),
        cochran([correct(logits, labels) for logits in models.values()])
        if len(models) > 2
        else None,
    )


def mcnemar(table: Agreement) -> float:
    """The exact two-sided p-value of McNemar's test (1947).

    It is a sign test on the images that only one model predicts correctly: if both models are
    equally good, each of these belongs to either with probability 1/2. 1 if there are none.
    """
    return sign_test(table.only_a, table.only_b)


def cochran(right: Sequence[Correct]) -> SeveralTest:
    """Cochran's Q (1950), chi-squared with one degree of freedom less than models.

    Q = (k - 1) (k Σ G² - (Σ G)²) / (k Σ L - Σ L²), with G the number of images that each of k
    models predicts correctly and L the number of models that predict each image correctly. Q is 0
    if all models agree on every image.

    Args:
        right: of 2 models or more, (n,) each.
    """
    table = np.stack(right).astype(np.int64)
    k = len(table)
    of_model, of_image = table.sum(axis=1), table.sum(axis=0)
    spread = k * int((of_model**2).sum()) - int(of_model.sum()) ** 2
    scale = k * int(of_image.sum()) - int((of_image**2).sum())
    statistic = (k - 1) * spread / scale if scale else 0.0
    return SeveralTest(statistic, k - 1, chi_squared_tail(statistic, k - 1))


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Each p-value corrected for multiple testing (Holm 1979), in the given order.

    The smallest of m is multiplied by m, the next by m - 1, and so on. Their order does not change
    and none exceeds 1.
    """
    order = sorted(range(len(p)), key=p.__getitem__)
    corrected = [0.0] * len(p)
    largest = 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - rank) * p[at]))
        corrected[at] = largest
    return tuple(corrected)
