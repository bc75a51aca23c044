"""The sentences of the Framework parity page, for every state of a check. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_studio.formatting import counted, duration, percent
from mnist_studio.parity.comparisons import REFERENCE
from mnist_studio.parity.report import Check, ParityReport
from mnist_studio.parity.sentences import LARGEST, format_difference, listed, verdict
from mnist_studio.parity.shared_weights import STEPS, SharedWeights
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import FrameworkName

ALONE = (
    "NumPy is the only framework installed. Install another one to compare them: "
    "mnist-studio environments pytorch --install"
)

RESULT = (
    "Whether the difference is within the tolerance. “Not informative” means a tolerance of more "
    f"than {LARGEST} of the compared values, which could hide a mistake."
)


@dataclass(frozen=True)
class ParityTexts:
    """A verdict in one sentence, with its details.

    Attributes:
        headline: the sentence.
        detail: below it.
        kind: how the headline is colored: empty, ``good`` or ``bad``.
    """

    headline: str
    detail: str = ""
    kind: str = ""


CANCELING = ParityTexts("Canceling.")

SHARING = ParityTexts(
    "Training bobnet in PyTorch, then loading its weights into NumPy.",
    "Each framework runs on the CPU in its own process.",
)

SHARING_STATUS = "Loading PyTorch's weights into NumPy"

SHARING_CANCELLED = ParityTexts("Canceled. No weights were shared.")


def others(frameworks: Sequence[FrameworkName]) -> tuple[FrameworkName, ...]:
    """The frameworks that are compared with NumPy."""
    return tuple(name for name in frameworks if name != REFERENCE)


def checking(recipe: str, frameworks: Sequence[FrameworkName], checks: int) -> ParityTexts:
    """While checks run."""
    return ParityTexts(
        f"Comparing {listed(others(frameworks))} with NumPy. "
        f"{counted(checks, 'check').capitalize()} so far.",
        f"Each framework trains {recipe} on the CPU in its own process. This takes about a minute.",
    )


def checking_status(recipe: str, checks: int) -> str:
    """The same for the status line."""
    return f"Checking parity of {recipe_title(recipe)} · {counted(checks, 'check')} so far"


def finished(report: ParityReport) -> ParityTexts:
    """When all checks have run."""
    return ParityTexts(
        verdict(report),
        f"{recipe_title(report.run.recipe)} on {report.dataset}, batches of {report.batch} images, "
        f"{duration(report.seconds)}. Rounding in float64 is so small that only different "
        "equations exceed a tolerance. In float32, rounding alone makes frameworks diverge.",
        "good" if report.passed else "bad",
    )


def failed(problem: str) -> ParityTexts:
    """When an error ended it."""
    return ParityTexts("The check did not finish.", problem, "bad")


def cancelled(checks: int) -> ParityTexts:
    """When the user ended it."""
    return ParityTexts(f"Canceled after {counted(checks, 'check')}. There is no result.")


def key_of(check: Check) -> str:
    """A key that no other check of a report has."""
    return f"{check.framework} {check.precision} {check.quantity}"


def arrays_of(check: Check) -> str:
    """The difference of every array of a check, one per line; empty without arrays."""
    return "\n".join(
        f"{array.name}: {format_difference(array.value, check.unit)}" for array in check.arrays
    )


def shared(found: SharedWeights) -> ParityTexts:
    """The accuracies of two frameworks with the same weights."""
    pytorch, numpy = (percent(correct / found.images) for correct in (found.pytorch, found.numpy))
    images = f"{found.images:,} test images"
    if found.same:
        headline = f"With PyTorch's weights, NumPy is as accurate as PyTorch: {numpy} of {images}."
    else:
        headline = (
            f"With PyTorch's weights, NumPy classifies {numpy} of {images} correctly, "
            f"PyTorch {pytorch}."
        )
    return ParityTexts(
        headline,
        f"Correct images: PyTorch {found.pytorch:,}, NumPy {found.numpy:,}. "
        f"PyTorch trained BobNet for {STEPS} steps.",
        "good" if found.same else "bad",
    )
