"""How a drawing is read from the predictions of all models: as one digit, several, or none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_studio import formatting
from mnist_studio.formatting import (
    ALMOST_CERTAIN,
    NOTHING,
    counted,
    listed,
    with_article,
    word,
)


@dataclass(frozen=True)
class Vote:
    """The prediction of one model.

    Attributes:
        name: title of the model.
        probabilities: of the ten digits.
    """

    name: str
    probabilities: tuple[float, ...]

    @property
    def digit(self) -> int:
        """The digit of the highest probability."""
        return max(range(10), key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.probabilities[self.digit]


@dataclass(frozen=True)
class Consensus:
    """The common prediction of several models.

    Attributes:
        digit: that most models predict.
        headline: how many models predict it.
        detail: the lowest confidence, or what the other models predict.
        agreed: whether all models predict the same digit.
        confidence: the mean probability of that digit over all models.
    """

    digit: int
    headline: str
    detail: str
    agreed: bool
    confidence: float


def consensus(votes: Sequence[Vote]) -> Consensus | None:
    """The common prediction; None without votes. A tie goes to the more confident side."""
    if not votes:
        return None
    counts = Counter(vote.digit for vote in votes)
    sums = {digit: sum(vote.probabilities[digit] for vote in votes) for digit in counts}
    digit = max(counts, key=lambda one: (counts[one], sums[one]))
    confidence = sums[digit] / len(votes)
    if len(votes) == 1:
        headline = f"{votes[0].name} predicts {digit}"
        return Consensus(digit, headline, _single(votes[0]), True, confidence)
    if counts[digit] == len(votes):
        all_models = "Both models" if len(votes) == 2 else f"All {counted(len(votes), 'model')}"
        return Consensus(digit, f"{all_models} agree", _lowest_confidence(votes), True, confidence)
    headline = f"{word(counts[digit]).capitalize()} of {counted(len(votes), 'model')} "
    headline += f"{'predicts' if counts[digit] == 1 else 'predict'} {digit}"
    return Consensus(digit, headline, _others(votes, digit), False, confidence)


_WORDS = ((ALMOST_CERTAIN, "Almost certainly"), (0.95, "Very likely"), (0.75, "Probably"))
"""From which probability on a digit is called so."""


def in_words(found: "Interpretation", focus: int = 0) -> tuple[str, str]:
    """The prediction of one model as a headline and a sentence with its confidence.

    Args:
        found: by ``interpret`` from the votes of that model.
        focus: the place of the digit whose probability is shown.
    """
    digit = found.digits[focus]
    text = formatting.confidence(digit.consensus.confidence)
    if len(found.digits) > 1:
        return found.headline, f"Confidence for the {_NUMBERS[focus]} digit: {text}."
    if digit.verdict == "none":
        return found.headline, found.detail.replace("The models would", "The model would")
    likely = next(
        (word for limit, word in _WORDS if digit.consensus.confidence >= limit), "Perhaps"
    )
    likely = "Perhaps" if digit.verdict == "doubtful" else likely
    unusual = digit.p_value is not None and digit.p_value < UNUSUAL
    reason = f" {_unusual(digit)}" if unusual else ""
    second = digit.consensus.detail.partition("Second choice: ")[2]
    sentence = f"Confidence: {text}.{f' Second choice: {second}' if second else ''}{reason}"
    return f"{likely} {with_article(str(digit.consensus.digit))}", sentence


def _single(vote: Vote) -> str:
    text = formatting.confidence(vote.confidence)
    return f"Confidence: {text}. Second choice: {_second_choice(vote)}."


def _lowest_confidence(votes: Sequence[Vote]) -> str:
    confidence = min(vote.confidence for vote in votes)
    text = formatting.confidence(confidence)
    lowest = [vote for vote in votes if formatting.confidence(vote.confidence) == text]
    choices = sorted({_second_choice(vote) for vote in lowest})
    second = f"Second choice: {listed(list(map(str, choices)), 'or')}."
    if len(lowest) == len(votes):
        return f"Confidence of each: {text}. {second}"
    return f"Lowest confidence: {listed([vote.name for vote in lowest])}, {text}. {second}"


def _others(votes: Sequence[Vote], digit: int) -> str:
    others = [f"{vote.name} predicts {vote.digit}" for vote in votes if vote.digit != digit]
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"{', '.join(others[:3])}{more}."


def _second_choice(vote: Vote) -> int:
    return sorted(range(10), key=vote.probabilities.__getitem__)[-2]


NOT_A_DIGIT = 0.01
"""Below this p-value a drawing is not read as a digit. It is also the rate of false alarms on
digits like MNIST's."""

