"""What a difference means, in words: from its interval against the smallest that matters.

Never from a p value: with many digits a difference too small to matter is significant, with few a
large one is not.
"""

from dataclasses import dataclass
from typing import Literal

from mnist_studio.analysis.intervals import Estimate, Interval
from mnist_studio.formatting import percentage_points, percentage_points_interval

THRESHOLD = 0.001
"""A tenth of a percentage point: the standard error of 99 % on 10,000 digits."""

ROUNDING = 1e-9
"""Nearer to a threshold than this, a figure is at it: differences of accuracies, as binary
fractions, miss by some 1e-16 the threshold that they equal."""

Kind = Literal["different", "equal", "undecided", "none"]
"""``equal`` is in practice; ``none``: too little is known for a verdict."""


@dataclass(frozen=True)
class Verdict:
    """A judgment on the difference of two accuracies.

    Attributes:
        kind: which.
        better: title of the better one where they are different, else empty.
        sentence: for people, with the figures behind it.
    """

    kind: Kind
    better: str
    sentence: str


def judge(interval: Interval | None, threshold: float = THRESHOLD) -> Kind:
    """What an interval says against a threshold.

    Different: all of it lies beyond the threshold, on one side. Equal in practice: all of it lies
    within, its ends included. Undecided: anything else. None without an interval.

    Raises:
        ValueError: the threshold is not above 0.
    """
    if not threshold > 0:
        raise ValueError(f"a threshold of {threshold}")
    if interval is None:
        return "none"
    beyond = threshold + ROUNDING
    if interval.low > beyond or interval.high < -beyond:
        return "different"
    return "equal" if -beyond <= interval.low and interval.high <= beyond else "undecided"


def verdict(
    a: str, b: str, difference: Estimate, threshold: float = THRESHOLD, level: str = "95 %"
) -> Verdict:
    """The judgment on two accuracies.

    Args:
        a: title of the first.
        b: of the second.
        difference: first less second, as fractions.
        threshold: the smallest difference that matters in practice, a fraction.
        level: of the interval, in words.
    """
    kind = judge(difference.interval, threshold)
    better = (a if difference.value > 0 else b) if kind == "different" else ""
    return Verdict(kind, better, _sentence(kind, a, b, difference, threshold, level))


def _sentence(
    kind: Kind, a: str, b: str, difference: Estimate, threshold: float, level: str
) -> str:
    limit = f"{percentage_points(threshold)}"
    if difference.interval is None:
        return f"No verdict on {a} and {b}: a single observation has no interval."
    value = difference.value
    first, second = (a, b) if value >= 0 else (b, a)
    match kind:
        case "different":
            words = f"{first} is better than {second} by {percentage_points(abs(value))}."
            why = f"all of it beyond {limit}"
        case "equal":
            words = f"{a} and {b} are equal in practice."
            why = f"all of it within ±{limit}"
        case _:
            words = f"It is undecided whether {a} and {b} differ."
            why = f"neither all within ±{limit} nor all beyond"
    return f"{words} {_numbers(a, b, difference.value, difference.interval, level)}, {why}."


def _numbers(a: str, b: str, value: float, interval: Interval, level: str) -> str:
    return (
        f"{a} - {b}: {percentage_points(value, signed=True)}, {level} CI "
        f"{percentage_points_interval(interval.low, interval.high)}"
    )
