"""What a drawing is read as: one digit, several side by side, or none.

What all models together say of a drawing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_studio.formatting import NOTHING, counted, word

ALL_BUT = 0.9995
"""A probability from here on would be rounded to 100.0 %."""


@dataclass(frozen=True)
class Vote:
    """One model's answer.

    Attributes:
        name: of the model, for people.
        probabilities: of the ten digits.
    """

    name: str
    probabilities: tuple[float, ...]

    @property
    def digit(self) -> int:
        """The likeliest digit."""
        return max(range(10), key=self.probabilities.__getitem__)

    @property
    def sure(self) -> float:
        """Its probability."""
        return self.probabilities[self.digit]


@dataclass(frozen=True)
class Consensus:
    """The answer of all.

    Attributes:
        digit: what most say.
        headline: how many say so.
        detail: who is least sure, or who says what else.
        agreed: all say the same.
        sure: the mean probability of that digit over all models.
    """

    digit: int
    headline: str
    detail: str
    agreed: bool
    sure: float


def consensus(votes: Sequence[Vote]) -> Consensus | None:
    """The common answer; None without votes. Where digits tie, the surer side counts."""
    if not votes:
        return None
    counts = Counter(vote.digit for vote in votes)
    sums = {digit: sum(vote.probabilities[digit] for vote in votes) for digit in counts}
    digit = max(counts, key=lambda one: (counts[one], sums[one]))
    sure = sums[digit] / len(votes)
    if len(votes) == 1:
        return Consensus(digit, f"{votes[0].name} says {digit}", _single(votes[0]), True, sure)
    if counts[digit] == len(votes):
        many = "Both models" if len(votes) == 2 else f"All {counted(len(votes), 'model')}"
        return Consensus(digit, f"{many} agree", _lowest_confidence(votes), True, sure)
    headline = f"{word(counts[digit]).capitalize()} of {counted(len(votes), 'model')} "
    headline += f"{'says' if counts[digit] == 1 else 'say'} {digit}"
    return Consensus(digit, headline, _others(votes, digit), False, sure)


def certainty(sure: float) -> str:
    """A probability for people: short of 1, none is told as 100 %."""
    return f"{sure * 100:.1f} %" if sure < ALL_BUT else "over 99.9 %"


def _single(vote: Vote) -> str:
    return f"It is {certainty(vote.sure)} sure. Runner-up: {_runner_up(vote)}."


def _lowest_confidence(votes: Sequence[Vote]) -> str:
    vote = min(votes, key=lambda one: one.sure)
    if vote.sure >= ALL_BUT:
        return f"Each is {certainty(vote.sure)} sure. Runner-up: {_runner_up(vote)}."
    return f"Least sure: {vote.name}, {certainty(vote.sure)}. Runner-up: {_runner_up(vote)}."


def _others(votes: Sequence[Vote], digit: int) -> str:
    told = [f"{vote.name} says {vote.digit}" for vote in votes if vote.digit != digit]
    more = f" and {len(told) - 3} more" if len(told) > 3 else ""
    return f"{', '.join(told[:3])}{more}."


def _runner_up(vote: Vote) -> int:
    return sorted(range(10), key=vote.probabilities.__getitem__)[-2]


STRANGE = 0.01
"""No digit: fewer real digits than this share are so unlike all known ones. They are called so too:
it is the rate of false alarms on digits like MNIST's.
"""

ODD = 0.05
"""Below this share a drawing is doubtful, and no digit if the models are unsure, too."""

UNSURE = 0.6
"""Of the common answer, the mean probability over all models, below which they are unsure."""

_NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
            "tenth", "eleventh", "twelfth")  # fmt: skip

Verdict = Literal["digit", "doubtful", "none"]


@dataclass(frozen=True)
class DigitReading:
    """One digit of a drawing.

    Attributes:
        found: what all models say of it.
        share: of real digits, those that are at least as unlike the known ones; None where nobody
            has looked.
    """

    found: Consensus
    share: float | None

    @property
    def verdict(self) -> Verdict:
        """Whether it is a digit, by how strange it is and how sure the models are."""
        share = 1.0 if self.share is None else self.share
        unsure = self.found.sure < UNSURE
        if share < STRANGE or (share < ODD and unsure):
            return "none"
        return "doubtful" if share < ODD or unsure else "digit"

    @property
    def text(self) -> str:
        """The digit; a sign that says nothing where it is none."""
        return NOTHING if self.verdict == "none" else str(self.found.digit)


@dataclass(frozen=True)
class Interpretation:
    """What a drawing is read as.

    Attributes:
        places: its digits from left to right.
        headline: in one line.
        detail: who is least sure, who says what else, or why it is no digit.
    """

    places: tuple[DigitReading, ...]
    headline: str
    detail: str

    @property
    def text(self) -> str:
        """The number."""
        return "".join(place.text for place in self.places)


def interpret(
    votes: Sequence[Sequence[Vote]], shares: Sequence[float] = ()
) -> Interpretation | None:
    """What the models and the comparison with real digits say together.

    Args:
        votes: of all models, for every digit from left to right.
        shares: as in ``Place``; empty where nobody has looked.
    """
    found = [consensus(at) for at in votes]
    looked = shares if len(shares) == len(found) else [None] * len(found)
    pairs = zip(found, looked, strict=True)
    places = tuple(DigitReading(one, share) for one, share in pairs if one)
    if not places:
        return None
    told = _one(places[0]) if len(places) == 1 else _several(places)
    return Interpretation(places, *told)


def _one(place: DigitReading) -> tuple[str, str]:
    found = place.found
    if place.verdict == "none":
        return "This is no digit", f"{_unlike(place)} The models would say {found.digit}."
    if place.verdict == "doubtful":
        odd = place.share is not None and place.share < ODD
        why = _unlike(place) if odd else "The models are unsure."
        return f"Perhaps {found.digit}: {_small(found.headline)}", f"{why} {found.detail}"
    return found.headline, found.detail


def _several(places: tuple[DigitReading, ...]) -> tuple[str, str]:
    number = "".join(place.text for place in places)
    strange = [at for at, place in enumerate(places) if place.verdict == "none"]
    told = [f"The {_nth(at)} is no digit." for at in strange]
    split = [at for at, place in enumerate(places) if not place.found.agreed and at not in strange]
    if split:
        digits = "digit" if len(split) == 1 else "digits"
        told.append(f"Models differ on the {_listed([_nth(at) for at in split])} {digits}.")
    if not told:
        told = [f"No model disagrees. {_least_sure(places)}"]
    return f"{len(places)} digits: {number}", " ".join(told)


def _least_sure(places: Sequence[DigitReading]) -> str:
    least = min(range(len(places)), key=lambda at: places[at].found.sure)
    sure = places[least].found.sure
    if sure >= ALL_BUT:
        return f"They are {certainty(sure)} sure of each digit."
    return f"Least sure: the {_nth(least)} digit, {certainty(sure)}."


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _nth(at: int) -> str:
    return _NUMBERS[at]


def _small(sentence: str) -> str:
    """To stand after a colon; names of models keep their capitals."""
    counted = sentence.startswith(("All ", "Both ")) or sentence.split()[1:2] == ["of"]
    return sentence[0].lower() + sentence[1:] if counted else sentence


def _unlike(place: DigitReading) -> str:
    assert place.share is not None
    share = f"{place.share * 100:.1f} %" if place.share >= 0.0005 else "less than 0.1 %"
    return f"Of real digits, {share} look as strange as this."
