"""Round numbers along an axis. No Qt."""

from math import ceil, floor, log10

MOST = 6


def ticks(low: float, high: float, most: int = MOST) -> tuple[float, ...]:
    """Round numbers from ``low`` to ``high``, at most so many: steps are 1, 2 or 5 of a power."""
    if not low < high:
        return (low,)
    step = _step((high - low) / most)
    return tuple(n * step for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1))


def span(values: list[float]) -> tuple[float, float, bool]:
    """The range that shows figures, and whether it begins at nothing.

    Lengths of bars are only told truly from nothing. Figures far from it, such as accuracies, are
    shown as dots in a range of their own.
    """
    least, most = min(values), max(values)
    if least <= 0 <= most or least < 0.5 * most:
        low, high = min(least, 0.0), max(most, 0.0)
        return low, high if high > low else low + 1.0, True
    rest = (most - least) * 0.12 or abs(most) * 0.01
    return least - rest, most + rest, False


def _step(least: float) -> float:
    power = 10.0 ** floor(log10(least))
    return next(front * power for front in (1, 2, 5, 10) if front * power >= least * (1 - 1e-9))
