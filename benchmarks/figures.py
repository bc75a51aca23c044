"""How figures are taken and printed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter


def line(what: str, figure: str, bar: str = "") -> None:
    """Prints a figure and its bar."""
    print(f"{what:58} {figure:>24}   {f'bar {bar}' if bar else ''}".rstrip(), flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


@dataclass(frozen=True)
class PairedRatio:
    """A ratio of two times that were measured in turn.

    Attributes:
        median: of the ratios of the pairs.
        low: the smallest of them.
        high: the largest of them.
        first: median seconds of the first side.
        second: median seconds of the second side.
        pairs: number of pairs.
    """

    median: float
    low: float
    high: float
    first: float
    second: float
    pairs: int


def paired_ratio(
    first: Callable[[], float], second: Callable[[], float], pairs: int, warm_up: bool = True
) -> PairedRatio:
    """Measures two sides in turn.

    Every other pair is taken in the opposite order, so that drift favors neither.

    Args:
        first: measures one side and returns its seconds.
        second: likewise.
        pairs: number of pairs that count.
        warm_up: measures one more pair first, which does not count.
    """
    if warm_up:
        first(), second()
    taken = [(first(), second()) if n % 2 else (second(), first())[::-1] for n in range(pairs)]
    ratios = [a / b for a, b in taken]
    return PairedRatio(
        median(ratios), min(ratios), max(ratios),
        median(a for a, _ in taken), median(b for _, b in taken), pairs,
    )  # fmt: skip


def paired(
    first: Callable[[], float], second: Callable[[], float], pairs: int
) -> tuple[float, float, float]:
    """Medians of two measured seconds and of their ratio; one more pair is not counted."""
    found = paired_ratio(first, second, pairs)
    return found.first, found.second, found.median


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
