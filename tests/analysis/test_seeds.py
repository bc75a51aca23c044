import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_studio.analysis import intervals, seeds
from mnist_studio.analysis.intervals import Interval, simultaneous
from tests.approximately import near

NAMES = ("A", "B")


def paired(*differences: float) -> tuple[dict[int, float], dict[int, float]]:
    """Accuracies of two recipes with these differences, seed by seed."""
    first = {seed: 0.95 + d for seed, d in enumerate(differences, start=1)}
    return first, dict.fromkeys(first, 0.95)


def test_the_mean_difference_over_common_seeds() -> None:
    a = {1: 0.98, 2: 0.97, 3: 0.99, 9: 0.10}
    b = {3: 0.98, 2: 0.97, 1: 0.95, 8: 0.99}
    found = seeds.compare(NAMES, a, b)
    assert found.seeds == (1, 2, 3)
    assert found.differences == pytest.approx((0.03, 0.0, 0.01))
    assert found.difference is not None
    assert found.difference.value == pytest.approx(0.04 / 3)


@pytest.mark.parametrize(("count", "words"), [(0, "no seed"), (1, "one seed"), (4, "four seeds")])
def test_below_five_seeds_there_is_no_verdict(count: int, words: str) -> None:
    found = seeds.compare(NAMES, *paired(*[0.01] * count))
    assert found.verdict.kind == "none"
    assert f"they have {words} in common" in found.verdict.sentence
    assert "the same five seeds or more" in found.verdict.sentence
    assert (found.difference is None) == (count == 0)
    assert found.difference is None or found.difference.interval is None


def test_five_seeds_decide() -> None:
    found = seeds.compare(NAMES, *paired(0.004, 0.005, 0.006, 0.005, 0.004))
    assert (found.verdict.kind, found.verdict.better) == ("different", "A")
    assert "A is better than B by 0.48 pp." in found.verdict.sentence
    assert "95 % CI over five seeds +0.38 to +0.58 pp" in found.verdict.sentence
    same = seeds.compare(NAMES, *paired(0.0, 0.0001, -0.0001, 0.0002, 0.0))
    assert same.verdict.kind == "equal"
    torn = seeds.compare(NAMES, *paired(-0.01, 0.01, 0.004, -0.002, 0.003))
    assert torn.verdict.kind == "undecided"


def test_the_interval_is_students() -> None:
    differences = (0.004, 0.001, 0.006, 0.005, 0.003)
    found = seeds.compare(NAMES, *paired(*differences)).difference
    expected = intervals.mean(differences).interval
    assert found is not None
    assert expected is not None
    assert found.interval == Interval(near(expected.low), near(expected.high))


def test_several_pairs_have_wider_intervals_and_the_sentence_has_the_level() -> None:
    differences = (0.004, 0.005, 0.006, 0.005, 0.004)
    alone = seeds.compare(NAMES, *paired(*differences))
    among = seeds.compare(NAMES, *paired(*differences), comparisons=45)
    assert alone.difference is not None
    assert among.difference is not None
    assert alone.difference.value == among.difference.value
    expected = intervals.mean(differences, simultaneous(45)).interval
    assert expected is not None
    assert among.difference.interval == Interval(near(expected.low), near(expected.high))
    assert (alone.verdict.kind, among.verdict.kind) == ("different", "different")
    level = "simultaneous 95 % CI of 45 pairs (99.89 % each) over five seeds"
    assert level in among.verdict.sentence
    # What is certain on its own need not be among many.
    close = (0.002, 0.003, 0.002, 0.0045, 0.002)
    assert seeds.compare(NAMES, *paired(*close)).verdict.kind == "different"
    assert seeds.compare(NAMES, *paired(*close), comparisons=45).verdict.kind == "undecided"


def test_a_difference_of_just_the_threshold_is_not_beyond_it() -> None:
    # 0.981 - 0.98 is above 0.001 as a binary fraction.
    assert 0.981 - 0.98 > 0.001
    found = seeds.compare(NAMES, dict.fromkeys(range(5), 0.981), dict.fromkeys(range(5), 0.98))
    assert found.verdict.kind == "equal"


def test_no_difference_of_accuracies_is_beyond_100_points() -> None:
    found = seeds.mean_difference((0.9, -0.9, 0.1), comparisons=100)
    assert found.interval == Interval(-1.0, 1.0)


@settings(max_examples=30)
@given(st.lists(st.floats(-0.1, 0.1), min_size=5, max_size=12), st.integers(1, 50))
def test_the_interval_flips_with_the_order(values: list[float], comparisons: int) -> None:
    a, b = paired(*values)
    found = seeds.compare(NAMES, a, b, comparisons=comparisons)
    flipped = seeds.compare(("B", "A"), b, a, comparisons=comparisons)
    assert found.difference is not None
    assert flipped.difference is not None
    interval = found.difference.interval
    assert interval is not None
    assert interval.low <= found.difference.value <= interval.high
    assert flipped.difference.interval == Interval(
        near(-interval.high, abs=1e-12), near(-interval.low, abs=1e-12)
    )
    assert flipped.verdict.kind == found.verdict.kind
    assert flipped.verdict.better == found.verdict.better
