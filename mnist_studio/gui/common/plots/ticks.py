"""Where the ticks of an axis are and how they are labeled: at least two, at any size and range."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, floor, isfinite, log10

from mnist_studio.analysis.view import AxisSpec

Ticks = tuple[tuple[float, ...], tuple[str, ...]]
"""Positions on the axis, which are logarithms on a logarithmic one, and their labels."""

LEAST = 2
MOST_TRIES = 6
"""Among 6 intervals of equal size there are always two round numbers."""

MOST_DECADES = 3
"""A logarithmic axis with more orders of magnitude has ticks at powers of ten only."""

MOST_DECIMALS = 5
"""Labels with more decimals are written with an exponent."""

Fits = Callable[[Sequence[float], Sequence[str]], bool]
"""Whether the labels at these positions do not overlap."""


def axis_ticks(spec: AxisSpec, low: float, high: float, most: int, fits: Fits) -> Ticks:
    """As many ticks as fit, at least two.

    Args:
        spec: unit and scale of the axis.
        low: least position that is visible.
        high: greatest one.
        most: number of ticks to try first.
        fits: whether labels do not overlap.
    """
    if not (isfinite(low) and isfinite(high) and low < high):
        return (), ()
    found: Ticks = (), ()
    for wanted in range(max(most, LEAST), LEAST - 1, -1):
        found = _labeled(spec, low, high, wanted)
        if fits(*found):
            return found
    places, texts = found
    # The two ends are the least that explains an axis.
    return (places[0], places[-1]), (texts[0], texts[-1])


def ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """At most ``most`` round numbers in a range, 1, 2 or 5 times a power of 10 apart."""
    if not low < high:
        return (low,)
    step = _step((high - low) / most)
    return tuple(n * step for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1))


def _labeled(spec: AxisSpec, low: float, high: float, most: int) -> Ticks:
    if spec.log:
        return _logarithmic(spec, low, high, most)
    places = _at_least_two(low, high, most, spec.unit == "count")
    return places, tick_texts(places, spec)


def _at_least_two(low: float, high: float, most: int, whole: bool) -> tuple[float, ...]:
    """Round numbers; whole numbers where two of them are in the range, if these are wanted."""
    if whole:
        numbers = tuple(dict.fromkeys(round(n) for n in ticks(low, high, most) if not n % 1))
        if len(numbers) < LEAST:
            numbers = tuple(range(ceil(low), floor(high) + 1))
        if LEAST <= len(numbers) <= most:
            return tuple(map(float, numbers))
    for wanted in range(most, most + MOST_TRIES):
        found = ticks(low, high, wanted)
        if len(found) >= LEAST:
            return found
    return (low, high)


def _logarithmic(spec: AxisSpec, low: float, high: float, most: int) -> Ticks:
    """Ticks at 1, 2 and 5 of each power, or at powers only, or as on a linear axis."""
    powers = range(floor(low), floor(high) + 1)
    steps = (1, 2, 5) if len(powers) <= MOST_DECADES else (1,)
    places = [power + log10(step) for power in powers for step in steps]
    places = [place for place in places if low <= place <= high]
    if len(places) > most:
        places = [place for place in places if not place % 1] or places
        places = places[:: ceil(len(places) / most)]
    if len(places) >= LEAST:
        return tuple(places), tuple(_text(10**place, spec) for place in places)
    numbers = [n for n in _at_least_two(10**low, 10**high, most, False) if n > 0]
    return tuple(map(log10, numbers)), tick_texts(numbers, spec)


def tick_texts(numbers: Sequence[float], spec: AxisSpec) -> tuple[str, ...]:
    """Labels with as many decimals as distinguish them."""
    scale, unit = (100.0, " %") if spec.unit == "fraction" else (1.0, "")
    gaps = [abs(b - a) * scale for a, b in pairwise(numbers) if a != b]
    if not gaps:
        return tuple(_text(number, spec) for number in numbers)
    decimals = max(0, ceil(-log10(min(gaps)) - 1e-6))
    if decimals > MOST_DECIMALS and not unit:
        largest = max(abs(number) for number in numbers)
        digits = max(0, ceil(log10(largest)) + decimals - 1)
        return tuple(_short(f"{number:.{digits}e}") if number else "0" for number in numbers)
    return tuple(f"{number * scale + 0.0:,.{decimals}f}{unit}" for number in numbers)


def _text(number: float, spec: AxisSpec) -> str:
    """The label of a single number, which may have passed through its logarithm."""
    number = float(f"{number:.6g}")
    if spec.unit == "fraction":
        return f"{100 * number:.4g} %"
    return f"{number:,.0f}" if number >= 1 and not number % 1 else _short(f"{number:.3g}")


def _short(text: str) -> str:
    """Without the leading zero of an exponent: 1e-7."""
    digits, letter, exponent = text.partition("e")
    return f"{digits}e{int(exponent)}" if letter else text


def _step(least: float) -> float:
    power = 10.0 ** floor(log10(least))
    return next(front * power for front in (1, 2, 5, 10) if front * power >= least * (1 - 1e-9))
