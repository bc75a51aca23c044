"""How closely frameworks agree that trained the same network with the same settings.

Their curves coincide almost everywhere, so a plot alone looks as if some were missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import cast

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_studio.analysis.view import AxisSpec, Line, Lines
from mnist_studio.events import Epoch
from mnist_studio.formatting import counted, listed, percentage_points
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import FrameworkName, RunSpec

Floats = NDArray[np.float64]

MOST_DECIMALS = 12
"""Losses are means of float32 or float64 values: later decimals are noise."""

FEW_DECIMALS = 3
"""With fewer equal decimals, the size of the difference is more informative."""

DIFFERENCE = "Difference in {measure}"


@dataclass(frozen=True)
class Agreement:
    """How closely the test curves of some frameworks agree.

    Attributes:
        recipe: that they trained.
        frameworks: that are compared; the first one is the reference.
        epochs: that all of them have completed, ascending.
        missing: whether some have completed more epochs than these.
        decimals: number of decimals to which all test losses are identical; None if they are equal.
        loss: largest difference between two test losses of an epoch.
        accuracy: largest difference between two test accuracies, as a fraction.
    """

    recipe: str
    frameworks: tuple[FrameworkName, ...]
    epochs: tuple[int, ...]
    missing: bool
    decimals: int | None
    loss: float
    accuracy: float

    @property
    def sentence(self) -> str:
        """The agreement in words, such as “identical to 6 decimals”."""
        names = listed([framework_title(name) for name in self.frameworks])
        if self.decimals is None and not self.accuracy:
            return f"{self._when}, {names} have identical test curves."
        accuracies = "are equal"
        if self.accuracy:
            accuracies = f"differ by at most {percentage_points(_up(self.accuracy, 4))}"
        return (
            f"{self._when}, the test losses of {names} {self._losses}, and their test accuracies "
            f"{accuracies}."
        )

    @property
    def _losses(self) -> str:
        if self.decimals is None:
            return "are equal"
        if self.decimals >= FEW_DECIMALS:
            return f"are identical to {self.decimals} decimals"
        return f"differ by at most {_up(self.loss, 1 - floor(log10(self.loss))):.2g}"

    @property
    def _when(self) -> str:
        last = self.epochs[-1]
        if not self.missing:
            return f"After {'each of ' if last > 1 else ''}{counted(last, 'epoch')}"
        return f"After epoch{f's 1 to {last}' if last > 1 else ' 1'}, which all have completed"


def same_settings(specs: Mapping[str, RunSpec]) -> tuple[tuple[str, ...], ...]:
    """Sets of runs that differ only in their framework, each framework once, NumPy first.

    The device and the number of threads may differ, since not every framework has each.

    Args:
        specs: id of a run -> its settings. The first run of a framework counts.
    """
    found: dict[RunSpec, dict[str, str]] = {}
    for run, spec in specs.items():
        common = replace(spec, framework="numpy", device="auto", threads=0)
        found.setdefault(common, {}).setdefault(spec.framework, run)
    return tuple(
        tuple(runs[name] for name in FRAMEWORKS if name in runs)
        for runs in found.values()
        if len(runs) > 1
    )


def agreement(runs: Sequence[tuple[RunSpec, Sequence[Epoch]]]) -> Agreement | None:
    """The agreement of runs that differ only in their framework; None without a common epoch.

    Epochs in which a loss is not finite are left out.
    """
    curves = [{one.epoch: one for one in epochs if isfinite(one.test_loss)} for _, epochs in runs]
    common = sorted(set(curves[0]).intersection(*curves[1:])) if curves else []
    if len(curves) < 2 or not common:
        return None
    losses = np.array([[curve[epoch].test_loss for epoch in common] for curve in curves])
    accuracies = np.array([[curve[epoch].test_accuracy for epoch in common] for curve in curves])
    return Agreement(
        runs[0][0].recipe,
        tuple(spec.framework for spec, _ in runs),
        tuple(common),
        any(len(epochs) > len(common) for _, epochs in runs),
        equal_decimals(losses),
        float(np.ptp(losses, axis=0).max()),
        float(np.ptp(accuracies, axis=0).max()),
    )


def sentences(
    specs: Mapping[str, RunSpec], epochs: Mapping[str, Sequence[Epoch]], most: int = 3
) -> tuple[str, ...]:
    """A sentence per set of runs that differ only in their framework, at most ``most``."""
    sets = (
        agreement([(specs[run], epochs[run]) for run in runs if epochs.get(run)])
        for runs in same_settings(specs)
    )
    found = [one for one in sets if one]
    if len(found) == 1:
        return (found[0].sentence,)
    return tuple(f"{recipe_title(one.recipe)}: {one.sentence}" for one in found[:most])


def equal_decimals(values: Floats) -> int | None:
    """To how many decimals the rows agree when they are printed; None if they are equal.

    Args:
        values: (runs, epochs), finite.
    """
    if not np.ptp(values, axis=0).any():
        return None
    for decimals in range(MOST_DECIMALS, 0, -1):
        texts = {tuple(f"{value:.{decimals}f}" for value in row) for row in values.tolist()}
        if len(texts) == 1:
            return decimals
    return 0


def difference_lines(lines: Sequence[Line], measure: str, x: AxisSpec) -> Lines:
    """How far curves are from the first one, on a logarithmic axis.

    Args:
        lines: of the same quantity; the first one is the reference.
        measure: the quantity, such as ``test loss``.
        x: the axis of the curves.
    """
    drawn = tuple(difference(lines[0], line) for line in lines[1:])
    return Lines(x, AxisSpec(DIFFERENCE.format(measure=measure), log=True), drawn)


def difference(reference: Line, line: Line) -> Line:
    """The absolute difference of two curves at the x that both have; NaN where they are equal.

    Zero has no place on a logarithmic axis.
    """
    first_x, other_x = _floats(reference.x), _floats(line.x)
    shorter = min(len(first_x), len(other_x))
    if np.array_equal(first_x[:shorter], other_x[:shorter]):
        x, first, other = other_x[:shorter], _floats(reference.y), _floats(line.y)
        gap = np.abs(other[:shorter] - first[:shorter])
    else:
        x, of_first, of_other = np.intersect1d(first_x, other_x, return_indices=True)
        gap = np.abs(_floats(line.y)[of_other] - _floats(reference.y)[of_first])
    gap[gap == 0] = np.nan
    # Arrays serve as sequences: copying every batch into a tuple would take long.
    return Line(
        line.key, line.title, cast("Sequence[float]", x), cast("Sequence[float]", gap),
        thin=line.thin,
    )  # fmt: skip


def _floats(values: Sequence[float]) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _up(value: float, decimals: int) -> float:
    """A number rounded up, so that “at most” is true."""
    factor = 10.0**decimals
    return ceil(value * factor - 1e-6) / factor
