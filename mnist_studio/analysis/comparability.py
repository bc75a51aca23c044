"""Whether models can be compared digit by digit."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ComparedModel:
    """What a run was tested on.

    Attributes:
        title: of the run.
        dataset: whose test digits, such as ``mnist``.
        predictions: how many of them it kept its answers to; None where it kept none.
    """

    title: str
    dataset: str
    predictions: int | None


def incompatibility_reason(runs: Sequence[ComparedModel], digits: int | None = None) -> str:
    """Why the runs cannot be paired, as a sentence; empty where they can.

    Args:
        runs: that shall be compared.
        digits: how many test digits the data set has now; None where that is not known.
    """
    if len(runs) < 2:
        return "Choose at least two runs to compare them digit by digit."
    without = [run.title for run in runs if run.predictions is None]
    if without:
        return (
            f"There are no predictions of {listed(without)}: a run keeps them when its first epoch "
            "is evaluated."
        )
    datasets = dict.fromkeys(run.dataset for run in runs)
    if len(datasets) > 1:
        return (
            f"The runs were tested on different digits, {listed(list(datasets))}, so they cannot "
            "be compared digit by digit."
        )
    counts = dict.fromkeys(run.predictions for run in runs)
    if len(counts) > 1 or (digits is not None and digits not in counts):
        numbers = [f"{count:,}" for count in (*counts, *([digits] if len(counts) == 1 else []))]
        return (
            f"The runs were tested on different numbers of digits, {listed(numbers)}, so they "
            "cannot be compared digit by digit."
        )
    return ""


def listed(names: Sequence[str]) -> str:
    """A list in words: ``A, B and C``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
