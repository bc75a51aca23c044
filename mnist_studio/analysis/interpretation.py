"""How a drawing is read from the predictions of all models: as one digit, several, or none.

Models of other classes are read in the same way. Then a digit means one symbol, and it is not known
whether the drawing shows one at all.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_studio import formatting
from mnist_studio.formatting import (
    ALMOST_CERTAIN,
    NOTHING,
    class_noun,
    counted,
    listed,
    with_article,
    word,
)
from mnist_studio.spec.run import DIGITS


@dataclass(frozen=True)
class Vote:
    """The prediction of one model.

    Attributes:
        name: title of the model.
        probabilities: of every class.
        class_names: of that model.
    """

    name: str
    probabilities: tuple[float, ...]
    class_names: tuple[str, ...] = DIGITS

    @property
    def label(self) -> int:
        """The class of the highest probability; of equal ones the first."""
        return self.probabilities.index(max(self.probabilities))

    @property
    def prediction(self) -> str:
        """Its name."""
        return self.class_names[self.label]

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.probabilities[self.label]


@dataclass(frozen=True)
class Consensus:
    """The common prediction of several models.

    Attributes:
        label: of the class that most models predict.
        prediction: its name.
        headline: how many models predict it.
        detail: the lowest confidence, or what the other models predict.
        agreed: whether all models predict the same class.
        confidence: the mean probability of that class over all models.
    """

    label: int
    prediction: str
    headline: str
    detail: str
    agreed: bool
    confidence: float


def consensus(votes: Sequence[Vote]) -> Consensus | None:
    """The common prediction; None without votes. A tie goes to the more confident side.

    Args:
        votes: of models with the same classes.
    """
    if not votes:
        return None
    counts = Counter(vote.label for vote in votes)
    sums = {label: sum(vote.probabilities[label] for vote in votes) for label in counts}
    label = max(counts, key=lambda one: (counts[one], sums[one]))
    name, confidence = votes[0].class_names[label], sums[label] / len(votes)
    if len(votes) == 1:
        headline = f"{votes[0].name} predicts {name}"
        return Consensus(label, name, headline, _single(votes[0]), True, confidence)
    if counts[label] == len(votes):
        models = "Both models" if len(votes) == 2 else f"All {counted(len(votes), 'model')}"
        detail = _lowest_confidence(votes)
        return Consensus(label, name, f"{models} agree", detail, True, confidence)
    headline = f"{word(counts[label]).capitalize()} of {counted(len(votes), 'model')} "
    headline += f"{'predicts' if counts[label] == 1 else 'predict'} {name}"
    return Consensus(label, name, headline, _others(votes, label), False, confidence)


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
    marks = listed(_marks_of(found.pattern))
    sentence = f"{sentence} The image also shows {marks}." if marks else sentence
    return f"{likely} {class_noun(digit.consensus.prediction)}", sentence


def _single(vote: Vote) -> str:
    text = formatting.confidence(vote.confidence)
    return f"Confidence: {text}. Second choice: {_second_choice(vote)}."


def _lowest_confidence(votes: Sequence[Vote]) -> str:
    confidence = min(vote.confidence for vote in votes)
    text = formatting.confidence(confidence)
    lowest = [vote for vote in votes if formatting.confidence(vote.confidence) == text]
    choices = sorted({_second_label(vote) for vote in lowest})
    names = [votes[0].class_names[label] for label in choices]
    second = f"Second choice: {listed(names, 'or')}."
    if len(lowest) == len(votes):
        return f"Confidence of each: {text}. {second}"
    return f"Lowest confidence: {listed([vote.name for vote in lowest])}, {text}. {second}"


def _others(votes: Sequence[Vote], label: int) -> str:
    others = [f"{vote.name} predicts {vote.prediction}" for vote in votes if vote.label != label]
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"{', '.join(others[:3])}{more}."


def _second_choice(vote: Vote) -> str:
    return vote.class_names[_second_label(vote)]


def _second_label(vote: Vote) -> int:
    return sorted(range(len(vote.probabilities)), key=vote.probabilities.__getitem__)[-2]


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
        count: number of digits of the drawing. They share the false alarms (Bonferroni), so that a
            number is called no digit as rarely as a single digit.
    """

    consensus: Consensus
    p_value: float | None
    count: int = 1

    @property
    def verdict(self) -> Verdict:
        """Whether it is a digit, by how unusual it looks and how confident the models are."""
        p_value = 1.0 if self.p_value is None else self.p_value
        low = self.consensus.confidence < LOW_CONFIDENCE
        shared = p_value * self.count
        if shared < NOT_A_DIGIT or (shared < UNUSUAL and low):
            return "none"
        return "doubtful" if p_value < UNUSUAL or low else "digit"

    @property
    def text(self) -> str:
        """The digit; a dash if it is none."""
        return NOTHING if self.verdict == "none" else self.consensus.prediction


