"""What all models together say of a drawing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_studio.analysis.numbers import counted, word

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
        return Consensus(digit, f"{many} agree", _least_sure(votes), True, sure)
    headline = f"{word(counts[digit]).capitalize()} of {counted(len(votes), 'model')} "
    headline += f"{'says' if counts[digit] == 1 else 'say'} {digit}"
    return Consensus(digit, headline, _others(votes, digit), False, sure)


def certainty(sure: float) -> str:
    """A probability for people: short of 1, none is told as 100 %."""
    return f"{sure * 100:.1f} %" if sure < ALL_BUT else "over 99.9 %"


def _single(vote: Vote) -> str:
    return f"It is {certainty(vote.sure)} sure. Runner-up: {_runner_up(vote)}."


def _least_sure(votes: Sequence[Vote]) -> str:
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
