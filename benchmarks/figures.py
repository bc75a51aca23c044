"""How figures are taken and printed."""

from collections.abc import Callable, Sequence
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


def paired(
    first: Callable[[], float], second: Callable[[], float], pairs: int
) -> tuple[float, ...]:
    """Medians of two measured seconds and of their ratio, taken in turn; one pair is not counted.

    Every other pair is taken in the opposite order, so that drift favors neither.
    """
    first(), second()
    taken = [(first(), second()) if n % 2 else (second(), first())[::-1] for n in range(pairs)]
    ratios = [a / b for a, b in taken]
    return median(a for a, _ in taken), median(b for _, b in taken), median(ratios)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
