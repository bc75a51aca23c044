"""Whether a difference in accuracy matters: its interval against the smallest relevant difference.

A p-value does not decide this: with many images, a difference too small to matter is significant,
and with few images a large one is not.
"""

from dataclasses import dataclass
from typing import Literal

from mnist_studio.analysis.intervals import Estimate, Interval
from mnist_studio.formatting import percentage_points, percentage_points_interval

THRESHOLD = 0.001
"""0.1 percentage points: the standard error of an accuracy of 99 % on 10,000 images."""

ROUNDING = 1e-9
"""Values this close to a threshold count as equal to it: differences of accuracies are off by about
1e-16 because they are binary fractions."""

Kind = Literal["different", "equal", "undecided", "none"]
"""``equal`` means equal in practice, ``none`` that there is too little data for a verdict."""


@dataclass(frozen=True)
class Verdict:
    """A verdict on the difference of two accuracies.

    Attributes:
        kind: the verdict.
        better: title of the better one if they differ, else empty.
        sentence: the verdict as text, with the numbers behind it.
        short: the same without the numbers, for a summary of several verdicts.
    """

    kind: Kind
    better: str
    sentence: str
    short: str = ""


def verdict_kind(interval: Interval | None, threshold: float = THRESHOLD) -> Kind:
    """Compares an interval with a threshold.

    ``different``: all of it lies beyond the threshold, on one side. ``equal``: all of it lies
    within the threshold, ends included. ``undecided``: anything else. ``none``: no interval.

    Raises:
        ValueError: the threshold is not above 0.
    """
    if not threshold > 0:
        raise ValueError(f"threshold must be above 0, got {threshold}")
    if interval is None:
        return "none"
    beyond = threshold + ROUNDING
    if interval.low > beyond or interval.high < -beyond:
        return "different"
    return "equal" if -beyond <= interval.low and interval.high <= beyond else "undecided"


def verdict(
    a: str,
    b: str,
    difference: Estimate,
    threshold: float = THRESHOLD,
    interval_name: str = "95 % CI",
) -> Verdict:
    """The verdict on two accuracies.

    Args:
        a: title of the first.
        b: title of the second.
        difference: accuracy of the first minus that of the second, as fractions.
        threshold: the smallest relevant difference, a fraction.
        interval_name: what kind of interval it is, for the sentence.
    """
    if difference.interval is None:
        return Verdict("none", "", f"No verdict on {a} and {b}: one value has no interval.")
    kind = verdict_kind(difference.interval, threshold)
    better = (a if difference.value > 0 else b) if kind == "different" else ""
    short = _short(kind, a, b, difference.value)
    low, high = difference.interval.low, difference.interval.high
    numbers = (
        f"{a} - {b}: {percentage_points(difference.value, signed=True)}, {interval_name} "
        f"{percentage_points_interval(low, high)}"
    )
    return Verdict(kind, better, f"{short} {numbers}, {_reason(kind, threshold)}.", short)


def _short(kind: Kind, a: str, b: str, difference: float) -> str:
    match kind:
        case "different":
            better, worse = (a, b) if difference > 0 else (b, a)
            return f"{better} is better than {worse} by {percentage_points(abs(difference))}."
        case "equal":
            return f"{a} and {b} are equal in practice."
        case _:
            return f"It is unclear whether {a} and {b} differ."


def _reason(kind: Kind, threshold: float) -> str:
    limit = percentage_points(threshold)
    match kind:
        case "different":
            return f"entirely beyond {limit}"
        case "equal":
            return f"entirely within ±{limit}"
        case _:
            return f"neither entirely within nor entirely beyond ±{limit}"
