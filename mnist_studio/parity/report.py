"""The report of a parity check: checks with their tolerances, and first divergences."""

from collections.abc import Mapping, Sequence
from math import inf, sqrt
from types import MappingProxyType
from typing import Literal

import msgspec
import numpy as np

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.run import DeviceName, FrameworkName, Precision, RunSpec

OUTPUT_TOLERANCES: Mapping[Precision, float] = MappingProxyType({"float64": 1e-10, "float32": 1e-5})
GRADIENT_TOLERANCES: Mapping[Precision, float] = MappingProxyType(
    {"float64": 1e-10, "float32": 1e-4}
)
LOSS_TOLERANCE = 1e-8
"""Of loss curves in float64."""
WEIGHT_TOLERANCE = 1e-8
"""Of weights and running statistics after a curve in float64."""
CURVE_TOLERANCE = 5.0
"""Of curves in float32: a multiple of the distance from float64, of the framework or of the
reference, whichever is larger. In either, a unit near 0 may be rounded to the other side."""
LARGEST_INFORMATIVE = 0.1
"""The largest tolerance that can show something, relative to the size of what is compared. A result
within a larger one may lack even its first digit, as that of a wrong equation would."""
SMALL = 1e-3
"""The smallest scale of an array, as a fraction of the largest magnitude of all arrays. Sums that
cancel out, such as the gradient of a bias before a batch-norm, do not reduce the rounding error."""


class ArrayDistance(msgspec.Struct, frozen=True):
    """The distance of an array from the reference's."""

    name: str
    value: float


Unit = Literal["relative", "times", "fraction"]
"""Of a difference: relative to the largest magnitude, in multiples of the distance from float64, or
a fraction of the images."""


Result = Literal["passed", "failed", "not informative"]
"""Of a check. One whose tolerance is too large to show a mistake is no evidence if it holds, and is
if it does not."""


class Check(msgspec.Struct, frozen=True):
    """One comparison with its tolerance.

    Attributes:
        framework: the compared framework.
        against: the reference.
        quantity: what is compared, such as ``gradients``.
        precision: of both.
        value: of the difference.
        tolerance: the largest value that passes.
        relative_tolerance: the tolerance, relative to the size of what is compared.
        result: see ``result_of``.
        passed: whether the result is ``passed``.
        detail: a text, such as which array differs most.
        arrays: the distance of each array, where there are several.
        unit: of the value and the tolerance.
    """

    framework: FrameworkName
    against: FrameworkName
    quantity: str
    precision: Precision
    value: float
    tolerance: float
    relative_tolerance: float
    result: Result
    passed: bool
    detail: str = ""
    arrays: tuple[ArrayDistance, ...] = ()
    unit: Unit = "relative"


class Divergence(msgspec.Struct, frozen=True):
    """The first point at which two frameworks in float32 differ by more than rounding.

    Attributes:
        framework: the compared framework.
        against: the reference.
        steps: the largest number of updates.
        step: updates before the divergence; None if they do not diverge.
        quantity: ``activations`` or ``gradients``.
        layer: the first layer that differs, in the order of the network.
        value: the distance. If they do not diverge: the one closest to its tolerance.
        tolerance: of the distance.
    """

    framework: FrameworkName
    against: FrameworkName
    steps: int
    step: int | None
    quantity: str
    layer: str
    value: float
    tolerance: float


class ParityReport(msgspec.Struct, frozen=True):
    """The result of a parity check for one run.

    Attributes:
        run: the checked run.
        dataset: its title.
        batch: images in a batch.
        trained: images in the short training of one epoch.
        tested: images on which the accuracy was measured.
        checks: in order.
        divergences: one for each compared framework, if float32 was checked.
        notes: what the check omits or does differently from the run.
        seconds: the time of the check.
        device: of the compared frameworks; the reference ran on the CPU.
        passed: see ``all_passed``.
    """

    run: RunSpec
    dataset: str
    batch: int
    trained: int
    tested: int
    checks: tuple[Check, ...]
    divergences: tuple[Divergence, ...]
    notes: tuple[str, ...]
    seconds: float
    device: DeviceName
    passed: bool


def result_of(value: float, tolerance: float, relative_tolerance: float) -> Result:
    """The result of a check. NaN exceeds every tolerance.

    Args:
        value: of the difference.
        tolerance: the largest value that passes.
        relative_tolerance: the same, relative to the size of what is compared.
    """
    if not value <= tolerance:
        return "failed"
    return "passed" if relative_tolerance <= LARGEST_INFORMATIVE else "not informative"


def all_passed(checks: Sequence[Check]) -> bool:
    """Whether no check failed, and at least one of each framework passed."""
    shown = {check.framework for check in checks if check.passed}
    return shown == {check.framework for check in checks} and not any(
        check.result == "failed" for check in checks
    )


def relative(tolerance: float, size: float) -> float:
    """A tolerance relative to a size. If the size is 0, only the tolerance 0 is small."""
    return tolerance / size if size else (inf if tolerance else 0.0)


def distance(found: Array, expected: Array, least: float = 0.0) -> float:
    """The largest difference, relative to the largest expected magnitude, at least ``least``.

    It is 0 if nothing differs, and infinite if all expected values are 0.
    """
    largest = float(np.abs(found - expected).max(initial=0.0))
    scale = max(float(np.abs(expected).max(initial=0.0)), least)
    return largest / scale if scale else (np.inf if largest else 0.0)


def distances(found: Weights, expected: Weights) -> tuple[ArrayDistance, ...]:
    """The distance of each array; see ``SMALL`` for the scale."""
    largest = max(float(np.abs(array).max(initial=0.0)) for array in expected.values())
    return tuple(
        ArrayDistance(name, distance(found[name], array, SMALL * largest))
        for name, array in expected.items()
    )


def widest(found: Weights, expected: Weights) -> float:
    """The largest distance of all arrays."""
    return max(each.value for each in distances(found, expected))


def median_distance(ours: Array, others: Array) -> float:
    """The median of the differences at all n·k points of curves (n, k).

    A unit that is rounded to the other side of 0 moves a curve from that step on. In deep networks
    this happens in most curves before their end, but after more than half of their points.
    """
    return float(np.median(np.abs(ours - others)))


def median_size(curves: Array) -> float:
    """The median magnitude at all points of curves, with which ``median_distance`` is compared."""
    return float(np.median(np.abs(curves)))


def accuracy_tolerance(correct: int, images: int) -> float:
    """Three binomial standard errors of the difference of two accuracies.

    It uses (correct + 1) / (images + 2), so that it is not 0 if all predictions are correct.
    """
    accuracy = (correct + 1) / (images + 2)
    return 3 * sqrt(2 * accuracy * (1 - accuracy) / images)
