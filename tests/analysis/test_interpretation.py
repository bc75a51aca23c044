"""How a drawing is read."""

import pytest

from mnist_studio.analysis.interpretation import Vote, consensus, in_words, interpret
from mnist_studio.formatting import NOTHING


def vote(name: str, digit: int, confidence: float = 0.9) -> Vote:
    rest = (1 - confidence) / 9
    return Vote(name, tuple(confidence if place == digit else rest for place in range(10)))


def agreed(digit: int, confidence: float = 0.9) -> list[Vote]:
    return [vote(name, digit, confidence) for name in ("a", "b", "c")]


def test_without_votes_nothing_is_read() -> None:
    assert interpret([]) is None
    assert interpret([[]], (0.5,)) is None


@pytest.mark.parametrize(
    ("p_value", "confidence", "verdict"),
    [
        (0.5, 0.9, "digit"),
        (0.5, 0.5, "doubtful"),
        (0.03, 0.9, "doubtful"),
        (0.03, 0.5, "none"),
        (0.005, 0.999, "none"),
    ],
)
def test_p_value_and_confidence_decide_together(
    p_value: float, confidence: float, verdict: str
) -> None:
    found = interpret([agreed(3, confidence)], (p_value,))
    assert found is not None
    (digit,) = found.digits
    assert digit.verdict == verdict
    assert found.text == (NOTHING if verdict == "none" else "3")
    starts = {
        "digit": "All three",
        "doubtful": "Perhaps 3: all three",
        "none": "This is not a digit",
    }
    assert found.headline.startswith(starts[verdict])


def test_what_is_not_a_digit_says_why() -> None:
    found = interpret([agreed(8)], (0.0002,))
    assert found is not None
    assert found.detail == (
        "Less than 0.1 % of real digits look as unusual as this. The models would predict 8."
    )


def test_without_p_values_only_the_confidence_counts() -> None:
    found = interpret([agreed(8)])
    assert found is not None
    assert (found.text, found.headline) == ("8", "All three models agree")


def test_digits_side_by_side_are_a_number() -> None:
    found = interpret([agreed(4), agreed(2), agreed(7, 0.7)], (0.5, 0.5, 0.5))
    assert found is not None
    assert (found.text, found.headline) == ("427", "3 digits: 427")
    assert found.detail == "All models agree. Lowest confidence: third digit, 70.0 %."


@pytest.mark.parametrize(
    ("pattern", "text", "headline"),
    [
        ("#.##", "4.27", "3 digits and a decimal point: 4.27"),
        ("-#,##", "-4,27", "3 digits and a minus sign and a comma: -4,27"),
        ("#/#/#", "4/2/7", "3 digits and two slashes: 4/2/7"),
        ("###", "427", "3 digits: 427"),
        ("#.#", "427", "3 digits: 427"),
    ],
)
def test_marks_between_digits_are_part_of_the_number(
    pattern: str, text: str, headline: str
) -> None:
    found = interpret([agreed(4), agreed(2), agreed(7)], (), pattern)
    assert found is not None
    assert (found.text, found.headline) == (text, headline)


def test_a_sign_of_a_single_digit_is_named() -> None:
    found = interpret([[vote("a", 4)]], (), "-#")
    assert found is not None
    assert found.text == "-4"
    assert found.places == ("-4",)
    assert found.detail.endswith("The image also shows a minus sign.")
    assert in_words(found)[1].endswith("The image also shows a minus sign.")


def test_equal_confidences_are_given_once() -> None:
    sure, single = interpret([agreed(4, 0.9999)] * 2), interpret([[vote("a", 4, 0.9999)]])
    assert sure is not None
    assert sure.detail == "All models agree. Confidence for each digit: >99.9 %."
    assert sure.digits[0].consensus.detail.startswith(
        "Confidence of each: >99.9 %. Second choice: "
    )
    assert single is not None
    assert single.detail.startswith("Confidence: >99.9 %. Second choice: ")


def test_a_number_says_which_digit_is_none_and_where_models_differ() -> None:
    split = [vote("a", 2), vote("b", 7), vote("c", 2)]
    found = interpret([agreed(4), split], (0.001, 0.5))
    assert found is not None
    assert found.text == f"{NOTHING}2"
    assert found.detail == "The first is not a digit. The models disagree on the second digit."


def test_models_may_differ_on_several_digits_and_be_many() -> None:
    split = [vote("a", 2), vote("b", 7), vote("c", 2)]
    found = interpret([split, agreed(4), split])
    assert found is not None
    assert found.detail == "The models disagree on the first and third digits."
    six = interpret([[vote(str(at), 2 if at else 7) for at in range(7)]], (0.03,))
    assert six is not None
    assert six.headline == "Perhaps 2: six of seven models predict 2"