@dataclass(frozen=True)
class Interpretation:
    """How a drawing is read.

    Attributes:
        digits: from left to right.
        headline: in one line.
        detail: the lowest confidence, what other models predict, or why it is not a digit.
        pattern: ``#`` for each digit, and the marks between them; empty if there are none.
    """

    digits: tuple[DigitReading, ...]
    headline: str
    detail: str
    pattern: str = ""

    @property
    def text(self) -> str:
        """The number, or the names of all symbols."""
        return joined([digit.text for digit in self.digits], self.pattern)

    @property
    def places(self) -> tuple[str, ...]:
        """The text of each digit with the marks after it; the first also has those before it."""
        return with_marks([digit.text for digit in self.digits], self.pattern)


def joined(names: Sequence[str], pattern: str = "") -> str:
    """The classes from left to right: ``2026``, ``A7``, ``Shirt Bag``, or ``3.14`` with marks."""
    if pattern.strip("#"):
        return "".join(with_marks(names, pattern))
    return ("" if all(len(name) == 1 for name in names) else " ").join(names)


_MARKS = {
    ".": "decimal point", ",": "comma", "-": "minus sign", "+": "plus sign", "/": "slash",
}  # fmt: skip


def with_marks(digits: Sequence[str], pattern: str) -> tuple[str, ...]:
    """Each digit with the marks after it; the first also with those before it.

    The digits alone if the pattern does not have as many of them.
    """
    if pattern.count("#") != len(digits):
        return tuple(digits)
    first, *others = pattern.split("#")
    texts = [digit + marks for digit, marks in zip(digits, others, strict=True)]
    return (first + texts[0], *texts[1:])


def _marks_of(pattern: str) -> list[str]:
    """The marks of a pattern in words, such as ``a decimal point`` or ``two minus signs``."""
    counts = Counter(mark for mark in pattern if mark in _MARKS)
    return [
        with_article(_MARKS[mark])
        if number == 1
        else counted(number, _MARKS[mark], f"{_MARKS[mark]}es" if mark == "/" else "")
        for mark, number in counts.items()
    ]


def interpret(
    votes: Sequence[Sequence[Vote]], p_values: Sequence[float] = (), pattern: str = ""
) -> Interpretation | None:
    """Reads a drawing from the predictions of models and the comparison with real digits.

    Args:
        votes: of all models, for every digit from left to right.
        p_values: as in ``DigitReading``; ignored unless there is one for every digit.
        pattern: as in ``Interpretation``; ignored unless it has as many digits.
    """
    agreed = [consensus(at) for at in votes]
    known = p_values if len(p_values) == len(agreed) else [None] * len(agreed)
    pairs = zip(agreed, known, strict=True)
    count = len(agreed)
    digits = tuple(DigitReading(one, p_value, count) for one, p_value in pairs if one)
    if not digits:
        return None
    pattern = pattern if pattern.count("#") == len(digits) else ""
    headline, detail = _one(digits[0]) if len(digits) == 1 else _several(digits)
    marks = listed(_marks_of(pattern))
    if marks and len(digits) > 1:
        text = joined([digit.text for digit in digits], pattern)
        headline = f"{headline.partition(': ')[0]} and {marks}: {text}"
    elif marks:
        detail = f"{detail} The image also shows {marks}."
    return Interpretation(digits, headline, detail, pattern)


def _one(digit: DigitReading) -> tuple[str, str]:
    found = digit.consensus
    if digit.verdict == "none":
        return (
            "This is not a digit",
            f"{_unusual(digit)} The models would predict {found.prediction}.",
        )
    if digit.verdict == "doubtful":
        unusual = digit.p_value is not None and digit.p_value < UNUSUAL
        reason = _unusual(digit) if unusual else "The confidence is low."
        return f"Perhaps {found.prediction}: {_lower(found.headline)}", f"{reason} {found.detail}"
    return found.headline, found.detail


def _several(digits: tuple[DigitReading, ...]) -> tuple[str, str]:
    number = joined([digit.text for digit in digits])
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
