"""Against published examples of paired proportions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_studio.analysis import paired
from mnist_studio.analysis.intervals import LEVEL, Interval, normal_quantile
from mnist_studio.analysis.paired import Agreement
from tests.analysis.example_logits import labels, logits, random_models
from tests.approximately import near

TABLES = st.builds(Agreement, *[st.integers(0, 60)] * 4).filter(lambda table: table.images > 0)


@pytest.mark.parametrize(
    ("table", "level", "low", "high"),
    [
        # Tango 1998, Statistics in Medicine 17, 891-908: the contact lens trial.
        ((43, 0, 1, 0), 0.90, -0.096, 0.037),
        ((4, 9, 3, 16), 0.95, -0.027, 0.390),
        # Agresti & Min 2005, Statistics in Medicine 24, 729-740.
        ((53, 16, 8, 9), 0.95, -0.020, 0.207),
        # Fagerland, Lydersen & Laake 2014, Statistics in Medicine 33, 2850-2875: Bentur et al.
        ((1, 1, 7, 12), 0.95, -0.517, -0.026),
        # Fagerland, Lydersen & Laake 2017, "Statistical Analysis of Contingency Tables", chapter 8:
        # Cavo et al.
        ((59, 6, 16, 80), 0.95, -0.124, -0.005),
    ],
)
def test_tango_as_published(
    table: tuple[int, int, int, int], level: float, low: float, high: float
) -> None:
    found = paired.tango(Agreement(*table), level)
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


def test_models_that_never_disagree_by_hand() -> None:
    # Without disagreement the score of a difference d is sqrt(n d / (1 - d)), so d = z² / (n + z²).
    square = normal_quantile() ** 2
    limit = square / (10_000 + square)
    found = paired.tango(Agreement(9_900, 0, 0, 100))
    assert found == Interval(near(-limit, rel=1e-9), near(limit, rel=1e-9))


@given(TABLES)
def test_the_interval_holds_the_estimate_and_flips_with_the_models(table: Agreement) -> None:
    found = paired.tango(table)
    assert -1 <= found.low <= table.difference <= found.high <= 1
    turned = paired.tango(Agreement(table.both, table.only_b, table.only_a, table.neither))
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-9)


@given(TABLES)
def test_it_excludes_0_exactly_where_mcnemars_score_does(table: Agreement) -> None:
    b, c = table.only_a, table.only_b
    rejects = (b - c) ** 2 > normal_quantile(LEVEL) ** 2 * (b + c)
    found = paired.tango(table)
    assert rejects == (not found.low <= 0 <= found.high)


def test_it_covers_the_truth() -> None:
    # 2,000 samples of 500 images, of which only one model gets 6 % right, only the other 3 %.
    rng = np.random.default_rng(7)
    tables = rng.multinomial(500, (0.86, 0.06, 0.03, 0.05), size=2000)
    found = [paired.tango(Agreement(*map(int, table))) for table in tables]
    covered = sum(one.low <= 0.03 <= one.high for one in found) / len(found)
    assert covered == pytest.approx(LEVEL, abs=0.015)


def test_agreement_by_hand() -> None:
    truth = labels(0, 1, 2, 3, 4)
    a, b = logits([0, 1, 2, 9, 9]), logits([0, 9, 9, 3, 9])
    table = paired.agreement(paired.correct(a, truth), paired.correct(b, truth))
    assert table == Agreement(both=1, only_a=2, only_b=1, neither=1)
    assert (table.images, table.difference) == (5, near(0.2))


def test_predictions_of_different_images_are_refused() -> None:
    for other in (np.ones(4, bool), np.ones((5, 2), bool)):
        with pytest.raises(ValueError, match="shapes must be equal"):
            paired.agreement(np.ones(5, bool), other)
    with pytest.raises(ValueError, match="shapes must be equal"):
        paired.agreement(np.ones(0, bool), np.ones(0, bool))


def test_pairs_are_those_recomputed_from_the_logits() -> None:
    models, truth = random_models(3, 400, seed=1)
    found = paired.pairs(dict(zip("abc", models, strict=True)), truth)
    assert [(pair.a, pair.b) for pair in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    places = {"a": 0, "b": 1, "c": 2}
    for pair in found:
        scores = [
            sum(int(row.argmax()) == label for row, label in zip(models[place], truth, strict=True))
            for place in (places[pair.a], places[pair.b])
        ]
        assert pair.difference.value == pytest.approx((scores[0] - scores[1]) / 400)
        assert pair.agreement.both + pair.agreement.only_a == scores[0]
        assert pair.agreement.both + pair.agreement.only_b == scores[1]


def test_several_intervals_hold_together() -> None:
    models, truth = random_models(3, 400, seed=2)
    two = paired.pairs({"a": models[0], "b": models[1]}, truth)[0]
    assert two.difference == paired.difference(two.agreement, 0.95)
    three = paired.pairs(dict(zip("abc", models, strict=True)), truth)[0]
    assert three.difference == paired.difference(two.agreement, 1 - 0.05 / 3)
    assert three.difference.interval is not None
    assert two.difference.interval is not None
    assert three.difference.interval.low < two.difference.interval.low
    assert paired.pairs({"a": models[0]}, truth) == ()
