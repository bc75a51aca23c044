"""What a drawing is read as."""

import pytest

from mnist_studio.analysis.interpretation import Vote, interpret
from mnist_studio.formatting import NOTHING


def vote(name: str, digit: int, sure: float = 0.9) -> Vote:
    rest = (1 - sure) / 9
    return Vote(name, tuple(sure if place == digit else rest for place in range(10)))


def agreed(digit: int, sure: float = 0.9) -> list[Vote]:
    return [vote(name, digit, sure) for name in ("a", "b", "c")]


def test_where_nobody_has_answered_nothing_is_read() -> None:
    assert interpret([]) is None
    assert interpret([[]], (0.5,)) is None


@pytest.mark.parametrize(
    ("share", "sure", "verdict"),
    [
        (0.5, 0.9, "digit"),
        (0.5, 0.5, "doubtful"),
        (0.03, 0.9, "doubtful"),
        (0.03, 0.5, "none"),
        (0.005, 0.999, "none"),
    ],
)
def test_strangeness_and_doubt_together_decide(share: float, sure: float, verdict: str) -> None:
    found = interpret([agreed(3, sure)], (share,))
    assert found is not None
    (place,) = found.places
    assert place.verdict == verdict
    assert found.text == (NOTHING if verdict == "none" else "3")
    starts = {"digit": "All three", "doubtful": "Perhaps 3: all three", "none": "This is no digit"}
    assert found.headline.startswith(starts[verdict])


def test_what_is_no_digit_says_why() -> None:
    found = interpret([agreed(8)], (0.0002,))
    assert found is not None
    assert found.detail == (
        "Of real digits, less than 0.1 % look as strange as this. The models would say 8."
    )


def test_without_a_comparison_only_the_models_doubts_count() -> None:
    found = interpret([agreed(8)])
    assert found is not None
    assert (found.text, found.headline) == ("8", "All three models agree")


def test_digits_side_by_side_are_a_number() -> None:
    found = interpret([agreed(4), agreed(2), agreed(7, 0.7)], (0.5, 0.5, 0.5))
    assert found is not None
    assert (found.text, found.headline) == ("427", "3 digits: 427")
    assert found.detail == "No model disagrees. Least sure: the third digit, 70.0 %."


def test_where_all_are_sure_nobody_is_the_least_sure() -> None:
    sure, single = interpret([agreed(4, 0.9999)] * 2), interpret([[vote("a", 4, 0.9999)]])
    assert sure is not None
    assert sure.detail == "No model disagrees. They are over 99.9 % sure of each digit."
    assert sure.places[0].found.detail.startswith("Each is over 99.9 % sure. Runner-up: ")
    assert single is not None
    assert single.detail.startswith("It is over 99.9 % sure. Runner-up: ")


def test_of_a_number_it_is_told_which_digit_is_none_and_where_models_differ() -> None:
    split = [vote("a", 2), vote("b", 7), vote("c", 2)]
    found = interpret([agreed(4), split], (0.001, 0.5))
    assert found is not None
    assert found.text == f"{NOTHING}2"
    assert found.detail == "The first is no digit. Models differ on the second digit."


def test_models_may_differ_on_several_digits_and_be_many() -> None:
    split = [vote("a", 2), vote("b", 7), vote("c", 2)]
    found = interpret([split, agreed(4), split])
    assert found is not None
    assert found.detail == "Models differ on the first and third digits."
    six = interpret([[vote(str(at), 2 if at else 7) for at in range(7)]], (0.03,))
    assert six is not None
    assert six.headline == "Perhaps 2: six of seven models say 2"


def test_shares_of_another_drawing_do_not_count() -> None:
    found = interpret([agreed(4), agreed(2)], (0.001,))
    assert found is not None
    assert found.text == "42"
