"""Against published examples and statsmodels."""

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from statsmodels.stats import contingency_tables, multitest

from mnist_studio.analysis import paired, significance
from mnist_studio.analysis.paired import Agreement
from tests.analysis.example_logits import random_models
from tests.approximately import near

# Conover 1999, "Practical Nonparametric Statistics", section 4.6: three people forecast the results
# of 12 games.
FORECASTS = [
    "111", "111", "010", "110", "000", "111", "111", "110", "001", "010", "111", "111",
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "p"),
    [
        # Fagerland, Lydersen & Laake 2014 and 2017, chapter 8: Bentur et al. and Cavo et al.
        ((1, 1, 7, 12), 0.0703),
        ((59, 6, 16, 80), 0.0525),
    ],
)
def test_mcnemar_as_published(table: tuple[int, int, int, int], p: float) -> None:
    assert round(significance.mcnemar(Agreement(*table)), 4) == p


def test_mcnemar_by_hand() -> None:
    assert significance.mcnemar(Agreement(5, 0, 3, 2)) == pytest.approx(2 * 0.5**3)
    assert significance.mcnemar(Agreement(5, 4, 1, 0)) == pytest.approx(2 * (1 + 5) / 2**5)
    assert significance.mcnemar(Agreement(5, 2, 2, 0)) == 1.0
    assert significance.mcnemar(Agreement(5, 0, 0, 0)) == 1.0


@given(st.builds(Agreement, *[st.integers(0, 300)] * 4))
def test_mcnemar_is_that_of_statsmodels(table: Agreement) -> None:
    if table.only_a + table.only_b == 0:
        return
    counts = [[table.both, table.only_a], [table.only_b, table.neither]]
    expected = contingency_tables.mcnemar(counts, exact=True).pvalue
    assert significance.mcnemar(table) == pytest.approx(expected, rel=1e-9)


def test_cochran_as_published() -> None:
    right = np.array([[int(digit) for digit in game] for game in FORECASTS], bool)
    found = significance.cochran(list(right.T))
    assert (found.statistic, found.degrees) == (near(2.8), 2)
    assert found.p == pytest.approx(0.246597, abs=1e-6)


@given(
    st.integers(2, 5)
    .flatmap(lambda models: arrays(np.bool_, (30, models)))
    .filter(lambda table: bool((table.any(axis=1) & ~table.all(axis=1)).any()))
)
def test_cochran_is_that_of_statsmodels(table: NDArray[Any]) -> None:
    found = significance.cochran(list(table.T))
    expected = contingency_tables.cochrans_q(table.astype(int))
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-9)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.degrees == table.shape[1] - 1


def test_cochran_of_models_that_answer_alike() -> None:
    found = significance.cochran([np.array([True, False])] * 3)
    assert (found.statistic, found.degrees, found.p) == (0.0, 2, 1.0)


def test_holm_by_hand() -> None:
    # Sorted .005, .01, .03, .04 times 4, 3, 2, 1: .02, .03, .06 and .04, raised to .06.
    corrected = significance.holm([0.01, 0.04, 0.03, 0.005])
    assert corrected == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert significance.holm([0.6, 0.7]) == (1.0, 1.0)
    assert significance.holm([]) == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p: list[float]) -> None:
    # It collects garbage at every call, which takes a hundred times longer than all else.
    with patch("gc.collect"):
        expected = multitest.multipletests(p, method="holm")[1]
    assert significance.holm(p) == pytest.approx(list(expected), rel=1e-12)


def test_models_are_compared_from_their_logits() -> None:
    models, truth = random_models(3, 500, seed=3)
    keyed = dict(zip("abc", models, strict=True))
    found = significance.compare(keyed, truth)
    table = np.stack([logits.argmax(axis=1) == truth for logits in models], axis=1)
    assert found.several is not None
    expected = contingency_tables.cochrans_q(table.astype(int))
    assert found.several.p == pytest.approx(expected.pvalue)
    raw = []
    for one, (a, b) in zip(found.pairs, ((0, 1), (0, 2), (1, 2)), strict=True):
        counts = [
            [int(np.sum((table[:, a] == x) & (table[:, b] == y))) for y in (True, False)]
            for x in (True, False)
        ]
        raw.append(contingency_tables.mcnemar(counts, exact=True).pvalue)
        assert one.p == pytest.approx(raw[-1])
    assert [one.holm for one in found.pairs] == pytest.approx(
        list(multitest.multipletests(raw, method="holm")[1])
    )
    assert tuple(one.pair for one in found.pairs) == paired.pairs(keyed, truth)


def test_two_models_have_one_pair_and_no_q() -> None:
    models, truth = random_models(2, 100, seed=4)
    found = significance.compare({"a": models[0], "b": models[1]}, truth)
    assert found.several is None
    assert [one.holm for one in found.pairs] == [found.pairs[0].p]
