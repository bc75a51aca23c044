"""Strokes that are cut where an eraser passes."""

from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_studio.data.ink.eraser import Eraser
from mnist_studio.data.ink.rendering import Ink, InkPoint, digit_image
from mnist_studio.data.ink.strokes import smooth
from tests.approximately import near

LINE: Ink = ((InkPoint(0.0, 0.5, 0.0, 0.2), InkPoint(1.0, 0.5, 1.0, 0.8)),)
CROSS: Ink = (*LINE, (InkPoint(0.5, 0.0), InkPoint(0.5, 0.3), InkPoint(0.5, 1.0)))


def ends(ink: Ink) -> list[tuple[float, float]]:
    return [(stroke[0].x, stroke[-1].x) for stroke in ink]


def test_a_stroke_is_cut_in_two_and_its_points_keep_time_and_pressure() -> None:
    eraser = Eraser(LINE, 0.1)
    assert eraser.move(InkPoint(0.5, 0.4), InkPoint(0.5, 0.6))
    assert np.array(ends(eraser.ink)) == pytest.approx(np.array([(0, 0.4), (0.6, 1)]), abs=0.026)
    for point in (point for stroke in eraser.ink for point in stroke):
        assert point.time == pytest.approx(point.x)
        assert point.pressure == pytest.approx(0.2 + 0.6 * point.x)


def test_what_it_does_not_touch_stays_the_same_value() -> None:
    eraser = Eraser(CROSS, 0.05)
    assert not eraser.move(InkPoint(0.1, 0.1), InkPoint(0.4, 0.4))
    assert eraser.ink is CROSS
    assert eraser.move(InkPoint(0.8, 0.4), InkPoint(0.8, 0.6))
    assert eraser.ink[-1] == CROSS[1]
    assert len(eraser.ink) == 3


def test_an_end_is_shortened_and_a_dot_taken_whole() -> None:
    eraser = Eraser((*LINE, (InkPoint(0.9, 0.9),)), 0.1)
    eraser.move(InkPoint(1.0, 0.5), InkPoint(0.9, 0.9))
    assert ends(eraser.ink) == [(0.0, near(0.9, abs=0.026))]


def test_many_passes_take_all() -> None:
    eraser = Eraser(CROSS, 0.1)
    for y in np.arange(0, 1.05, 0.1):
        eraser.move(InkPoint(0, y), InkPoint(1, y))
    assert eraser.ink == ()


def test_a_way_of_many_points_is_passed_at_once() -> None:
    way = [InkPoint(0.2, 0.2), InkPoint(0.2, 0.8), InkPoint(0.8, 0.8), InkPoint(0.8, 0.2)]
    at_once, by_steps = Eraser(CROSS, 0.05), Eraser(CROSS, 0.05)
    assert at_once.move(*way)
    for start, end in pairwise(way):
        by_steps.move(start, end)
    assert len(at_once.ink) == len(by_steps.ink) == 5
    found = [[(stroke[0][:2], stroke[-1][:2]) for stroke in one.ink] for one in (at_once, by_steps)]
    assert np.array(found[0]) == pytest.approx(np.array(found[1]), abs=0.013)


def test_the_curve_between_points_far_from_each_other_is_cut_too() -> None:
    bow: Ink = ((InkPoint(0, 0), InkPoint(0.5, 0.4), InkPoint(1, 0)),)
    eraser = Eraser(bow, 0.02)
    assert eraser.move(InkPoint(0.2, 0.0), InkPoint(0.2, 0.4))
    assert len(eraser.ink) == 2


def test_a_cut_through_a_scribble_leaves_few_points_more() -> None:
    wild = np.random.default_rng(3).random((2000, 2)).tolist()
    ink: Ink = (tuple(InkPoint(x, y) for x, y in wild),)
    eraser = Eraser(ink, 0.08)
    way = [InkPoint(x, 0.3) for x in np.linspace(0.2, 0.8, 10).tolist()]
    for start, end in pairwise(way):
        eraser.move(start, end)
    # Two on each side of a cut, and two sides of each piece.
    assert sum(map(len, eraser.ink)) < 2000 + 4 * len(eraser.ink)
    drawn = np.vstack([smooth(np.array([p[:2] for p in stroke])) for stroke in eraser.ink])
    for point in way:
        assert np.hypot(*(drawn - point[:2]).T).min() > 0.07


places = st.floats(-5, 5, allow_subnormal=False)
points = st.builds(InkPoint, places, places, st.floats(0, 9), st.floats(0, 1))
strokes = st.lists(points, max_size=9).map(tuple)


@settings(max_examples=100)
@given(st.lists(strokes, max_size=4).map(tuple), st.lists(points, min_size=2, max_size=5))
def test_nothing_is_left_where_it_passed(ink: Ink, way: list[InkPoint]) -> None:
    eraser = Eraser(ink, 0.5)
    for start, end in pairwise(way):
        eraser.move(start, end)
    left = [point for stroke in eraser.ink for point in stroke]
    cut = eraser.ink is not ink
    assert not cut or all(np.hypot(p.x - w.x, p.y - w.y) > 0.5 for p in left for w in way)
    if left:
        assert digit_image(eraser.ink).any()


def test_a_curve_that_a_cut_bends_leaves_nothing_where_the_eraser_was_before() -> None:
    ink = ((InkPoint(2, -1), InkPoint(0, 1), InkPoint(0, -2)),)
    eraser = Eraser(ink, 0.5)
    first, *others = InkPoint(0.375, 0), InkPoint(1, 0), InkPoint(0, 1)
    assert eraser.move(first, others[0])
    assert eraser.move(*others)
    left = [point for stroke in eraser.ink for point in stroke]
    assert left
    assert all(np.hypot(p.x - first.x, p.y - first.y) > 0.5 for p in left)


def test_between_endless_pressures_of_both_signs_there_is_ink() -> None:
    ink = ((InkPoint(0, 0, pressure=-inf), InkPoint(0, 1, pressure=inf)),)
    eraser = Eraser(ink, 0.25)
    eraser.move(InkPoint(0, 0), InkPoint(0.1, 0))
    assert digit_image(eraser.ink).any()
