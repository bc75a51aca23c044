from itertools import cycle, pairwise
from math import cos, inf, nan, pi, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_studio.data.ink.rendering import FARTHEST, PEN, Fitting, Ink, InkPoint, digit_image
from mnist_studio.errors import PictureError
from tests.data.pictures.test_normalize import box, center

SEVEN: Ink = ((InkPoint(10, 10), InkPoint(60, 10), InkPoint(30, 90)),)


def moved(ink: Ink, scale: float, x: float, y: float) -> Ink:
    return tuple(
        tuple(InkPoint(p.x * scale + x, p.y * scale + y) for p in stroke) for stroke in ink
    )


def circle(count: int) -> Ink:
    angles = (2 * pi * step / count for step in range(count + 1))
    return (tuple(InkPoint(100 + 50 * cos(a), 100 + 50 * sin(a)) for a in angles),)


def test_a_drawing_becomes_a_digit_image_like_mnists() -> None:
    image = digit_image(SEVEN)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255
    assert box(image)[0] in (20, 21)  # Placed between pixels, 20 of them reach into 21.
    assert center(image) == pytest.approx((14, 14), abs=0.5)


def test_the_mass_lands_in_the_center() -> None:
    six = (*circle(30), (InkPoint(60, 100), InkPoint(60, 40), InkPoint(100, 0)))
    assert center(digit_image(six)) == pytest.approx((14, 14), abs=0.05)


@pytest.mark.parametrize("scale", [1e-3, 0.1, 7, 1e5])
@pytest.mark.parametrize("x", [-3000, 0, 1234])
def test_size_and_place_do_not_matter(scale: float, x: float) -> None:
    again = digit_image(moved(SEVEN, scale, x * scale, -x * scale))
    assert np.abs(again.astype(int) - digit_image(SEVEN)).max() <= 1


def test_the_image_is_upright() -> None:
    image = digit_image(SEVEN).astype(int)
    rows = np.flatnonzero(image.any(axis=1))
    assert image[rows[1]].sum() > 3 * image[rows[-2]].sum()
    right, left = image[rows[5], 14:].sum(), image[rows[5], :14].sum()
    assert right > left


def test_the_pen_has_its_width() -> None:
    for pen in (2.0, PEN, 4.0):
        line = digit_image(((InkPoint(0, 0), InkPoint(0, 100)),), pen)
        assert line[14].sum() / 255 == pytest.approx(pen, abs=0.15)


def test_strokes_are_not_joined() -> None:
    left, right = (InkPoint(0, 0), InkPoint(0, 10)), (InkPoint(10, 0), InkPoint(10, 10))
    apart, joined = digit_image((left, right)), digit_image((left + right,))
    assert apart[14, 14] == 0
    assert joined.sum() > 1.3 * apart.sum()


def test_a_tap_is_a_dot() -> None:
    dot = digit_image(((InkPoint(5, 5),),))
    assert dot.any()
    assert max(box(dot)) <= 5
    assert (digit_image(((InkPoint(5, 5), InkPoint(5, 5)),)) == dot).all()
    assert (digit_image(((InkPoint(1e-300, 0), InkPoint(0, 0)),)) == dot).all()


def test_empty_strokes_do_not_matter() -> None:
    assert (digit_image(((), *SEVEN, ())) == digit_image(SEVEN)).all()


@pytest.mark.parametrize("ink", [(), ((),), ((), ())])
def test_an_empty_canvas_is_rejected(ink: Ink) -> None:
    with pytest.raises(PictureError, match="The canvas is empty") as caught:
        digit_image(ink)
    assert caught.value.remedy


@pytest.mark.parametrize("wrong", [nan, inf, -inf, 2 * FARTHEST, 1e308])
def test_impossible_coordinates_are_reported(wrong: float) -> None:
    with pytest.raises(PictureError, match="outside the canvas"):
        digit_image(((InkPoint(0, 0), InkPoint(wrong, 1)),))


def test_more_points_on_the_same_way_change_little() -> None:
    few, many = (digit_image(circle(count)).astype(int) for count in (100, 10_000))
    assert np.abs(few - many).mean() < 1


def test_a_scribble_of_ten_thousand_points_is_bounded() -> None:
    points = np.random.default_rng(0).random((10_000, 2)) * 400
    image = digit_image((tuple(InkPoint(x, y) for x, y in points),))
    assert image.mean() > 60


def pressed(ink: Ink, *pressures: float) -> Ink:
    """The same drawing, its points pressed in turn."""
    turns = cycle(pressures)
    return tuple(tuple(p._replace(pressure=next(turns)) for p in stroke) for stroke in ink)


@pytest.mark.parametrize("pressure", [0.0, 0.013, 0.3, 1.0])
def test_a_pen_that_is_pressed_evenly_is_as_wide_as_any(pressure: float) -> None:
    assert (digit_image(pressed(SEVEN, pressure)) == digit_image(SEVEN)).all()


def test_pressure_widens_the_pen() -> None:
    line: Ink = ((InkPoint(0, 0, 0.0, 0.1), InkPoint(0, 50, 0.1, 0.5), InkPoint(0, 100, 0.2, 0.9)),)
    image = digit_image(line, fitting=Fitting(mass=False)).astype(int)
    widths = image.sum(axis=1) / 255
    assert widths[7] < 0.85 * PEN < 1.15 * PEN < widths[20]
    assert widths[14] == pytest.approx(PEN, abs=0.2)


@pytest.mark.parametrize("pressure", [nan, inf, -inf, -3.0, 1e308])
def test_a_pressure_that_is_none_is_taken_for_the_nearest(pressure: float) -> None:
    image = digit_image(pressed(SEVEN, 0.5, pressure))
    assert image.max() == 255
    assert box(image)[0] in (20, 21)


coordinates = st.floats(-FARTHEST, FARTHEST) | st.floats(-500, 500) | st.sampled_from([0.0, 1e-300])
points = st.builds(InkPoint, coordinates, coordinates)
strokes = st.lists(points, max_size=12).map(tuple)


@settings(max_examples=150)
@given(st.lists(strokes, max_size=5).map(tuple))
def test_any_drawing_becomes_a_digit_image_or_is_empty(ink: Ink) -> None:
    if not any(ink):
        with pytest.raises(PictureError):
            digit_image(ink)
        return
    image = digit_image(ink)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255


@settings(max_examples=50)
@given(st.lists(st.builds(InkPoint, st.floats(), st.floats()), min_size=1, max_size=6))
def test_hostile_numbers_are_drawn_or_rejected(stroke: list[InkPoint]) -> None:
    # Hypothesis makes up times and pressures too: they never stand in the way.
    possible = all(abs(number) <= FARTHEST for point in stroke for number in point[:2])
    if possible:
        assert digit_image((tuple(stroke),)).max() == 255
    else:
        with pytest.raises(PictureError):
            digit_image((tuple(stroke),))


def test_ink_never_leaves_the_frame() -> None:
    # The mass of this T is far above the middle of its box.
    heavy = tuple((InkPoint(0, y), InkPoint(100, y)) for y in range(0, 20, 2))
    image = digit_image((*heavy, (InkPoint(50, 0), InkPoint(50, 100))))
    assert box(image)[0] >= 20
    assert image[-2:].any()


def test_neighboring_drawings_have_neighboring_images() -> None:
    images = [digit_image(moved(SEVEN, 1, dx, 0)).astype(int) for dx in np.linspace(0, 1, 5)]
    assert all(np.abs(one - other).max() <= 1 for one, other in pairwise(images))
