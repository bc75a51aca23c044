"""What a proof of parity says, in words."""

from collections.abc import Sequence

from mnist_studio.frameworks.registry import framework_title
from mnist_studio.parity.comparisons import HUB
from mnist_studio.parity.report import Check, Divergence, ParityReport, Unit
from mnist_studio.spec.run import FrameworkName


def sentence(made: Check) -> str:
    """A check."""
    verdict = "passed" if made.passed else "MISSED"
    return (
        f"{framework_title(made.framework)}, {made.precision}, {made.what}: "
        f"{figure(made.value, made.unit)}, bar {figure(made.bar, made.unit)}, {verdict}"
    )


def figure(value: float, unit: Unit) -> str:
    """A difference, or its bar: ``3.2e-07``, ``1.2 times`` or ``0.10 %``."""
    match unit:
        case "relative":
            return f"{value:.1e}"
        case "times":
            return f"{value:.1f} times"
        case "fraction":
            return f"{value * 100:.2f} %"


def where(parting: Divergence) -> str:
    """Where two frameworks part."""
    names = framework_title(parting.framework), framework_title(parting.against)
    at = f"the {parting.quantity} of {parting.layer}"
    if parting.step is None:
        return (
            f"{names[0]} and {names[1]} do not part within {parting.steps} steps in float32; they "
            f"come nearest to it in {at}: {parting.value:.1e}, tolerance {parting.tolerance:.0e}."
        )
    return (
        f"{names[0]} parts from {names[1]} after {parting.step} steps in float32, first in {at}: "
        f"{parting.value:.1e}, tolerance {parting.tolerance:.0e}."
    )


def verdict(report: ParityReport) -> str:
    """The whole proof in a sentence."""
    total, hub = len(report.checks), framework_title(HUB)
    missed = [check for check in report.checks if not check.passed]
    if not missed:
        names = tuple(dict.fromkeys(check.framework for check in report.checks))
        verb = "learns" if len(names) == 1 else "learn"
        return f"{listed(names)} {verb} what {hub} learns: all {total} checks passed."
    names = tuple(dict.fromkeys(check.framework for check in missed))
    verb = "does" if len(names) == 1 else "do"
    bars = "its bar" if len(missed) == 1 else "their bars"
    return (
        f"{listed(names)} {verb} not learn what {hub} learns: {len(missed)} of {total} checks "
        f"missed {bars}."
    )


def listed(names: Sequence[FrameworkName]) -> str:
    """Frameworks as a list: ``NumPy, PyTorch and Keras``."""
    titles = [framework_title(name) for name in names]
    return " and ".join(filter(None, (", ".join(titles[:-1]), titles[-1])))
