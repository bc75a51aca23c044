"""How the learning rate changes. A schedule gives a factor for the optimizer's learning rate."""

from collections.abc import Sequence
from math import cos, isfinite, pi

import msgspec

from mnist_studio.errors import SpecError


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


Schedule = Constant | Exponential | OneCycle | Plateau


def factor(
    schedule: Schedule,
    step: int,
    steps_per_epoch: int,
    steps: int,
    validation: Sequence[float] = (),
) -> float:
    """The factor of the learning rate in ``step`` (from 0) of a run of ``steps`` steps.

    Args:
        schedule: how the learning rate changes.
        step: from 0.
        steps_per_epoch: of the run.
        steps: of the run.
        validation: accuracy on the validation set after every epoch so far.
    """
    match schedule:
        case Constant():
            return 1.0
        case Exponential(factor=decay, period=0):
            return float(decay ** (step // steps_per_epoch))
        case Exponential(factor=decay, period=period):
            return float(decay ** (step / period))
        case Plateau():
            return _plateau(schedule, validation[: step // steps_per_epoch])
        case OneCycle():
            return _one_cycle(schedule, step, steps)


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
