"""The optimizers, as frozen values with one stated meaning in every framework.

g is the gradient, r the learning rate of the step (the schedule's), w a weight; all state starts
at 0. Steps count from 1.

* SGD with momentum (Polyak 1964): v = momentum·v + g; w -= r·v. The rate multiplies after the
  velocity, so a schedule never rescales past gradients.
* SGD with Nesterov momentum (Nesterov 1983, in the form of Sutskever et al. 2013):
  v = momentum·v + g; w -= r·(g + momentum·v).
* Adam (Kingma & Ba 2015, algorithm 1): m = b1·m + (1-b1)·g; s = b2·s + (1-b2)·g²;
  w -= r · (m / (1-b1^t)) / (sqrt(s / (1-b2^t)) + epsilon): epsilon after the bias correction.
* Adadelta (Zeiler 2012): s = rho·s + (1-rho)·g²; d = sqrt(u + epsilon) / sqrt(s + epsilon) · g;
  u = rho·u + (1-rho)·d²; w -= r·d: epsilon inside both roots.
* RMSprop (Hinton 2012): s = rho·s + (1-rho)·g²; d = g / (sqrt(s) + epsilon): epsilon outside the
  root; v = momentum·v + d; w -= r·v. Centered (Graves 2013, equations 38 to 40):
  a = rho·a + (1-rho)·g; d = g / (sqrt(s - a²) + epsilon).
* AdamW (Loshchilov & Hutter 2019, algorithm 2): Adam with decoupled weight decay.

Weight decay with rate c shrinks the kernels of dense layers and convolutions, and nothing else:
neither biases nor the scale and offset of batch-norm. It comes after the clipping of gradients.

* Coupled (L2 regularization, Krogh & Hertz 1992): g = g + c·w before the update above. It is the
  gradient of c/2·Σw², but the reported losses are without this term.
* Decoupled (Loshchilov & Hutter 2019): w = (1 - r·c)·w before the update above, whose gradient and
  state do not see it.
"""

import math

import msgspec

from mnist_studio.errors import SpecError


class Sgd(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="sgd", tag_field="kind"):
    """Stochastic gradient descent, with momentum if it is above 0.

    Attributes:
        learning_rate: of the optimizer; a schedule multiplies it.
        momentum: share of the velocity that stays in every step.
        nesterov: the gradient counts once more on top of the velocity. Needs momentum.
    """

    learning_rate: float = 0.1
    momentum: float = 0.0
    nesterov: bool = False


class Adam(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="adam", tag_field="kind"):
    """Adaptive moments."""

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8


class AdamW(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="adamw", tag_field="kind"):
    """Adaptive moments with decoupled weight decay.

    Attributes:
        learning_rate: of the optimizer; a schedule multiplies it.
        beta1: share of the mean of gradients that stays in every step.
        beta2: the same of the mean of their squares.
        epsilon: added to the root.
        weight_decay: rate of the decoupled weight decay.
    """

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01


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
    """Gradients divided by their running root mean square.

    Attributes:
        learning_rate: of the optimizer; a schedule multiplies it.
        rho: share of the mean of squares that stays in every step.
        epsilon: added to the root.
        momentum: share of the velocity that stays in every step.
        centered: divided by the running standard deviation instead.
    """

    learning_rate: float = 1e-3
    rho: float = 0.9
    epsilon: float = 1e-8
    momentum: float = 0.0
    centered: bool = False


Optimizer = Sgd | Adam | AdamW | Adadelta | RmsProp


class CoupledDecay(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="coupled", tag_field="kind"
):
    """Weight decay that is added to the gradients of the kernels (L2 regularization)."""

    rate: float = 1e-4


class DecoupledDecay(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="decoupled", tag_field="kind"
):
    """Weight decay that shrinks the kernels before every update, by learning rate times rate."""

    rate: float = 0.01


WeightDecay = CoupledDecay | DecoupledDecay


def is_decayed(array: str) -> bool:
    """Whether weight decay applies to the array of this name: to kernels only."""
    return array.endswith(".kernel")


def effective_decay(optimizer: Optimizer, decay: WeightDecay | None) -> WeightDecay | None:
    """The weight decay of a training: its own, or that of AdamW."""
    if isinstance(optimizer, AdamW):
        return DecoupledDecay(optimizer.weight_decay) if optimizer.weight_decay else None
    return decay


def without_decay(optimizer: Optimizer) -> Sgd | Adam | Adadelta | RmsProp:
    """The optimizer without its own weight decay: Adam for AdamW."""
    if not isinstance(optimizer, AdamW):
        return optimizer
    o = optimizer
    return Adam(o.learning_rate, o.beta1, o.beta2, o.epsilon)


def slot_names(optimizer: Optimizer) -> tuple[str, ...]:
    """The arrays of optimizer state for every weight, by their canonical names."""
    match optimizer:
        case Sgd(momentum=momentum):
            return ("velocity",) if momentum else ()
        case Adam() | AdamW():
            return ("mean", "square")
        case Adadelta():
            return ("square", "update")
        case RmsProp(momentum=momentum, centered=centered):
            return ("square", *("mean",) * centered, *("velocity",) * bool(momentum))


def check(optimizer: Optimizer) -> None:
    """Checks the constants.

    Raises:
        SpecError: a constant is not in its range.
    """
    for name, value in msgspec.structs.asdict(optimizer).items():
        if isinstance(value, bool):
            continue
        if name == "learning_rate":
            _within(name, value, 0 < value <= 1000, "above 0 and at most 1000")
        elif name == "epsilon":
            _within(name, value, 0 < value <= 1, "above 0 and at most 1")
        else:
            _within(name, value, 0 <= value < 1, "at least 0 and below 1")
    match optimizer:
        case Sgd(momentum=0, nesterov=True):
            raise SpecError(
                "Nesterov momentum needs a momentum above 0.",
                "Set the momentum, such as 0.9, or turn off Nesterov momentum.",
                ("momentum",),
            )
        case RmsProp(rho=0, centered=True):
            raise SpecError(
                "Centered RMSprop needs a rho above 0.",
                "Set rho, such as 0.9, or turn off centering.",
                ("rho",),
            )


def check_decay(optimizer: Optimizer, decay: WeightDecay | None) -> None:
    """Checks the weight decay of a training.

    Raises:
        SpecError: its rate is not in its range, or AdamW has its own.
    """
    if decay is None:
        return
    if isinstance(optimizer, AdamW):
        raise SpecError(
            "AdamW has its own weight decay, so a second one is not possible.",
            "Set the weight decay of the optimizer, or choose Adam.",
        )
    if not (math.isfinite(decay.rate) and 0 < decay.rate <= 1):
        raise SpecError(
            f"Weight decay must be above 0 and at most 1, got {decay.rate:g}.",
            "Change the weight decay, or turn it off.",
            ("rate",),
        )


_REMEDY = "Choose a number in this range."


def _within(name: str, value: float, holds: bool, where: str) -> None:
    if not (math.isfinite(value) and holds):
        title = name.replace("_", " ").capitalize()
        raise SpecError(f"{title} must be {where}, got {value:g}.", _REMEDY, (name,))
