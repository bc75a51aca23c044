"""Axes: scales, ticks at round values, and the frame around what a chart shows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, isfinite, log10

from mnist_studio.analysis.network_picture import Box
from mnist_studio.analysis.view import AxisSpec
from mnist_studio.analysis.view_text import axis_title, unit_scale
from mnist_studio.comparison.report.drawing import fonts
from mnist_studio.comparison.report.drawing.shapes import Anchor, Face, Point, Shape, Stroke, Text
from mnist_studio.formatting import number
from mnist_studio.palette import LIGHT

MARGIN = 0.05
"""Between the data and the ends of an axis, as a fraction of their range."""

MOST_TICKS = 9
LINE_HEIGHT = 1.2
"""Of lines of a label, as a multiple of their size."""

MIDDLE = 0.36
"""From the middle of a line of digits down to its baseline, as a fraction of the size."""

_TICK, _GAP = 3.0, 3.0
"""Length of a tick, and the space between it and its label."""

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_WITHIN_DECADE = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0))
"""Labeled values of a decade on a logarithmic scale, fewer first."""


@dataclass(frozen=True)
class Sizes:
    """Sizes of fonts in points.

    Attributes:
        ticks: of labels of ticks.
        labels: of titles of axes.
    """

    ticks: float
    labels: float


@dataclass(frozen=True)
class Scale:
    """Which values are at the ends of an axis: at the left, or at the bottom, and opposite."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value is, from 0 at the low end to 1 at the high end."""
        if self.log:
            return log10(value / self.low) / log10(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def has(self, value: float) -> bool:
        """Whether a value has a place."""
        return isfinite(value) and (value > 0 or not self.log)


def scale(values: Sequence[float], log: bool, margin: float = MARGIN, zero: bool = False) -> Scale:
    """A scale for some values with a margin on both sides.

    Args:
        values: of which unusable ones are left out.
        log: whether the scale is logarithmic.
        margin: as a fraction of the range of the values.
        zero: whether the axis starts at 0, without a margin there.
    """
    known = [value for value in values if isfinite(value) and (value > 0 or not log)]
    if not known:
        return Scale(1.0, 10.0, log=True) if log else Scale(0.0, 1.0)
    low, high = min(known), max(known)
    if log:
        rest = (high / low) ** margin if high > low else 1.15
        return Scale(low / rest, high * rest, log=True)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    rest = margin * (high - low) or 0.05 * abs(high) or 1.0
    return Scale(
        low if zero and low == 0 < high else low - rest,
        high if zero and high == 0 > low else high + rest,
    )


@dataclass(frozen=True)
class Label:
    """The text at a place of an axis; it can have several lines.

    Attributes:
        value: its place.
        text: its content.
        heading: whether it names a group of the labels below.
    """

    value: float
    text: str
    heading: bool = False


@dataclass(frozen=True)
class Axis:
    """An axis of a frame.

    Attributes:
        scale: of its values.
        labels: gives the labels for a length of the axis in points.
        title: below a horizontal axis, left of a vertical one; empty without one.
        grid: whether each label has a line across the frame.
        line: whether the axis is drawn, with ticks.
        color: of the labels.
        upward: whether the labels are read from bottom to top.
    """

    scale: Scale
    labels: Callable[[float], Sequence[Label]]
    title: str = ""
    grid: bool = False
    line: bool = True
    color: str = LIGHT.secondary
    upward: bool = False


def numbers(
    spec: AxisSpec, scale: Scale, size: float, vertical: bool = False, titled: bool = True
) -> Axis:
    """An axis of numbers with a grid.

    Args:
        spec: what the axis shows.
        scale: of its values.
        size: of the labels in points.
        vertical: whether it is at the left.
        titled: whether it has a title.
    """

    def labels(length: float) -> list[Label]:
        for most in range(MOST_TICKS, 0, -1):
            found = [Label(value, tick_text(value, spec)) for value in ticks(scale, spec, most)]
            if _fit(found, scale, length, size, vertical):
                break
        return found

    return Axis(scale, labels, axis_title(spec) if titled else "", grid=True)


def names(labels: Sequence[Label], scale: Scale, title: str = "") -> Axis:
    """An axis of names, each with a place of its own."""
    return Axis(scale, lambda length: labels, title)


def tick_text(value: float, axis: AxisSpec) -> str:
    """The label of a tick. Its unit is in the title of the axis, except for percent."""
    match axis.unit:
        case "fraction":
            return f"{100 * value:.6g} %"
        case "bytes":
            return f"{value / unit_scale('bytes'):,.6g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else number(value, 6)


def ticks(scale: Scale, axis: AxisSpec, most: int) -> list[float]:
    """Round values within a scale, ascending.

    Args:
        scale: of the axis.
        axis: of whole numbers only, if it counts.
        most: how many there may be. On a logarithmic scale there is at least one per decade, or
            per some decades.
    """
    low, high = sorted((scale.low, scale.high))
    if scale.log:
        found = _decades(low, high, most)
        if len(found) > 1:
            return found
    return _round_values(low, high, most, whole=axis.unit == "count")


def _round_values(low: float, high: float, most: int, whole: bool) -> list[float]:
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))
    if whole:
        step = max(1.0, 2 * step if step % 1 else step)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _decades(low: float, high: float, most: int) -> list[float]:
    """Powers of ten and some values between them."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    found: list[float] = []
    for parts in _WITHIN_DECADE:
        values = [part * 10.0**power for power in powers for part in parts]
        inside = [value for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
        if found and len(inside) > most:
            break
        found = inside
    return found[:: -(-len(found) // most)] if found else []


def _fit(labels: Sequence[Label], scale: Scale, length: float, size: float, vertical: bool) -> bool:
    """Whether labels do not touch each other."""
    places = [scale.share(label.value) * length for label in labels]
    widths = [
        1.7 * size if vertical else fonts.width(label.text, size) + 1.2 * size for label in labels
    ]
    pairs = zip(places, places[1:], widths, widths[1:], strict=False)
    return all(after - before >= (one + other) / 2 for before, after, one, other in pairs)


@dataclass(frozen=True)
class Viewport:
    """The rectangle in which a chart shows its values."""

    area: Box
    x: Scale
    y: Scale

    def at(self, x: float, y: float) -> Point:
        """The place of values."""
        return self.across(x), self.down(y)

    def across(self, x: float) -> float:
        """The place of a value of the horizontal axis."""
        return self.area.left + self.area.width * self.x.share(x)

    def down(self, y: float) -> float:
        """The place of a value of the vertical axis."""
        return self.area.bottom - self.area.height * self.y.share(y)


def frame(
    box: Box, x: Axis, y: Axis, sizes: Sizes, right: float = 0.0
) -> tuple[Viewport, list[Shape]]:
    """A frame with its axes.

    Args:
        box: what it may take, with all labels.
        x: the horizontal axis.
        y: the vertical axis.
        sizes: of fonts.
        right: space for what is at the right of it.
    """
    top = 0.6 * sizes.ticks if y.line else 2.0
    across = x.labels(box.width)
    below = _TICK + _GAP + _depth(across, x, sizes.ticks)
    below += 1.6 * sizes.labels if x.title else 0.0
    height = max(1.0, box.height - top - below)
    down = y.labels(height)
    left = _TICK + _GAP + max((_width(label, sizes.ticks) for label in down), default=0.0)
    left += 1.7 * sizes.labels if y.title else 0.0
    width = max(1.0, box.width - left - max(right, 2.0))
    across = x.labels(width)
    if across and not x.upward:
        last = across[-1]
        beyond = _width(last, sizes.ticks) / 2 - width * (1 - x.scale.share(last.value))
        width = max(1.0, width - max(0.0, beyond - right))
    area = Box(box.left + left, box.top + top, width, height)
    made = Viewport(area, x.scale, y.scale)
    return made, [
        *_grid(made, x if x.grid else None, y if y.grid else None, across, down),
        *_horizontal(made, x, across, sizes),
        *_vertical(made, y, down, sizes, box.left),
    ]


def _width(label: Label, size: float) -> float:
    face: Face = "bold" if label.heading else "regular"
    return max(fonts.width(line, size, face) for line in label.text.split("\n"))


def _depth(labels: Sequence[Label], axis: Axis, size: float) -> float:
    """How much space the labels of a horizontal axis take below it."""
    if axis.upward:
        return max((_width(label, size) for label in labels), default=0.0)
    return size * LINE_HEIGHT


def _grid(
    frame: Viewport, x: Axis | None, y: Axis | None, across: Sequence[Label], down: Sequence[Label]
) -> Iterator[Shape]:
    area = frame.area
    for label in across if x else ():
        place = frame.across(label.value)
        yield Stroke(((place, area.top), (place, area.bottom)), LIGHT.grid)
    for label in down if y else ():
        place = frame.down(label.value)
        yield Stroke(((area.left, place), (area.right, place)), LIGHT.grid)


def _horizontal(
    frame: Viewport, axis: Axis, labels: Sequence[Label], sizes: Sizes
) -> Iterator[Shape]:
    area, size = frame.area, sizes.ticks
    if axis.line:
        yield Stroke(((area.left, area.bottom), (area.right, area.bottom)), LIGHT.line)
    for label in labels:
        place = frame.across(label.value)
        if axis.line:
            yield Stroke(((place, area.bottom), (place, area.bottom + _TICK)), LIGHT.secondary)
        top = area.bottom + _TICK + _GAP
        anchor: Anchor = "end" if axis.upward else "middle"
        x = place + MIDDLE * size if axis.upward else place
        baseline = top if axis.upward else top + 0.8 * size
        yield Text(x, baseline, label.text, size, axis.color, anchor, upward=axis.upward)
    if axis.title:
        baseline = area.bottom + _TICK + _GAP + _depth(labels, axis, size) + 1.2 * sizes.labels
        yield Text(
            area.center[0], baseline, axis.title, sizes.labels, LIGHT.secondary, "middle"
        )  # fmt: skip


def _vertical(
    frame: Viewport, axis: Axis, labels: Sequence[Label], sizes: Sizes, left: float
) -> Iterator[Shape]:
    area = frame.area
    if axis.line:
        yield Stroke(((area.left, area.top), (area.left, area.bottom)), LIGHT.line)
    for label in labels:
        place = frame.down(label.value)
        if axis.line:
            yield Stroke(((area.left - _TICK, place), (area.left, place)), LIGHT.secondary)
        yield from _lines(label, area.left - _TICK - _GAP, place, sizes.ticks, axis.color)
    if axis.title:
        text = Text(
            left + sizes.labels, area.center[1], axis.title, sizes.labels, LIGHT.secondary,
            "middle", upward=True,
        )  # fmt: skip
        # A long title is centered on the whole drawing, so that it is not cut off.
        long = fonts.width(axis.title, sizes.labels) > area.height
        yield replace(text, baseline=area.center[1] + sizes.labels) if long else text


def _lines(label: Label, right: float, middle: float, size: float, color: str) -> Iterator[Text]:
    """The lines of a label, of which the middle is at the given height."""
    lines = label.text.split("\n")
    first = middle + MIDDLE * size - (len(lines) - 1) / 2 * LINE_HEIGHT * size
    for at, line in enumerate(lines):
        baseline = first + at * LINE_HEIGHT * size
        if label.heading:
            yield Text(right, baseline, line, size, LIGHT.secondary, "end", "bold")
        else:
            yield Text(right, baseline, line, size, color, "end")
