"""The checks of a proof of parity, each framework against the hub."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from mnist_studio.analysis.evaluation import predictions
from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.parity import report
from mnist_studio.parity.fixture import ParityFixture, Side
from mnist_studio.parity.report import ArrayDistance, Check, Unit
from mnist_studio.spec.model import trainable_shapes
from mnist_studio.spec.run import FrameworkName, Precision

HUB: FrameworkName = "numpy"
COMPARED = 32
"""Digits whose outputs and gradients are compared."""
STEPS = (1, 10, 50)
CURVES, CURVE_STEPS = 7, 10

Sides = Mapping[FrameworkName, Side]
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class LossCurves:
    """The first steps from several initial networks.

    Attributes:
        losses: (7, 10).
        statistics: (7, n), the running statistics after them; n may be 0.
    """

    losses: Array
    statistics: Array


@dataclass(frozen=True)
class _Learnt:
    """Losses (51,) and what the network is after 50 steps."""

    losses: Array
    weights: Weights
    statistics: Weights


def first_step(
    sides: Sides,
    precision: Precision,
    material: ParityFixture,
    exact: Mapping[FrameworkName, Weights] | None = None,
) -> Iterator[Check]:
    """Outputs and gradients before anything is learnt; ``exact`` are the gradients in float64."""
    images = material.train.images[:COMPARED]
    bar = report.OUTPUT_BARS[precision]
    for name, own, hub in _each(sides, lambda side: side.learner.logits(images)):
        yield _check(name, "outputs", precision, report.distance(own, hub), bar)
    for name, slopes, hubs in _each(sides, lambda side: gradients(side, material)):
        bar = report.GRADIENT_BARS[precision]
        if exact:
            moved = report.widest(slopes, exact[name]), report.widest(hubs, exact[HUB])
            bar = max(bar, report.CURVE_BAR * max(moved))
        yield _of_arrays(name, "gradients", precision, report.distances(slopes, hubs), bar)


def gradients(side: Side, material: ParityFixture) -> Weights:
    """Of the initial network's mean loss over the digits that are compared."""
    side.begin(side.run.training.seed)
    images, labels = material.train.images[:COMPARED], material.train.labels[:COMPARED]
    return side.learner.gradients(images, labels)


def long_curve(sides: Sides) -> Iterator[Check]:
    """Losses up to 50 steps in float64, and the network after them."""
    for name, own, hub in _each(sides, _learnt):
        for steps in STEPS:
            value = report.distance(own.losses[: steps + 1], hub.losses[: steps + 1])
            what = f"losses, {steps} step{'s'[: steps > 1]}"
            yield _check(name, what, "float64", value, report.LOSS_BAR)
        gaps = report.distances(own.weights, hub.weights)
        what = f"weights, {STEPS[-1]} steps"
        yield _of_arrays(name, what, "float64", gaps, report.WEIGHT_BAR)
        if hub.statistics:
            gaps = report.distances(own.statistics, hub.statistics)
            what = f"running statistics, {STEPS[-1]} steps"
            yield _of_arrays(name, what, "float64", gaps, report.WEIGHT_BAR)


def curves(side: Side) -> LossCurves:
    """Seven short trainings, one after the other by one learner."""
    losses, statistics = [], []
    for seed in range(CURVES):
        side.begin(seed)
        losses.append(side.train(0, CURVE_STEPS))
        kept = _statistics(side, side.learner.weights()).values()
        statistics.append(np.concatenate([np.empty(0), *(array.ravel() for array in kept)]))
    return LossCurves(np.stack(losses), np.stack(statistics))


def short_curves(sides: Sides, exact: Mapping[FrameworkName, LossCurves]) -> Iterator[Check]:
    """Curves in float32 against the hub's, measured by the own distance from float64."""
    what = f"losses, {CURVE_STEPS} steps, median of {CURVES}"
    of_statistics = what.replace("losses", "running statistics")
    for name, own, hub in _each(sides, curves):
        yield _in_own_distances(
            name, what, (own.losses, exact[name].losses), (hub.losses, exact[HUB].losses)
        )
        if hub.statistics.size:
            yield _in_own_distances(
                name,
                of_statistics,
                (own.statistics, exact[name].statistics),
                (hub.statistics, exact[HUB].statistics),
            )


def accuracy(sides: Sides, precision: Precision, material: ParityFixture) -> Iterator[Check]:
    """Accuracy after one pass over the digits of the proof."""
    tested = len(material.test)

    def right(side: Side) -> int:
        side.begin(side.run.training.seed)
        side.train(0, len(material.train) // material.batch)
        logits = side.learner.logits(material.test.images)
        return int(np.sum(predictions(logits) == material.test.labels))

    for name, own, hub in _each(sides, right):
        bar = report.accuracy_bar(hub, tested)
        told = f"{own:,} and {hub:,} of {tested:,} digits right"
        part = abs(own - hub) / tested
        yield _check(name, "accuracy", precision, part, bar, told, unit="fraction")


def _each(
    sides: Sides, ask: Callable[[Side], _Found]
) -> Iterator[tuple[FrameworkName, _Found, _Found]]:
    """What every framework but the hub answers, and the hub."""
    hub = ask(sides[HUB])
    for name, side in sides.items():
        if name != HUB:
            yield name, ask(side), hub


def _learnt(side: Side) -> _Learnt:
    side.begin(side.run.training.seed)
    losses, weights = side.train(0, STEPS[-1]), side.learner.weights()
    # A loss is that before the step's update, so the one after 50 steps takes another step.
    losses = np.append(losses, side.train(STEPS[-1], STEPS[-1] + 1))
    learnt = {name: weights[name] for name in trainable_shapes(side.run.model)}
    return _Learnt(losses, learnt, _statistics(side, weights))


def _statistics(side: Side, weights: Weights) -> Weights:
    """The arrays that are kept but not learnt."""
    learnt = trainable_shapes(side.run.model)
    return {name: array for name, array in weights.items() if name not in learnt}


def _in_own_distances(
    name: FrameworkName, what: str, own: tuple[Array, Array], hub: tuple[Array, Array]
) -> Check:
    """How far the framework is from the hub, in distances of theirs from float64.

    Args:
        name: of the framework.
        what: is compared.
        own: curves of the framework, in float32 and in float64.
        hub: likewise.
    """
    apart = report.median_distance(own[0], hub[0])
    # Of the two, the one that float32 moves more: either may have a unit that falls another way.
    own_distance = max(report.median_distance(*own), report.median_distance(*hub))
    times = apart / own_distance if own_distance else (np.inf if apart else 0.0)
    told = f"{apart:.1e} apart, {own_distance:.1e} from float64"
    return _check(name, what, "float32", times, report.CURVE_BAR, told, unit="times")


def _of_arrays(
    name: FrameworkName,
    what: str,
    precision: Precision,
    gaps: tuple[ArrayDistance, ...],
    bar: float,
) -> Check:
    """A check of several arrays: the worst one counts, and no number is the worst of all."""
    worst = max(gaps, key=lambda gap: np.inf if np.isnan(gap.value) else gap.value)
    return _check(name, what, precision, worst.value, bar, f"most in {worst.name}", gaps)


def _check(
    name: FrameworkName,
    what: str,
    precision: Precision,
    value: float,
    bar: float,
    detail: str = "",
    arrays: tuple[ArrayDistance, ...] = (),
    unit: Unit = "relative",
) -> Check:
    return Check(name, HUB, what, precision, value, bar, value <= bar, detail, arrays, unit)