UNUSUAL = 0.05
"""Below this p-value a drawing is doubtful, and not a digit if the confidence is low too."""

LOW_CONFIDENCE = 0.6
"""A mean probability of the common prediction below this counts as low confidence."""

_NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
            "tenth", "eleventh", "twelfth")  # fmt: skip

Verdict = Literal["digit", "doubtful", "none"]


@dataclass(frozen=True)
class DigitReading:
    """One digit of a drawing.

    Attributes:
        consensus: of all models.
        p_value: the fraction of real digits that look at least as unusual; None if unknown.
    """

    consensus: Consensus
    p_value: float | None

    @property
    def verdict(self) -> Verdict:
        """Whether it is a digit, by how unusual it looks and how confident the models are."""
        p_value = 1.0 if self.p_value is None else self.p_value
        low = self.consensus.confidence < LOW_CONFIDENCE
        if p_value < NOT_A_DIGIT or (p_value < UNUSUAL and low):
            return "none"
        return "doubtful" if p_value < UNUSUAL or low else "digit"

    @property
    def text(self) -> str:
        """The digit; a dash if it is none."""
        return NOTHING if self.verdict == "none" else str(self.consensus.digit)


@dataclass(frozen=True)
class Interpretation:
    """How a drawing is read.

    Attributes:
        digits: from left to right.
        headline: in one line.
        detail: the lowest confidence, what other models predict, or why it is not a digit.
    """

    digits: tuple[DigitReading, ...]
    headline: str
    detail: str

    @property
    def text(self) -> str:
        """The number."""
        return "".join(digit.text for digit in self.digits)


def interpret(
    votes: Sequence[Sequence[Vote]], p_values: Sequence[float] = ()
) -> Interpretation | None:
    """Reads a drawing from the predictions of models and the comparison with real digits.

    Args:
        votes: of all models, for every digit from left to right.
        p_values: as in ``DigitReading``; ignored unless there is one for every digit.
    """
    agreed = [consensus(at) for at in votes]
    known = p_values if len(p_values) == len(agreed) else [None] * len(agreed)
    pairs = zip(agreed, known, strict=True)
    digits = tuple(DigitReading(one, p_value) for one, p_value in pairs if one)
    if not digits:
        return None
    texts = _one(digits[0]) if len(digits) == 1 else _several(digits)
    return Interpretation(digits, *texts)


def _one(digit: DigitReading) -> tuple[str, str]:
    found = digit.consensus
    if digit.verdict == "none":
        return "This is not a digit", f"{_unusual(digit)} The models would predict {found.digit}."
    if digit.verdict == "doubtful":
        unusual = digit.p_value is not None and digit.p_value < UNUSUAL
        reason = _unusual(digit) if unusual else "The confidence is low."
        return f"Perhaps {found.digit}: {_lower(found.headline)}", f"{reason} {found.detail}"
    return found.headline, found.detail


def _several(digits: tuple[DigitReading, ...]) -> tuple[str, str]:
    number = "".join(digit.text for digit in digits)
    none = [at for at, digit in enumerate(digits) if digit.verdict == "none"]
    sentences = [f"The {_NUMBERS[at]} is not a digit." for at in none]
    split = [at for at, digit in enumerate(digits) if not digit.consensus.agreed and at not in none]
    if split:
        noun = "digit" if len(split) == 1 else "digits"
        places = listed([_NUMBERS[at] for at in split])
        sentences.append(f"The models disagree on the {places} {noun}.")
    if not sentences:
        sentences = [f"All models agree. {_lowest_of_digits(digits)}"]
    return f"{len(digits)} digits: {number}", " ".join(sentences)


def _lowest_of_digits(digits: Sequence[DigitReading]) -> str:
    text = formatting.confidence(min(digit.consensus.confidence for digit in digits))
    lowest = [
        _NUMBERS[at]
        for at, digit in enumerate(digits)
        if formatting.confidence(digit.consensus.confidence) == text
    ]
    if len(lowest) == len(digits):
        return f"Confidence for each digit: {text}."
    noun = "digit" if len(lowest) == 1 else "digits"
    return f"Lowest confidence: {listed(lowest)} {noun}, {text}."


def _lower(sentence: str) -> str:
    """For use after a colon; names of models keep their capitals."""
    starts_with_a_count = sentence.startswith(("All ", "Both ")) or sentence.split()[1:2] == ["of"]
    return sentence[0].lower() + sentence[1:] if starts_with_a_count else sentence


def _unusual(digit: DigitReading) -> str:
    assert digit.p_value is not None
    share = f"Only {digit.p_value * 100:.1f} %" if digit.p_value >= 0.0005 else "Less than 0.1 %"
    return f"{share} of real digits look as unusual as this."
