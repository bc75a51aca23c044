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

from mnist_studio.analysis.view import AxisSpec, Line, Lines, Unit
from mnist_studio.events import Epoch
from mnist_studio.formatting import counted, listed, number, percentage_points
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.spec.labels import distinguishing_labels
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import FrameworkName, RunSpec

Floats = NDArray[np.float64]

MOST_DECIMALS = 12
"""Losses are means of float32 or float64 values: later decimals are noise."""

FEW_DECIMALS = 3
"""With fewer equal decimals, the size of the difference is more informative."""

SEED = ("training.seed",)

DIFFERENCE = "Difference in {measure}"


@dataclass(frozen=True)
class CurveAgreement:
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
        """The agreement in words, such as “identical to 6 decimals in test loss”."""
        names = listed([framework_title(name) for name in self.frameworks])
        if self.decimals is None and not self.accuracy:
            return f"{names} have identical test curves ({self._when})."
        if self.accuracy:
            points = f"{percentage_points(_up(self.accuracy, 4))} in test accuracy"
            loss, accuracy = self._losses, f"differ by at most {points}"
            if loss.startswith("differ"):
                accuracy = points
        else:
            loss, accuracy = self._losses, "equal in test accuracy"
            if loss.startswith("differ"):
                accuracy = "are equal in test accuracy"
        return f"{names} {loss} and {accuracy} ({self._when})."

    @property
    def _losses(self) -> str:
        if self.decimals is None:
            return "are equal in test loss"
        if self.decimals >= FEW_DECIMALS:
            return f"are identical to {self.decimals} decimals in test loss"
        most = _up(self.loss, 1 - floor(log10(self.loss)))
        return f"differ by at most {number(most, 2)} in test loss"

    @property
    def _when(self) -> str:
        last = self.epochs[-1]
        epochs = f"epochs 1 to {last}" if last > 1 else "epoch 1"
        return f"{epochs}, which all have completed" if self.missing else epochs


def same_settings(specs: Mapping[str, RunSpec]) -> tuple[tuple[str, ...], ...]:
    """Sets of runs that differ only in their framework, each framework once, NumPy first.

    The device and the number of threads may differ, since not every framework has each.

    Args:
        specs: id of a run -> its settings. The first run of a framework counts.
    """
    found: dict[RunSpec, dict[str, str]] = {}
    for run, spec in specs.items():
        found.setdefault(_settings(spec), {}).setdefault(spec.framework, run)
    return tuple(
        tuple(runs[name] for name in FRAMEWORKS if name in runs)
        for runs in found.values()
        if len(runs) > 1
    )


def _settings(spec: RunSpec) -> RunSpec:
    """The settings of a run, whatever it ran on."""
    return replace(spec, framework="numpy", device="auto", threads=0)


def agreement(runs: Sequence[tuple[RunSpec, Sequence[Epoch]]]) -> CurveAgreement | None:
    """The agreement of runs that differ only in their framework; None without a common epoch.

    Epochs in which a loss is not finite are left out.
    """
    curves = [{one.epoch: one for one in epochs if isfinite(one.test_loss)} for _, epochs in runs]
    common = sorted(set(curves[0]).intersection(*curves[1:])) if curves else []
    if len(curves) < 2 or not common:
        return None
    losses = np.array([[curve[epoch].test_loss for epoch in common] for curve in curves])
    accuracies = np.array([[curve[epoch].test_accuracy for epoch in common] for curve in curves])
    return CurveAgreement(
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
    """Sentences about the sets of runs that differ only in their framework, at most ``most``.

    Sets that agree in the same way, such as those of several seeds, share one sentence. Two
    sentences about one recipe say what distinguishes their runs.
    """
    found: dict[tuple[str, str], list[RunSpec]] = {}
    for runs in same_settings(specs):
        one = agreement([(specs[run], epochs[run]) for run in runs if epochs.get(run)])
        if one:
            found.setdefault((one.recipe, one.sentence), []).append(specs[runs[0]])
    if sum(map(len, found.values())) == 1:
        return tuple(text for _, text in found)
    shown = list(found.items())[:most]
    names = _names([(recipe, sets[0]) for (recipe, _), sets in shown])
    return tuple(
        f"{name}{_sets(len(sets), names.count(name) > 1)}: {text}"
        for name, ((_, text), sets) in zip(names, shown, strict=True)
    )


def _names(firsts: Sequence[tuple[str, RunSpec]]) -> list[str]:
    """The titles of recipes, with the settings that distinguish the runs of one recipe.

    Runs that differ only in their seed are counted instead.
    """
    names = []
    for recipe, spec in firsts:
        alike = [_settings(one) for other, one in firsts if other == recipe]
        labels = distinguishing_labels(alike, SEED)[alike.index(_settings(spec))]
        names.append(", ".join((recipe_title(recipe), *labels)))
    return names


def _sets(many: int, distinct: bool) -> str:
    """How many sets a sentence is about, where there are several or it distinguishes sentences."""
    return f" ({counted(many, 'set')} of runs)" if many > 1 or distinct else ""


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


def difference_chart(
    curves: Mapping[str, Line], specs: Mapping[str, RunSpec], x: AxisSpec, y: AxisSpec
) -> Lines | None:
    """How far curves are from that of the first framework with the same settings.

    Args:
        curves: id of a run -> its curve.
        specs: id of a run -> its settings.
        x: the horizontal axis of the curves.
        y: their vertical axis. Differences of fractions are in percentage points.
    """
    sets = [
        present
        for runs in same_settings(specs)
        if len(present := [run for run in runs if run in curves]) > 1
    ]
    factor = 100.0 if y.unit == "fraction" else 1.0
    lines = [difference(curves[runs[0]], curves[run], factor) for runs in sets for run in runs[1:]]
    known = tuple(line for line in lines if np.isfinite(line.y).any())
    references = {framework_title(specs[runs[0]].framework) for runs in sets}
    title = f"{DIFFERENCE.format(measure=y.title.lower())}{_from(references)}"
    unit: Unit = "points" if y.unit == "fraction" else y.unit
    return Lines(x, AxisSpec(title, unit, log=True), known) if known else None


def _from(references: set[str]) -> str:
    return f" from {references.pop()}" if len(references) == 1 else ""


def difference(reference: Line, line: Line, factor: float = 1.0) -> Line:
    """The absolute difference of two curves at the x that both have; NaN where they are equal.

    Zero has no place on a logarithmic axis.

    Args:
        reference: the first curve.
        line: the other one, whose key and title the difference has.
        factor: the difference is multiplied by it.
    """
    first_x, other_x = _floats(reference.x), _floats(line.x)
    shorter = min(len(first_x), len(other_x))
    if np.array_equal(first_x[:shorter], other_x[:shorter]):
        x, first, other = other_x[:shorter], _floats(reference.y), _floats(line.y)
        gap = np.abs(other[:shorter] - first[:shorter])
    else:
        x, of_first, of_other = np.intersect1d(first_x, other_x, return_indices=True)
        gap = np.abs(_floats(line.y)[of_other] - _floats(reference.y)[of_first])
    gap = np.where(gap == 0, np.nan, gap * factor)
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
