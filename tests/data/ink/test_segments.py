"""Strokes that are one digit, and strokes that are two."""

from collections.abc import Sequence

import pytest

from mnist_studio.data.ink.rendering import Ink, InkPoint, Stroke
from mnist_studio.data.ink.segments import MOST, digits


def line(*points: tuple[float, float]) -> Stroke:
    return tuple(InkPoint(x, y) for x, y in points)


def one(x: float) -> Stroke:
    return line((x, 0.0), (x, 1.0))


def seven(x: float) -> Ink:
    """With a bar through it."""
    return (
        line((x, 0), (x + 0.5, 0), (x + 0.2, 1)),
        line((x + 0.1, 0.5), (x + 0.5, 0.5)),
    )


def five(x: float) -> Ink:
    """Its bar drawn last, a little off."""
    body = line((x + 0.1, 0), (x, 0.4), (x + 0.4, 0.6), (x, 1))
    return body, line((x + 0.45, 0), (x + 0.8, 0))


def four(x: float) -> Ink:
    return line((x, 0), (x, 0.6), (x + 0.5, 0.6)), line((x + 0.4, 0.3), (x + 0.4, 1))


class Judge:
    """Finds drawings strange by the number of their strokes."""

    def __init__(self, *far: float) -> None:
        self.far = far
        self.asked: list[Sequence[Ink]] = []

    def __call__(self, drawings: Sequence[Ink]) -> Sequence[float]:
        self.asked.append(drawings)
        return self.far


@pytest.mark.parametrize("ink", [(one(0),), four(0), five(0), seven(0)])
def test_a_digit_of_several_strokes_stays_one(ink: Ink) -> None:
    assert digits(ink) == (ink,)


def test_adjacent_digits_are_separated_from_left_to_right() -> None:
    ink = (*seven(2.0), one(1.2), *four(0.0), *five(3.0))
    assert digits(ink) == (four(0.0), (one(1.2),), seven(2.0), five(3.0))


def test_strokes_keep_their_order_and_a_late_one_finds_its_digit() -> None:
    body, bar = seven(0.0)
    assert digits((body, one(1.0), bar)) == ((body, bar), (one(1.0),))


def test_the_size_of_the_drawing_does_not_matter() -> None:
    ink = (*four(0.0), one(1.0))
    tiny = tuple(tuple(InkPoint(x * 1e-3, y * 1e-3) for x, y, *_ in stroke) for stroke in ink)
    assert [len(part) for part in digits(tiny)] == [2, 1]


def test_narrow_gaps_are_decided_by_the_classifier() -> None:
    ink = (one(0.0), one(0.1))
    assert digits(ink) == (ink,)
    apart, together = Judge(0.8, 0.5, 0.6), Judge(0.5, 0.5, 0.6)
    assert digits(ink, apart) == ((ink[0],), (ink[1],))
    assert digits(ink, together) == (ink,)
    assert apart.asked == [[ink, (ink[0],), (ink[1],)]]


def test_a_bar_next_to_a_body_needs_more_confidence_to_be_a_digit() -> None:
    body, bar = five(0.0)
    assert digits((body, bar), Judge(0.75, 0.6, 0.6)) == ((body, bar),)
    assert digits((body, bar), Judge(0.85, 0.6, 0.6)) == ((body,), (bar,))


def test_wide_gaps_and_stacked_strokes_need_no_classifier() -> None:
    judge = Judge(1.0, 0.0, 0.0)
    assert len(digits((one(0.0), one(0.5)), judge)) == 2
    across = (one(0.5), line((0.0, 0.5), (1.0, 0.5)))
    assert digits(across, judge) == (across,)
    assert not judge.asked


def test_many_parts_are_no_number_and_nothing_is_nothing() -> None:
    many = tuple(one(x / 2) for x in range(MOST + 1))
    assert digits(many) == (many,)
    assert len(digits(many[:-1])) == MOST
    assert digits(()) == ((),)
    assert digits(((), one(0.0))) == (((), one(0.0)),)
