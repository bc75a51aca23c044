"""Ratios of two sides that are measured in turn."""

from collections.abc import Callable

from benchmarks.figures import PairedRatio, paired, paired_ratio


def side(name: str, calls: list[str], seconds: list[float]) -> Callable[[], float]:
    rest = iter(seconds)

    def measure() -> float:
        calls.append(name)
        return next(rest)

    return measure


def test_a_ratio_has_its_median_and_its_spread() -> None:
    calls: list[str] = []
    first = side("a", calls, [99.0, 1.0, 3.0, 2.0])
    second = side("b", calls, [1.0, 2.0, 2.0, 2.0])
    found = paired_ratio(first, second, 3)
    assert found == PairedRatio(1.0, 0.5, 1.5, 2.0, 2.0, 3)
    # The first pair warms up. Then the order alternates.
    assert "".join(calls) == "ab" + "ba" + "ab" + "ba"


def test_a_fresh_process_needs_no_warm_up() -> None:
    calls: list[str] = []
    first, second = side("a", calls, [4.0] * 3), side("b", calls, [2.0] * 3)
    assert paired_ratio(first, second, 3, warm_up=False).median == 2.0
    assert len(calls) == 6


def test_medians_alone_are_those_of_the_same_pairs() -> None:
    calls: list[str] = []
    first = side("a", calls, [9.0, 1.0, 3.0, 2.0])
    assert paired(first, side("b", calls, [1.0, 2.0, 2.0, 2.0]), 3) == (2.0, 2.0, 1.0)
