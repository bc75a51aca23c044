"""The comparisons of a parity check: each framework with the reference."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import TypeVar

import numpy as np

from mnist_studio.analysis.evaluation import predictions
from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.parity import report
from mnist_studio.parity.fixture import ParityFixture, Side
from mnist_studio.parity.report import ArrayDistance, Check, Unit
from mnist_studio.spec.model import trainable_shapes
from mnist_studio.spec.run import FrameworkName, Precision

REFERENCE: FrameworkName = "numpy"
COMPARED = 32
"""Images whose outputs and gradients are compared."""
STEPS = (1, 10, 50)
CURVES, CURVE_STEPS = 7, 10

Sides = Mapping[FrameworkName, Side]
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class LossCurves:
    """The first steps from several initializations.

    Attributes:
        losses: (7, 10).
        statistics: (7, n), the running statistics after these steps; n may be 0.
    """

    losses: Array
    statistics: Array


@dataclass(frozen=True)
class _LongRun:
    """Losses (51,) and the weights after 50 steps."""

    losses: Array
    weights: Weights
    statistics: Weights


def first_step(
    sides: Sides,
    precision: Precision,
    fixture: ParityFixture,
    exact: Mapping[FrameworkName, Weights] | None = None,
) -> Iterator[Check]:
    """Outputs and gradients of the initial network. ``exact`` are the gradients in float64."""
    images = fixture.train.images[:COMPARED]
    tolerance = report.OUTPUT_TOLERANCES[precision]
    for name, logits, expected in _each(sides, lambda side: side.learner.logits(images)):
        yield _check(name, "outputs", precision, report.distance(logits, expected), tolerance)
    for name, own, references in _each(sides, lambda side: gradients(side, fixture)):
        tolerance = report.GRADIENT_TOLERANCES[precision]
        if exact:
            rounding = report.widest(own, exact[name]), report.widest(references, exact[REFERENCE])
            tolerance = max(tolerance, report.CURVE_TOLERANCE * max(rounding))
        yield _of_arrays(name, "gradients", precision, report.distances(own, references), tolerance)


def gradients(side: Side, fixture: ParityFixture) -> Weights:
    """Gradients of the initial network's mean loss over the compared images."""
    side.begin(side.run.training.seed)
    images, labels = fixture.train.images[:COMPARED], fixture.train.labels[:COMPARED]
    return side.learner.gradients(images, labels)


def long_curve(sides: Sides) -> Iterator[Check]:
    """Losses of up to 50 steps in float64, and the weights after them."""
    for name, own, reference in _each(sides, _train):
        for steps in STEPS:
            value = report.distance(own.losses[: steps + 1], reference.losses[: steps + 1])
            quantity = f"losses, {steps} step{'s'[: steps > 1]}"
            yield _check(name, quantity, "float64", value, report.LOSS_TOLERANCE)
        distances = report.distances(own.weights, reference.weights)
        quantity = f"weights, {STEPS[-1]} steps"
        yield _of_arrays(name, quantity, "float64", distances, report.WEIGHT_TOLERANCE)
        if reference.statistics:
            distances = report.distances(own.statistics, reference.statistics)
            quantity = f"running statistics, {STEPS[-1]} steps"
            yield _of_arrays(name, quantity, "float64", distances, report.WEIGHT_TOLERANCE)


def curves(side: Side) -> LossCurves:
    """Seven short trainings of one learner, one after the other."""
    losses, statistics = [], []
    for seed in range(CURVES):
        side.begin(seed)
        losses.append(side.train(0, CURVE_STEPS))
        running = _statistics(side, side.learner.weights()).values()
        statistics.append(np.concatenate([np.empty(0), *(array.ravel() for array in running)]))
    return LossCurves(np.stack(losses), np.stack(statistics))


def short_curves(sides: Sides, exact: Mapping[FrameworkName, LossCurves]) -> Iterator[Check]:
    """Curves in float32, in multiples of their own distance from float64."""
    quantity = f"losses, {CURVE_STEPS} steps, median of {CURVES} seeds"
    of_statistics = quantity.replace("losses", "running statistics")
    for name, own, reference in _each(sides, curves):
        yield _in_own_distances(
            name,
            quantity,
            (own.losses, exact[name].losses),
            (reference.losses, exact[REFERENCE].losses),
        )
        if reference.statistics.size:
            yield _in_own_distances(
                name,
                of_statistics,
                (own.statistics, exact[name].statistics),
                (reference.statistics, exact[REFERENCE].statistics),
            )


