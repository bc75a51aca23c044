"""What a proof of parity says: checks with their bars, and where frameworks part."""

from collections.abc import Mapping
from math import sqrt
from types import MappingProxyType
from typing import Literal

import msgspec
import numpy as np

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.run import DeviceName, FrameworkName, Precision, RunSpec

OUTPUT_BARS: Mapping[Precision, float] = MappingProxyType({"float64": 1e-10, "float32": 1e-5})
GRADIENT_BARS: Mapping[Precision, float] = MappingProxyType({"float64": 1e-10, "float32": 1e-4})
LOSS_BAR = 1e-8
"""Of curves in float64."""
WEIGHT_BAR = 1e-8
"""Of weights and running statistics after a curve in float64."""
CURVE_BAR = 5.0
"""Of what is learnt in float32: so many times its own distance from float64, the framework's or
the hub's, whichever is larger. A unit within rounding of 0 may fall the other way in either."""
SMALL = 1e-3
"""An array whose largest magnitude is below this part of that of all arrays together is measured
by this part: rounding does not shrink with a sum that cancels out, such as the gradient of a bias
in front of a batch-norm."""


class ArrayDistance(msgspec.Struct, frozen=True):
    """How far an array of the network is from the other framework's."""

    name: str
    value: float


Unit = Literal["relative", "times", "fraction"]
"""Of a difference: relative to the largest magnitude, in multiples of the own distance from
float64, or a part of the digits."""


class Check(msgspec.Struct, frozen=True):
    """One comparison with the bar it must not exceed.

    Attributes:
        framework: whose result is compared.
        against: with whose.
        what: is compared, such as ``gradients``.
        precision: in which both computed.
        value: of the difference.
        bar: largest value that passes.
        passed: the verdict.
        detail: in words, such as which array differs most.
        arrays: the distance of every array where there are several.
        unit: of the value and the bar.
    """

    framework: FrameworkName
    against: FrameworkName
    what: str
    precision: Precision
    value: float
    bar: float
    passed: bool
    detail: str = ""
    arrays: tuple[ArrayDistance, ...] = ()
    unit: Unit = "relative"


class Divergence(msgspec.Struct, frozen=True):
    """Where two frameworks, stepped together in float32, first differ by more than rounding.

    Attributes:
        framework: one of them.
        against: the other.
        steps: updates that were made at most.
        step: updates made before it; None if they never part.
        quantity: ``activations`` or ``gradients``; empty if they never part.
        layer: the first one, in the order of the network, that differs; empty if none does.
        value: its distance; if they never part, the largest of all.
        tolerance: that it exceeds.
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
    """A proof of parity for one run.

    Attributes:
        run: that was asked for.
        digits: which ones, for people.
        batch: digits a step.
        learnt: digits in the short training, one pass.
        tested: digits its accuracy was measured on.
        checks: in the order they were made.
        partings: one for every framework but the hub, if float32 was asked for.
        notes: what the proof leaves out or does otherwise than the run.
        seconds: it took.
        device: of the frameworks that were compared with the hub, which was on the CPU.
        passed: whether no bar was missed.
    """

    run: RunSpec
    digits: str
    batch: int
    learnt: int
    tested: int
    checks: tuple[Check, ...]
    partings: tuple[Divergence, ...]
    notes: tuple[str, ...]
    seconds: float
    device: DeviceName
    passed: bool


def distance(found: Array, expected: Array, least: float = 0.0) -> float:
    """The largest difference, relative to the largest magnitude expected, at least ``least``.

    It is 0 where nothing differs, and infinite where nothing but 0 was expected.
    """
    largest = float(np.abs(found - expected).max(initial=0.0))
    scale = max(float(np.abs(expected).max(initial=0.0)), least)
    return largest / scale if scale else (np.inf if largest else 0.0)


def distances(found: Weights, expected: Weights) -> tuple[ArrayDistance, ...]:
    """Of every array, see ``SMALL``."""
    largest = max(float(np.abs(array).max(initial=0.0)) for array in expected.values())
    return tuple(
        ArrayDistance(name, distance(found[name], array, SMALL * largest))
        for name, array in expected.items()
    )


def widest(found: Weights, expected: Weights) -> float:
    """The largest of the distances of all arrays."""
    return max(gap.value for gap in distances(found, expected))


def median_distance(ours: Array, others: Array) -> float:
    """Of curves (n, k): the median of the distances at all their n·k places.

    A unit that falls the other way moves a curve from that step on. In a deep network this happens
    to one of two frameworks in most curves before their end, yet later than at half of the places.
    """
    return float(np.median(np.abs(ours - others)))


def accuracy_bar(correct: int, digits: int) -> float:
    """Three binomial standard errors of the difference of two accuracies.

    Of (correct + 1) / (digits + 2), so that it is not 0 where every answer is right.
    """
    part = (correct + 1) / (digits + 2)
    return 3 * sqrt(2 * part * (1 - part) / digits)
