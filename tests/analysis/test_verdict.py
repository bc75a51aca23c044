import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_studio.analysis import verdict
from mnist_studio.analysis.intervals import Estimate, Interval
from mnist_studio.analysis.verdict import Kind


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, Interval(low, high), 10_000)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0011, 0.0050, "different"),
        (-0.0050, -0.0011, "different"),
        (0.0010, 0.0050, "undecided"),  # Its end lies at the threshold, not beyond.
        (0.0002, 0.0050, "undecided"),  # Significant: 0 is excluded; whether it matters is open.
        (-0.0020, 0.0020, "undecided"),
        (-0.0010, 0.0010, "equal"),
        (0.0002, 0.0009, "equal"),  # Significant, and yet too small to matter.
        (-0.0011, 0.0010, "undecided"),
    ],
)
def test_the_kind_follows_from_the_interval(low: float, high: float, expected: Kind) -> None:
    assert verdict.verdict_kind(Interval(low, high)) == expected


def test_the_threshold_can_be_chosen() -> None:
    interval = Interval(0.002, 0.004)
    assert verdict.verdict_kind(interval, 0.001) == "different"
    assert verdict.verdict_kind(interval, 0.003) == "undecided"
    assert verdict.verdict_kind(interval, 0.005) == "equal"
    for wrong in (0.0, -0.1, math.nan):
        with pytest.raises(ValueError, match="threshold"):
            verdict.verdict_kind(interval, wrong)


def test_rounding_errors_do_not_matter() -> None:
    assert verdict.verdict_kind(Interval(0.981 - 0.98, 0.99 - 0.98)) == "undecided"
    assert verdict.verdict_kind(Interval(0.0, 0.981 - 0.98)) == "equal"


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(1e-6, 0.5))
def test_swapping_the_models_swaps_only_the_better(
    low: float, width: float, threshold: float
) -> None:
    high = low + width
    assert verdict.verdict_kind(Interval(low, high), threshold) == verdict.verdict_kind(
        Interval(-high, -low), threshold
    )


def test_sentence_for_different() -> None:
    found = verdict.verdict("A", "B", estimate(-0.004, -0.0062, -0.0018))
    assert (found.kind, found.better) == ("different", "B")
    assert found.sentence == (
        "B is better than A by 0.40 pp. A - B: −0.40 pp, 95 % CI −0.62 to −0.18 pp, entirely "
        "beyond 0.10 pp."
    )
    assert verdict.verdict("A", "B", estimate(0.004, 0.002, 0.006)).better == "A"


def test_sentence_for_equal() -> None:
    found = verdict.verdict("A", "B", estimate(0.0001, -0.00051, 0.0007))
    assert (found.kind, found.better) == ("equal", "")
    assert found.sentence == (
        "A and B are equal in practice. A - B: +0.01 pp, 95 % CI −0.05 to +0.07 pp, entirely "
        "within ±0.10 pp."
    )


def test_sentence_for_undecided() -> None:
    found = verdict.verdict("A", "B", estimate(0.002, -0.001, 0.005), 0.002, "99 % CI")
    assert (found.kind, found.better) == ("undecided", "")
    assert found.sentence == (
        "It is unclear whether A and B differ. A - B: +0.20 pp, 99 % CI −0.10 to +0.50 pp, "
        "neither entirely within nor entirely beyond ±0.20 pp."
    )


def test_without_an_interval_there_is_no_verdict() -> None:
    found = verdict.verdict("A", "B", Estimate(0.01, None, 1))
    assert (found.kind, found.better) == ("none", "")
    assert found.sentence.startswith("No verdict on A and B")