def accuracy(sides: Sides, precision: Precision, fixture: ParityFixture) -> Iterator[Check]:
    """Accuracy after one epoch on the images of the check."""
    tested = len(fixture.test)

    def correct(side: Side) -> int:
        side.begin(side.run.training.seed)
        side.train(0, len(fixture.train) // fixture.batch)
        logits = side.learner.logits(fixture.test.images)
        return int(np.sum(predictions(logits) == fixture.test.labels))

    for name, own, reference in _each(sides, correct):
        tolerance = report.accuracy_tolerance(reference, tested)
        detail = f"{own:,} and {reference:,} of {tested:,} images correct"
        yield _check(
            name,
            "accuracy",
            precision,
            abs(own - reference) / tested,
            tolerance,
            detail,
            unit="fraction",
            size=reference / tested,
        )


def _each(
    sides: Sides, compute: Callable[[Side], _Result]
) -> Iterator[tuple[FrameworkName, _Result, _Result]]:
    """The name and result of every other framework, with the result of the reference."""
    reference = compute(sides[REFERENCE])
    for name, side in sides.items():
        if name != REFERENCE:
            yield name, compute(side), reference


def _train(side: Side) -> _LongRun:
    side.begin(side.run.training.seed)
    losses, weights = side.train(0, STEPS[-1]), side.learner.weights()
    # A step's loss precedes its update, so the loss after 50 steps needs another step.
    losses = np.append(losses, side.train(STEPS[-1], STEPS[-1] + 1))
    trainable = {name: weights[name] for name in trainable_shapes(side.run.model)}
    return _LongRun(losses, trainable, _statistics(side, weights))


def _statistics(side: Side, weights: Weights) -> Weights:
    """The running statistics."""
    trainable = trainable_shapes(side.run.model)
    return {name: array for name, array in weights.items() if name not in trainable}


def _in_own_distances(
    name: FrameworkName, quantity: str, own: tuple[Array, Array], reference: tuple[Array, Array]
) -> Check:
    """The distance from the reference, in multiples of the distance from float64.

    Args:
        name: of the framework.
        quantity: what is compared.
        own: curves of the framework, in float32 and in float64.
        reference: the same for the reference.
    """
    distance = report.median_distance(own[0], reference[0])
    # The larger of both: in either framework, a unit near 0 may be rounded to the other side.
    rounding = max(report.median_distance(*own), report.median_distance(*reference))
    times = distance / rounding if rounding else (np.inf if distance else 0.0)
    detail = f"difference {distance:.1e}, rounding {rounding:.1e}"
    return _check(
        name,
        quantity,
        "float32",
        times,
        report.CURVE_TOLERANCE,
        detail,
        unit="times",
        size=report.median_size(reference[1]) / rounding if rounding else inf,
    )


def _of_arrays(
    name: FrameworkName,
    quantity: str,
    precision: Precision,
    distances: tuple[ArrayDistance, ...],
    tolerance: float,
) -> Check:
    """A check of several arrays. The largest distance counts, and NaN is larger than any other."""
    worst = max(distances, key=lambda each: np.inf if np.isnan(each.value) else each.value)
    return _check(
        name, quantity, precision, worst.value, tolerance, f"largest in {worst.name}", distances
    )


def _check(
    name: FrameworkName,
    quantity: str,
    precision: Precision,
    value: float,
    tolerance: float,
    detail: str = "",
    arrays: tuple[ArrayDistance, ...] = (),
    unit: Unit = "relative",
    size: float = 1.0,
) -> Check:
    """A check; ``size`` is that of what is compared, in the unit of the tolerance."""
    relative_tolerance = report.relative(tolerance, size)
    result = report.result_of(value, tolerance, relative_tolerance)
    return Check(
        name,
        REFERENCE,
        quantity,
        precision,
        value,
        tolerance,
        relative_tolerance,
        result,
        result == "passed",
        detail,
        arrays,
        unit,
    )
