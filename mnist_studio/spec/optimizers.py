"""The optimizers, as frozen values with one stated meaning in every framework.

g is the gradient, r the learning rate of the step (the schedule's), w a weight; all state starts
at 0. Steps count from 1.

* SGD with momentum (Polyak 1964): v = momentum·v + g; w -= r·v. The rate multiplies after the
  velocity, so a schedule never rescales past gradients.
* Adam (Kingma & Ba 2015, algorithm 1): m = b1·m + (1-b1)·g; s = b2·s + (1-b2)·g²;
  w -= r · (m / (1-b1^t)) / (sqrt(s / (1-b2^t)) + epsilon): epsilon after the bias correction.
* Adadelta (Zeiler 2012): s = rho·s + (1-rho)·g²; d = sqrt(u + epsilon) / sqrt(s + epsilon) · g;
  u = rho·u + (1-rho)·d²; w -= r·d: epsilon inside both roots.
* RMSprop (Hinton 2012): s = rho·s + (1-rho)·g²; d = g / (sqrt(s) + epsilon): epsilon outside the
  root; v = momentum·v + d; w -= r·v.
"""

import math

import msgspec

from mnist_studio.errors import SpecError


class Sgd(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="sgd", tag_field="kind"):
    """Stochastic gradient descent, with momentum if it is above 0."""

    learning_rate: float = 0.1
    momentum: float = 0.0


class Adam(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="adam", tag_field="kind"):
    """Adaptive moments."""

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8


class Adadelta(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="adadelta", tag_field="kind"
):
    """Step sizes from the ratio of past updates to past gradients."""

    learning_rate: float = 1.0
    rho: float = 0.9
    epsilon: float = 1e-6


class RmsProp(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="rmsprop", tag_field="kind"
):
    """Gradients divided by their running root mean square."""

    learning_rate: float = 1e-3
    rho: float = 0.9
    epsilon: float = 1e-8
    momentum: float = 0.0


Optimizer = Sgd | Adam | Adadelta | RmsProp


def slot_names(optimizer: Optimizer) -> tuple[str, ...]:
    """The arrays of optimizer state for every weight, by their canonical names."""
    match optimizer:
        case Sgd(momentum=momentum):
            return ("velocity",) if momentum else ()
        case Adam():
            return ("mean", "square")
        case Adadelta():
            return ("square", "update")
        case RmsProp(momentum=momentum):
            return ("square", "velocity") if momentum else ("square",)


def check(optimizer: Optimizer) -> None:
    """Checks the constants.

    Raises:
        SpecError: a constant is not in its range.
    """
    for name, value in msgspec.structs.asdict(optimizer).items():
        if name == "learning_rate":
            _within(name, value, 0 < value <= 1000, "above 0 and at most 1000")
        elif name == "epsilon":
            _within(name, value, 0 < value <= 1, "above 0 and at most 1")
        else:
            _within(name, value, 0 <= value < 1, "at least 0 and below 1")


_REMEDY = "Choose a number in this range."


def _within(name: str, value: float, holds: bool, where: str) -> None:
    if not (math.isfinite(value) and holds):
        title = name.replace("_", " ").capitalize()
        raise SpecError(f"{title} must be {where}, got {value:g}.", _REMEDY, (name,))
