"""What a drawing is made of. Lengths are points, 72 of which are an inch; y grows downward."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_studio.analysis.network_picture import Box

POINTS_PER_INCH = 72.0

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
Face = Literal["regular", "bold", "mono"]


@dataclass(frozen=True)
class Stroke:
    """Straight lines from point to point.

    Attributes:
        points: two or more.
        color: ``#RRGGBB``.
        width: of the line.
        dash: lengths of dashes and gaps in line widths; empty for a solid line.
        opacity: from 0 to 1.
    """

    points: Sequence[Point]
    color: str
    width: float = 0.8
    dash: tuple[float, ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True)
class Area:
    """A filled polygon.

    Attributes:
        points: three or more.
        color: of the inside; empty for a border alone.
        opacity: of the inside, from 0 to 1.
        border: the color of the border; empty without one.
        border_width: its width.
    """

    points: Sequence[Point]
    color: str
    opacity: float = 1.0
    border: str = ""
    border_width: float = 0.7


@dataclass(frozen=True)
class Disc:
    """A filled circle.

    Attributes:
        center: of the circle.
        radius: of the circle.
        color: of the inside.
        border: the color of the border; empty without one.
        opacity: of all of it, from 0 to 1.
    """

    center: Point
    radius: float
    color: str
    border: str = ""
    opacity: float = 1.0


@dataclass(frozen=True)
class Text:
    """A line of text.

    Attributes:
        x: where its anchor is.
        baseline: its y.
        text: its content.
        size: of the font.
        color: ``#RRGGBB``.
        anchor: which of its ends is at x.
        face: of the font.
        upward: whether it is read from bottom to top, along x.
    """

    x: float
    baseline: float
    text: str
    size: float
    color: str
    anchor: Anchor = "start"
    face: Face = "regular"
    upward: bool = False


@dataclass(frozen=True)
class Clip:
    """Shapes of which only what is inside a rectangle is visible."""

    box: Box
    shapes: tuple["Shape", ...]


Shape = Stroke | Area | Disc | Text | Clip


@dataclass(frozen=True)
class Graphic:
    """Shapes on a rectangle. Later ones cover earlier ones."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def texts(shapes: Sequence[Shape]) -> Iterator[Text]:
    """All texts, also those of which only a part is visible."""
    for shape in shapes:
        if isinstance(shape, Text):
            yield shape
        elif isinstance(shape, Clip):
            yield from texts(shape.shapes)


def rectangle(box: Box) -> tuple[Point, ...]:
    """The corners of a box."""
    return (
        (box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom),
    )  # fmt: skip


def number(value: float) -> str:
    """A length in a file, to a hundredth of a point."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
