"""The results of a parity check as text."""

from collections.abc import Sequence

from mnist_studio import formatting
from mnist_studio.formatting import counted
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.parity.comparisons import REFERENCE
from mnist_studio.parity.report import Check, Divergence, ParityReport, Unit
from mnist_studio.spec.run import FrameworkName


def check_sentence(check: Check) -> str:
    """A check in one line."""
    size = format_difference(check.value, check.unit)
    tolerance = format_difference(check.tolerance, check.unit)
    return (
        f"{framework_title(check.framework)}, {check.precision}, {check.quantity}: {size}, "
        f"tolerance {tolerance}, {'passed' if check.passed else 'FAILED'}"
    )


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
    """The result of all checks in one sentence."""
    total, reference = len(report.checks), framework_title(REFERENCE)
    failed = [check for check in report.checks if not check.passed]
    names = tuple(dict.fromkeys(check.framework for check in failed or report.checks))
    subject, singular = listed(names), len(names) == 1
    if not failed:
        verb = "matches" if singular else "match"
        return f"{subject} {verb} {reference}: all {total} checks passed."
    verb = "does not match" if singular else "do not match"
    return f"{subject} {verb} {reference}: {len(failed)} of {total} checks exceeded the tolerance."


def listed(names: Sequence[FrameworkName]) -> str:
    """Frameworks as a list: ``NumPy, PyTorch and Keras``."""
    return formatting.listed([framework_title(name) for name in names])
