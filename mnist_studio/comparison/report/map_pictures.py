"""Maps of images as drawings, for HTML and PDF."""

from collections.abc import Iterator
from colorsys import hsv_to_rgb
from math import cos, pi, sin

from mnist_studio.analysis.network_picture import Box
from mnist_studio.comparison.report import charts
from mnist_studio.comparison.report.charts import Kind
from mnist_studio.comparison.report.drawing.shapes import (
    POINTS_PER_INCH,
    Disc,
    Graphic,
    Point,
    Shape,
    Stroke,
    Text,
)
from mnist_studio.comparison.report.image_maps import ReportMap
from mnist_studio.formatting import printable
from mnist_studio.palette import LIGHT

SIZE = (7.0, 4.6)
"""Inches of a map in a file of its own."""

MARK = 3
"""Characters of the name of a class at its point."""

MARK_SIZE, RING, DOT = 6.5, 5.5, 1.5
"""Size of the font; radius of a ring, and of the dot of a class without a name, in points."""

EDGE = 8.0
"""Around the points."""

_CORNERS = 24


def picture(shown: ReportMap, kind: Kind) -> bytes:
    """A map as the content of a picture file."""
    width, height = (inches * POINTS_PER_INCH for inches in SIZE)
    shapes = tuple(paint(shown, Box(0.0, 0.0, width, height)))
    return charts.saved(Graphic(width, height, shapes), kind, f"Map of images of {shown.title}")


def paint(shown: ReportMap, box: Box) -> Iterator[Shape]:
    """Draws a map into a box: the name of its class at every image, rings around errors."""
    places = _places(shown, box)
    count = len(shown.class_names)
    marks = [printable(name)[:MARK].strip() for name in shown.class_names]
    for place, label in zip(places, shown.labels.tolist(), strict=True):
        yield _mark(place, marks[label], _color(label, count))
    for place, wrong in zip(places, shown.wrong.tolist(), strict=True):
        if wrong:
            yield _ring(place)


def _places(shown: ReportMap, box: Box) -> list[Point]:
    """Where the images are. Both axes have the same scale, so that distances are true."""
    low, high = shown.points.min(axis=0), shown.points.max(axis=0)
    wide, tall = (max(float(length), 1e-9) for length in high - low)
    scale = min((box.width - 2 * EDGE) / wide, (box.height - 2 * EDGE) / tall)
    x, y = (float(value) for value in (low + high) / 2)
    left, top = box.left + box.width / 2, box.top + box.height / 2
    return [(left + (a - x) * scale, top - (b - y) * scale) for a, b in shown.points.tolist()]


def _mark(place: Point, name: str, color: str) -> Shape:
    if not name:
        return Disc(place, DOT, color)
    return Text(place[0], place[1] + 0.36 * MARK_SIZE, name, MARK_SIZE, color, "middle")


def _ring(place: Point) -> Shape:
    turns = [2 * pi * corner / _CORNERS for corner in range(_CORNERS + 1)]
    around = [(place[0] + RING * cos(turn), place[1] + RING * sin(turn)) for turn in turns]
    return Stroke(around, LIGHT.bad, 1.0)


def _color(label: int, count: int) -> str:
    """Of a class, as ``#RRGGBB``."""
    parts = hsv_to_rgb(label / count, 0.85, 0.62)
    return "#" + "".join(f"{round(255 * part):02X}" for part in parts)
