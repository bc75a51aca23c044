"""Marks among the strokes of a drawing, and what only looks like one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_studio.data.ink.marks import MOST_STROKES, marks_of
from mnist_studio.data.ink.rendering import Ink, InkPoint, Stroke
from mnist_studio.data.ink.segments import number

Place = tuple[float, float]


def line(*corners: Place) -> Stroke:
    """A stroke through corners, of many points as a mouse makes them."""
    if len(corners) == 1:
        return (InkPoint(*corners[0]),)
    steps = np.linspace(0, len(corners) - 1, 8 * len(corners))
    x, y = (np.interp(steps, range(len(corners)), axis) for axis in zip(*corners, strict=True))
    return tuple(InkPoint(float(a), float(b)) for a, b in zip(x, y, strict=True))


def three(x: float) -> Stroke:
    return line((x, 0), (x + 0.4, 0.1), (x + 0.1, 0.45), (x + 0.4, 0.7), (x, 1))


def one(x: float) -> Stroke:
    return line((x, 0), (x, 1))


def four(x: float) -> Ink:
    return line((x, 0), (x, 0.6), (x + 0.5, 0.6)), line((x + 0.4, 0.3), (x + 0.4, 1))


POINT = line((0.65, 0.97))
DRAWN: dict[str, tuple[Ink, str]] = {
    "3.14": ((three(0), POINT, one(0.9), *four(1.2)), "#.##"),
    "a point drawn last": ((three(0), one(0.9), POINT), "#.#"),
    "a scribbled point": (
        (three(0), line((0.65, 0.95), (0.7, 0.97), (0.66, 1), (0.64, 0.95)), one(0.9)),
        "#.#",
    ),
    "a comma": ((three(0), line((0.65, 0.95), (0.6, 1.15)), one(0.9)), "#,#"),
    "1-2": ((one(0), line((0.3, 0.5), (0.7, 0.52)), three(1)), "#-#"),
    "-3": ((line((0, 0.5), (0.35, 0.5)), three(0.6)), "-#"),
    "1+3": ((one(0), line((0.3, 0.5), (0.7, 0.5)), line((0.5, 0.3), (0.5, 0.7)), three(1)), "#+#"),
    "1/3": ((one(0), line((0.7, -0.15), (0.25, 1.2)), three(0.9)), "#/#"),
}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("scale", [1.0, 0.2, 500.0])
def test_a_mark_is_found_in_a_drawing_of_any_size(name: str, scale: float) -> None:
    ink, pattern = DRAWN[name]
    scaled = tuple(tuple(InkPoint(scale * p.x, scale * p.y) for p in stroke) for stroke in ink)
    digits, found = number(scaled)
    assert found == pattern
    assert len(digits) == pattern.count("#")
    assert sum(map(len, digits)) + len(marks_of(scaled)) + ("+" in pattern) == len(ink)


@pytest.mark.parametrize(
    "ink",
    [
        (),
        (one(0),),
        four(0),
        (one(0), three(1)),
        # The bar of a 5 and of a 7, the middle of an H, a colon, a dot alone, and a long 1.
        (three(0), line((0.05, 0), (0.4, 0))),
        (line((0, 0), (0.5, 0), (0.2, 1)), line((0.1, 0.5), (0.5, 0.5))),
        (one(0), one(0.5), line((0.02, 0.5), (0.48, 0.5))),
        (three(0), line((0.65, 0.3)), one(0.9)),
        (POINT, line((0.9, 0.97))),
        (line((0.3, -0.4), (0, 1)), three(0.5)),
    ],
)
def test_what_is_part_of_a_digit_is_no_mark(ink: Ink) -> None:
    assert marks_of(ink) == ()
    assert set(number(ink)[1]) == {"#"}


def test_a_sketch_of_many_strokes_has_no_marks() -> None:
    ink = (*(three(x) for x in range(MOST_STROKES)), line((0.65, 0.97)))
    assert marks_of(ink) == ()


@pytest.mark.parametrize("width", [0.0, 1e-9, 1.0, 1e9])
def test_level_lines_and_dots_alone_are_no_number(width: float) -> None:
    assert marks_of((line((0, 0), (width, 0)), line((0, 1e-6)))) == ()


STROKES = st.lists(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=4),
    min_size=2,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(STROKES)
def test_any_strokes_have_marks_of_their_own(strokes: list[list[Place]]) -> None:
    ink = tuple(tuple(InkPoint(x, y) for x, y in one) for one in strokes)
    used = [at for mark in marks_of(ink) for at in mark.strokes]
    assert len(used) == len(set(used)) < len(ink)
