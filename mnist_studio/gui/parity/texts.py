"""What the Parity page says, from where a proof stands. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_studio.formatting import counted, percent
from mnist_studio.parity.comparisons import HUB
from mnist_studio.parity.report import Check, ParityReport
from mnist_studio.parity.sentences import figure, listed, verdict
from mnist_studio.parity.shared_weights import STEPS, SharedWeights
from mnist_studio.spec.run import FrameworkName

ALONE = "NumPy alone has nothing to be compared with: install PyTorch or Keras."


@dataclass(frozen=True)
class ParityTexts:
    """The verdict in a sentence, and what is to be known with it.

    Attributes:
        headline: the sentence.
        detail: under it.
        kind: how it is colored: empty, good or bad.
    """

    headline: str
    detail: str = ""
    kind: str = ""


HANDING = ParityTexts(
    "Training bobnet in PyTorch, and handing its weights to NumPy.",
    "Each framework in a process of its own on the CPU.",
)

HANDING_SHORT = "Handing PyTorch's weights to NumPy"


def others(frameworks: Sequence[FrameworkName]) -> tuple[FrameworkName, ...]:
    """Those that are compared with NumPy."""
    return tuple(name for name in frameworks if name != HUB)


def proving(recipe: str, frameworks: Sequence[FrameworkName], made: int) -> ParityTexts:
    """While it is proven."""
    names = others(frameworks)
    return ParityTexts(
        f"Proving that {listed(names)} {'learns' if len(names) == 1 else 'learn'} what NumPy "
        f"learns: {counted(made, 'check')} so far.",
        f"{recipe}, each framework in a process of its own on the CPU. Takes about a minute.",
    )


def proving_short(recipe: str, made: int) -> str:
    """The same for the status line."""
    return f"Proving {recipe} · {counted(made, 'check')} so far"


def proven(report: ParityReport) -> ParityTexts:
    """At its end."""
    return ParityTexts(
        verdict(report),
        f"{report.run.recipe} on {report.digits}, batches of {report.batch} digits; "
        f"{report.seconds:.0f} s. float64 rounds so little that only another equation parts two "
        "frameworks; in float32 rounding does.",
        "good" if report.passed else "bad",
    )


def is_cancelled(made: int) -> ParityTexts:
    """After the user ended it."""
    return ParityTexts(f"Cancelled after {counted(made, 'check')}: nothing is proven.")


def key_of(check: Check) -> str:
    """What no other check of a proof has."""
    return f"{check.framework} {check.precision} {check.what}"


def arrays_of(check: Check) -> str:
    """The difference of every array of a check, a line each; empty where it has no arrays."""
    return "\n".join(f"{array.name}: {figure(array.value, check.unit)}" for array in check.arrays)


def handed(found: SharedWeights) -> ParityTexts:
    """What two frameworks make of the same weights."""
    theirs, ours = (percent(right / found.digits) for right in (found.pytorch, found.numpy))
    many = f"{found.digits:,} test digits"
    if found.same:
        headline = f"With PyTorch's weights NumPy is as accurate as PyTorch: {ours} of {many}."
    else:
        headline = (
            f"With PyTorch's weights NumPy is right on {ours} of {many}, PyTorch on {theirs}."
        )
    right = f"PyTorch {theirs} ({found.pytorch:,} right), NumPy {ours} ({found.numpy:,} right)"
    return ParityTexts(
        headline,
        f"{right}, after {STEPS} steps of bobnet in PyTorch.",
        "good" if found.same else "bad",
    )
