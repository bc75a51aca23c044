"""The results of a parity check as text."""

from collections.abc import Sequence

from mnist_studio import formatting
from mnist_studio.formatting import counted
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.parity.comparisons import REFERENCE
from mnist_studio.parity.report import (
    LARGEST_INFORMATIVE,
    Check,
    Divergence,
    ParityReport,
    Unit,
)
from mnist_studio.spec.run import FrameworkName

LARGEST = f"{LARGEST_INFORMATIVE * 100:.0f} %"
"""The largest informative tolerance, as text."""


def check_sentence(check: Check) -> str:
    """A check in one line."""
    size = format_difference(check.value, check.unit)
    tolerance = format_difference(check.tolerance, check.unit)
    return (
        f"{framework_title(check.framework)}, {check.precision}, {check.quantity}: {size}, "
        f"tolerance {tolerance}, {result_word(check)}"
    )


def result_word(check: Check) -> str:
    """The result of a check, a failure in capitals."""
    return "FAILED" if check.result == "failed" else check.result


def format_difference(value: float, unit: Unit) -> str:
    """A difference or its tolerance: ``3.2e-07``, ``1.2 times`` or ``0.10 %``."""
    match unit:
        case "relative":
            return f"{value:.1e}"
        case "times":
            return f"{value:.1f} times"
        case "fraction":
            return formatting.percent(value)


def divergence_sentence(found: Divergence) -> str:
    """The first divergence of two frameworks, or that there is none."""
    names = framework_title(found.framework), framework_title(found.against)
    where = f"the {found.quantity} of {found.layer}"
    size = f"{found.value:.1e}, tolerance {found.tolerance:.0e}"
    if found.step is None:
        return (
            f"{names[0]} and {names[1]} do not diverge within {counted(found.steps, 'step')} in "
            f"float32. The largest difference is in {where}: {size}."
        )
    when = f"after {counted(found.step, 'step')}" if found.step else "before the first step"
    return f"{names[0]} diverges from {names[1]} {when} in float32, first in {where}: {size}."


def verdict(report: ParityReport) -> str:
    """The result of all checks in one sentence, and in another which of them show nothing."""
    uninformative = [check for check in report.checks if check.result == "not informative"]
    aside = not_informative(len(uninformative))
    sentence = _verdict(report, len(report.checks) - len(uninformative))
    return f"{sentence} {aside}" if aside else sentence


def _verdict(report: ParityReport, informative: int) -> str:
    """The verdict of the informative checks."""
    total, reference = len(report.checks), framework_title(REFERENCE)
    failed = [check for check in report.checks if check.result == "failed"]
    names = tuple(dict.fromkeys(check.framework for check in failed or report.checks))
    subject, singular = listed(names), len(names) == 1
    if failed:
        verb = "does not match" if singular else "do not match"
        exceeded = f"{len(failed)} of {total} checks exceeded the tolerance."
        return f"{subject} {verb} {reference}: {exceeded}"
    verb = "matches" if singular else "match"
    if not report.passed:
        return f"The checks do not show whether {subject} {verb} {reference}."
    kind = "informative checks" if informative < total else "checks"
    return f"{subject} {verb} {reference}: all {informative} {kind} passed."


def not_informative(count: int) -> str:
    """That some checks show nothing, and why; empty for 0."""
    if not count:
        return ""
    verb, whose = ("is", "its tolerance is") if count == 1 else ("are", "their tolerances are")
    return (
        f"{counted(count, 'check').capitalize()} {verb} not informative: {whose} more than "
        f"{LARGEST} of the compared values."
    )


def listed(names: Sequence[FrameworkName]) -> str:
    """Frameworks as a list: ``NumPy, PyTorch and Keras``."""
    return formatting.listed([framework_title(name) for name in names])
