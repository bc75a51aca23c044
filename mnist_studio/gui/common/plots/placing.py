"""Where the values of a chart are in a plot, and the range of its axes."""

from collections.abc import Sequence

import numpy as np

from mnist_studio.analysis.view import AxisSpec, Lines, Points
from mnist_studio.analysis.view_text import cell_text, unit_scale
from mnist_studio.formatting import number
from mnist_studio.gui.common.plots.line_items import Floats, PlacedLine

Range = tuple[float, float]

_EMPTY = np.empty(0)

REST = {"x": 0.02, "y": 0.06}
"""Least space around the data, as a fraction of their range."""

SYMBOL_ROOM = 8.0
"""Least space around the data in pixels, so that no symbol is cut off."""

ALONE = {"fraction": 0.05}
"""Range around a single value; otherwise a fraction of the value."""


def fitted(spec: AxisSpec, values: Sequence[Floats], rest: float) -> Range:
    """The range of an axis, in its coordinates, with space around it."""
    low, high = _ends(values)
    given = [_on(spec, (end,))[0] if end is not None else None for end in (spec.low, spec.high)]
    low, high = (
        end if end is not None and np.isfinite(end) else own
        for end, own in zip(given, (low, high), strict=True)
    )
    if not low < high:
        alone = 0.5 if spec.log else ALONE.get(spec.unit, 0.1 * abs(low) or 1.0)
        # Around a single epoch there are whole numbers, too.
        alone = max(alone, 1.0) if spec.unit == "count" and not spec.log else alone
        return low - alone, low + alone
    space = rest * (high - low)
    return low - space, high + space


def rest_fraction(side: str, pixels: float) -> float:
    """Space around the data as a fraction of their range, where the axis has so many pixels."""
    room = pixels - 2 * SYMBOL_ROOM
    return max(REST[side], SYMBOL_ROOM / room) if room > SYMBOL_ROOM else REST[side]


def _ends(values: Sequence[Floats]) -> Range:
    """The least and the greatest finite value; 0 and 1 without any."""
    known = [one[np.isfinite(one)] for one in values]
    ends = [(one.min(), one.max()) for one in known if len(one)]
    if not ends:
        return 0.0, 1.0
    return float(min(low for low, _ in ends)), float(max(high for _, high in ends))


def closest(x: Floats, to: float) -> int | None:
    """Index of the closest value in ascending order."""
    if not len(x):
        return None
    after = min(int(np.searchsorted(x, to)), len(x) - 1)
    return after - 1 if after and to - x[after - 1] < x[after] - to else after


def closest_of(lines: Sequence[Floats], to: float) -> float | None:
    """The closest x of any line; None without a point."""
    found = [float(x[at]) for x in lines if (at := closest(x, to)) is not None]
    return min(found, key=lambda x: abs(x - to), default=None)


def same_quantity(one: AxisSpec, other: AxisSpec) -> bool:
    """Whether two axes differ in their range only."""
    return (one.title, one.unit, one.log) == (other.title, other.unit, other.log)


def placed_lines(chart: Lines | Points) -> tuple[PlacedLine, ...]:
    """The lines in the coordinates of the plot; a point is a line of length one."""
    x, y = chart.x, chart.y
    if isinstance(chart, Points):
        return tuple(
            PlacedLine(p.key, p.title, False, _on(x, (p.x,)), _on(y, (p.y,)), _EMPTY, _EMPTY)
            for p in chart.points
        )
    return tuple(
        PlacedLine(
            line.key, line.title, line.thin, _on(x, line.x), _on(y, line.y),
            _on(y, line.low), _on(y, line.high),
        )
        for line in chart.lines
    )  # fmt: skip


def placed_stars(chart: Lines | Points) -> tuple[PlacedLine, ...]:
    """The points that stand out, in the coordinates of the plot."""
    stars = chart.stars if isinstance(chart, Lines) else ()
    return tuple(
        PlacedLine(
            one.key, one.title, False, _on(chart.x, (one.x,)), _on(chart.y, (one.y,)),
            _EMPTY, _EMPTY,
        )
        for one in stars
    )  # fmt: skip


def _on(axis: AxisSpec, values: Sequence[float]) -> Floats:
    """Coordinates of values on an axis; NaN where a value has none."""
    scaled = np.asarray(values, dtype=np.float64) / unit_scale(axis.unit)
    if not axis.log:
        return scaled
    return np.log10(np.where(scaled > 0, scaled, np.nan))


def place_text(place: float, axis: AxisSpec) -> str:
    """A coordinate as text, in the unit of its axis."""
    value = float(10**place if axis.log else place) * unit_scale(axis.unit)
    if not axis.unit:
        return f"{value:#.4g}"  # Losses below each other have the same decimals.
    # A batch ends within an epoch: its epoch isn't a whole number.
    return number(value) if axis.unit == "count" and value % 1 else cell_text(value, axis.unit)
