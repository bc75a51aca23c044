"""How the learning rate changes. A schedule gives a factor for the optimizer's learning rate."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, isfinite, pi

import msgspec

from mnist_studio.errors import SpecError

LATEST_EPOCH = 10_000
"""A run has at most so many epochs."""


class Constant(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="constant", tag_field="kind"
):
    """A constant learning rate."""


class Exponential(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="exponential", tag_field="kind"
):
    """Multiplied by ``factor`` after every epoch.

    Attributes:
        factor: of the learning rate.
        period: 0; or the number of steps that one multiplication is spread over, step by step.
    """

    factor: float = 0.7
    period: int = 0


class StepDecay(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="step", tag_field="kind"
):
    """Multiplied by ``factor`` after every ``every`` epochs, or after each of the milestones.

    Attributes:
        factor: of the learning rate.
        every: epochs between two reductions; without effect if there are milestones.
        milestones: numbers of epochs, in increasing order; after each of them comes a reduction.
    """

    factor: float = 0.1
    every: int = 10
    milestones: tuple[int, ...] = ()


class Cosine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="cosine", tag_field="kind"
):
    """Down along a half cosine, once per run and without restarts (Loshchilov & Hutter 2017).

    Attributes:
        lowest: the factor that the curve reaches one step after the last.
    """

    lowest: float = 0.0


class OneCycle(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="one_cycle", tag_field="kind"
):
    """Up to the learning rate and down again along two half cosines, once per run (Smith 2018).

    Attributes:
        warmup: fraction of the steps on the way up.
        start: the first learning rate is the optimizer's divided by this.
        final: the last learning rate is the first one divided by this.
    """

    warmup: float = 0.3
    start: float = 25.0
    final: float = 1e4


class Plateau(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="plateau", tag_field="kind"
):
    """Multiplied by ``factor`` when validation accuracy has not risen for ``patience`` epochs.

    Attributes:
        factor: of the learning rate.
        patience: epochs without a new best before a reduction; each reduction restarts the count.
        lowest: smallest product of all reductions.
    """

    factor: float = 0.5
    patience: int = 3
    lowest: float = 0.01


Schedule = Constant | Exponential | StepDecay | Cosine | OneCycle | Plateau


def depends_on_length(schedule: Schedule) -> bool:
    """Whether the learning rate of a step depends on how many steps the run has."""
    return isinstance(schedule, Cosine | OneCycle)


def factor(
    schedule: Schedule,
    step: int,
    steps_per_epoch: int,
    steps: int,
    validation: Sequence[float] = (),
    warmup: int = 0,
) -> float:
    """The factor of the learning rate in ``step`` (from 0) of a run of ``steps`` steps.

    A warm-up multiplies the learning rate by 1/warmup, 2/warmup, ..., 1 in its steps (Goyal et al.
    2017). What a schedule counts in steps begins after it, and what it counts in epochs counts the
    epochs of the run.

    Args:
        schedule: how the learning rate changes.
        step: from 0.
        steps_per_epoch: of the run.
        steps: of the run.
        validation: accuracy on the validation set after every epoch so far.
        warmup: steps of the warm-up.
    """
    after, epoch = max(0, step - warmup), step // steps_per_epoch
    scale = _factor(schedule, after, epoch, max(1, steps - warmup), validation)
    return scale * (step + 1) / warmup if step < warmup else scale


def _factor(
    schedule: Schedule, step: int, epoch: int, steps: int, validation: Sequence[float]
) -> float:
    match schedule:
        case Constant():
            return 1.0
        case Exponential(factor=decay, period=0):
            return float(decay**epoch)
        case Exponential(factor=decay, period=period):
            return float(decay ** (step / period))
        case StepDecay(factor=drop, every=every, milestones=milestones):
            passed = sum(epoch >= one for one in milestones) if milestones else epoch // every
            return float(drop**passed)
        case Cosine(lowest=lowest):
            return _half_cosine(1.0, lowest, step / steps)
        case Plateau():
            return _plateau(schedule, validation[:epoch])
        case OneCycle():
            return _one_cycle(schedule, step, steps)


def curve(
    schedule: Schedule,
    steps_per_epoch: int,
    steps: int,
    validation: Sequence[float] = (),
    warmup: int = 0,
    points: int = 400,
) -> tuple[tuple[int, float], ...]:
    """The whole curve of a run for drawing: steps (from 0) and the factors of the learning rate.

    A jump has a point on either side. Where the run has more steps than ``points``, the curve has
    evenly spaced steps, and of the jumps the first ones that fit.

    Args:
        schedule: how the learning rate changes.
        steps_per_epoch: of the run.
        steps: of the run.
        validation: accuracy on the validation set after every epoch, for the plateau schedule,
            which stays constant without.
        warmup: steps of the warm-up.
        points: the largest number of points, at least 4.
    """

    def at(step: int) -> float:
        return factor(schedule, step, steps_per_epoch, steps, validation, warmup)

    if steps <= points:
        return tuple((step, at(step)) for step in range(steps))
    even = points // 2
    chosen = {round(k * (steps - 1) / (even - 1)) for k in range(even)}
    for step in _corners(schedule, steps_per_epoch, steps, validation, warmup):
        if len(chosen) + 2 > points:
            break
        chosen |= {step - 1, step}
    return tuple((step, at(step)) for step in sorted(chosen))


def _corners(
    schedule: Schedule, steps_per_epoch: int, steps: int, validation: Sequence[float], warmup: int
) -> Iterator[int]:
    """Steps at which the curve jumps or bends, the most important first."""
    if 0 < warmup < steps:
        yield warmup
    if isinstance(schedule, OneCycle) and (
        top := warmup + round(schedule.warmup * max(1, steps - warmup))
    ) in range(1, steps):
        yield top
    if isinstance(schedule, StepDecay | Plateau) or (
        isinstance(schedule, Exponential) and not schedule.period
    ):
        epochs = range(1, -(-steps // steps_per_epoch))
        before = 1.0
        for epoch in epochs:
            now = _factor(schedule, 0, epoch, steps, validation)
            if now != before:
                yield epoch * steps_per_epoch
            before = now


def check(schedule: Schedule) -> None:
    """Checks the constants.

    Raises:
        SpecError: a constant is not in its range.
    """
    match schedule:
        case Exponential(factor=decay) if not 0 < decay <= 1:
            raise SpecError(
                f"Decay factor must be above 0 and at most 1, got {decay:g}.",
                "Change the schedule.",
                ("factor",),
            )
        case Exponential(period=period) if period < 0:
            problem = f"Decay period must be 0 or more steps, got {period}."
            raise SpecError(problem, "Change the schedule.", ("period",))
        case StepDecay(factor=drop) if not 0 < drop <= 1:
            raise SpecError(
                f"Step factor must be above 0 and at most 1, got {drop:g}.",
                "Change the schedule.",
                ("factor",),
            )
        case StepDecay(every=every) if not 1 <= every <= LATEST_EPOCH:
            raise SpecError(
                f"Epochs between two steps must be 1 to {LATEST_EPOCH:,}, got {every:,}.",
                "Change the schedule.",
                ("every",),
            )
        case StepDecay(milestones=milestones):
            _check_milestones(milestones)
        case Cosine(lowest=lowest) if not 0 <= lowest <= 1:
            raise SpecError(
                f"The lowest factor of the cosine schedule must be 0 to 1, got {lowest:g}.",
                "Change the schedule.",
                ("lowest",),
            )
        case Plateau(factor=drop, patience=patience, lowest=lowest) if not (
            0 < drop < 1 and 0 < lowest <= 1 and patience >= 1
        ):
            raise SpecError(
                "The constants of the plateau schedule are not valid.",
                "Choose a factor between 0 and 1, a patience of at least 1 epoch, and a lowest "
                "factor above 0 and at most 1.",
            )
        case OneCycle() as cycle if not (
            0 < cycle.warmup < 1 and _divides(cycle.start) and _divides(cycle.final)
        ):
            raise SpecError(
                "The constants of the one-cycle schedule are not valid.",
                "Choose a warm-up between 0 and 1 and divisors of at least 1.",
            )


def _check_milestones(milestones: tuple[int, ...]) -> None:
    increasing = all(one < next_one for one, next_one in pairwise(milestones))
    if not (increasing and all(1 <= one <= LATEST_EPOCH for one in milestones)):
        raise SpecError(
            f"Milestones must be increasing numbers of epochs from 1 to {LATEST_EPOCH:,}, got "
            f"{', '.join(map(str, milestones))}.",
            "Change the milestones.",
            ("milestones",),
        )


def _plateau(plateau: Plateau, accuracies: Sequence[float]) -> float:
    scale, best, waited = 1.0, -1.0, 0
    for accuracy in accuracies:
        waited = 0 if accuracy > best else waited + 1
        best = max(best, accuracy)
        if waited == plateau.patience:
            scale, waited = max(scale * plateau.factor, plateau.lowest), 0
    return scale


def _one_cycle(cycle: OneCycle, step: int, steps: int) -> float:
    lowest, end = 1 / cycle.start, 1 / (cycle.start * cycle.final)
    peak = cycle.warmup * steps - 1
    if peak > 0 and step <= peak:
        return _half_cosine(lowest, 1.0, step / peak)
    # A warm-up of at most one step has no way up: the run begins at or just below the maximum.
    way_down = steps - 1 - peak
    return _half_cosine(1.0, end, (step - peak) / way_down)


def _divides(divisor: float) -> bool:
    return isfinite(divisor) and divisor >= 1


def _half_cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1 + cos(pi * part)) / 2