def test_p_values_of_another_drawing_are_ignored() -> None:
    found = interpret([agreed(4), agreed(2)], (0.001,))
    assert found is not None
    assert found.text == "42"


def second(name: str, digit: int, other: int, confidence: float) -> Vote:
    """A vote for a digit, with another one as second choice."""
    chances = dict.fromkeys(range(10), 0.0) | {digit: confidence, other: 1 - confidence}
    return Vote(name, tuple(chances.values()))


def test_models_that_share_the_lowest_confidence_are_all_named() -> None:
    votes = [second("a", 4, 9, 0.7), second("b", 4, 9, 0.9), second("c", 4, 7, 0.70001)]
    found = interpret([votes])
    assert found is not None
    assert found.detail == "Lowest confidence: a and c, 70.0 %. Second choice: 7 or 9."
    equal = interpret([[second("a", 4, 9, 0.7), second("b", 4, 9, 0.7)]])
    assert equal is not None
    assert equal.detail == "Confidence of each: 70.0 %. Second choice: 9."


def test_digits_that_share_the_lowest_confidence_are_all_named() -> None:
    found = interpret([agreed(4, 0.7), agreed(2, 0.9), agreed(7, 0.7)])
    assert found is not None
    assert found.detail == "All models agree. Lowest confidence: first and third digits, 70.0 %."
    equal = interpret([agreed(4, 0.7), agreed(2, 0.7)])
    assert equal is not None
    assert equal.detail == "All models agree. Confidence for each digit: 70.0 %."


def certain(name: str, digit: int) -> Vote:
    """A vote with a confidence of 91 %."""
    return Vote(name, tuple(0.91 if n == digit else 0.01 for n in range(10)))


@pytest.mark.parametrize(
    ("digits", "agreed", "headline"),
    [
        ((3,), True, "a predicts 3"),
        ((3, 3), True, "Both models agree"),
        ((3, 3, 3), True, "All three models agree"),
        ((3, 3, 5), False, "Two of three models predict 3"),
    ],
)
def test_models_agree_if_all_predict_the_same(
    digits: tuple[int, ...], agreed: bool, headline: str
) -> None:
    found = consensus([certain(name, digit) for name, digit in zip("abc", digits, strict=False)])
    assert found is not None
    assert (found.label, found.agreed, found.headline) == (3, agreed, headline)


@pytest.mark.parametrize(
    ("digit", "confidence", "p_value", "headline"),
    [
        (8, 0.9999, 0.5, "Almost certainly an 8"),
        (7, 0.97, 0.5, "Very likely a 7"),
        (7, 0.8, 0.5, "Probably a 7"),
        (7, 0.65, 0.5, "Perhaps a 7"),
        (7, 0.97, 0.03, "Perhaps a 7"),
        (7, 0.97, 0.001, "This is not a digit"),
    ],
)
def test_a_probability_in_words(
    digit: int, confidence: float, p_value: float, headline: str
) -> None:
    found = interpret([[vote("a", digit, confidence)]], (p_value,))
    assert found is not None
    words, sentence = in_words(found)
    assert words == headline
    assert ("Second choice" in sentence) == (headline != "This is not a digit")
    assert ("look as unusual" in sentence) == (p_value < 0.05)


def test_of_a_number_the_probability_of_the_selected_digit_is_in_words() -> None:
    found = interpret([[vote("a", 1, 0.9)], [vote("a", 7, 0.8)]])
    assert found is not None
    assert in_words(found, 1) == ("2 digits: 17", "Confidence for the second digit: 80.0 %.")


CLOTHES = ("Coat", "Bag", "Ankle boot")


def test_classes_are_read_by_their_names() -> None:
    votes = [Vote(name, (0.1, 0.2, 0.7), CLOTHES) for name in ("a", "b")]
    found = interpret([votes])
    assert found is not None
    assert (found.text, found.headline) == ("Ankle boot", "Both models agree")
    assert "Second choice: Bag." in found.detail
    assert in_words(found)[0] == "Perhaps Ankle boot"
    several = interpret([votes[:1], [Vote("a", (0.9, 0.1, 0.0), CLOTHES)]])
    assert several is not None
    assert several.text == "Ankle boot Coat"


def test_digits_of_a_number_share_the_false_alarms() -> None:
    drawings = {
        "alone": interpret([agreed(3)], [0.008]),
        "in a number": interpret([agreed(3), agreed(4)], [0.008, 0.5]),
        "even stranger": interpret([agreed(3), agreed(4)], [0.004, 0.5]),
    }
    verdicts = [[digit.verdict for digit in one.digits] for one in drawings.values() if one]
    assert verdicts == [["none"], ["doubtful", "digit"], ["none", "digit"]]
