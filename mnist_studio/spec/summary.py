"""How a run is trained, in words: for those who choose one, and for documents."""

from collections.abc import Iterator

from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv, Dense, Initializer, Uniform
from mnist_studio.spec.model import RAW, STANDARDISED, UNIT, ModelSpec, Scaling
from mnist_studio.spec.optimizers import Adadelta, Adam, Optimizer, RmsProp, Sgd
from mnist_studio.spec.run import FULL_BATCH, ClipNorm, RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Constant, Exponential, OneCycle, Plateau, Schedule


def numbers(training: TrainingSpec) -> str:
    """What is chosen by a number: ``Learning rate 0.001, batches of 64, ...``."""
    parts = [f"Learning rate {training.optimizer.learning_rate:g}"]
    if training.batch_size != FULL_BATCH:
        parts.append(f"batches of {training.batch_size:,}")
    parts += [
        f"{training.epochs:,} epoch{'s'[: training.epochs > 1]}",
        f"seed {training.seed}",
    ]
    if training.validation:
        parts.append(f"{training.validation:,} digits to validate on")
    return f"{', '.join(parts)}."


def method(run: RunSpec) -> Iterator[str]:
    """All else, a sentence each: optimizer, schedule, input, first weights, and what is unusual."""
    yield f"{optimizer(run.training.optimizer)}, {schedule(run.training.schedule)}."
    yield f"Inputs are {scaling(run.model.scaling)}."
    yield f"First weights {first_weights(run.model)}."
    yield from unusual(run.training)


def unusual(training: TrainingSpec) -> Iterator[str]:
    """What most runs do not have, a sentence each, such as augmentation."""
    if training.batch_size == FULL_BATCH:
        yield "Every step sees all digits."
    if training.sampling == "with_replacement":
        yield "Batches are drawn with replacement."
    if training.sampling == "stored":
        yield "Digits come in the order of the file."
    if training.epoch_steps:
        yield f"An epoch is {training.epoch_steps:,} steps."
    if training.precision != "float32":
        yield f"Computed in {training.precision}."
    if training.clip:
        how = "norm" if isinstance(training.clip, ClipNorm) else "value"
        yield f"Gradients are clipped by {how} at {training.clip.limit:g}."
    if training.augmentation:
        yield from _augmentation(training.augmentation)


def optimizer(chosen: Optimizer) -> str:
    """Its name and its constants beside the rate: ``Adadelta (rho 0.9, epsilon 1e-06)``."""
    match chosen:
        case Sgd(momentum=momentum):
            return f"SGD (momentum {momentum:g})" if momentum else "SGD"
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            return f"Adam (beta1 {beta1:g}, beta2 {beta2:g}, epsilon {epsilon:g})"
        case Adadelta(rho=rho, epsilon=epsilon):
            return f"Adadelta (rho {rho:g}, epsilon {epsilon:g})"
        case RmsProp(rho=rho, epsilon=epsilon, momentum=momentum):
            more = f", momentum {momentum:g}" if momentum else ""
            return f"RMSprop (rho {rho:g}, epsilon {epsilon:g}{more})"


def schedule(chosen: Schedule) -> str:
    """How the rate moves: ``rate × 0.7 after every epoch``."""
    match chosen:
        case Constant():
            return "constant rate"
        case Exponential(factor=factor, period=0):
            return f"rate × {factor:g} after every epoch"
        case Exponential(factor=factor, period=period):
            return f"rate × {factor:g} in {period:,} steps, step by step"
        case Plateau(factor=factor, patience=patience):
            waited = f"{patience} epoch{'s'[: patience > 1]}"
            return f"rate × {factor:g} where validation accuracy has not risen for {waited}"
        case OneCycle(warmup=warmup, start=start, final=final):
            part = f"{100 * warmup:g}\N{NO-BREAK SPACE}%"
            return (
                f"one cycle of the rate: up from 1/{start:g} of it in the first {part} of the "
                f"steps, then down to 1/{start * final:,.0f}"
            )


def scaling(chosen: Scaling) -> str:
    """What becomes of gray levels: ``0 to 1: level / 255``."""
    if chosen == UNIT:
        return "0 to 1: level / 255"
    if chosen == RAW:
        return "raw gray levels, 0 to 255"
    formula = f"(level / 255 - {chosen.mean:g}) / {chosen.deviation:g}"
    return f"standardized: {formula}" if chosen == STANDARDISED else formula


def first_weights(model: ModelSpec) -> str:
    """How weights and biases are drawn, in the order of the layers: ``by Glorot, biases 0``."""
    layers = [layer for layer in model.layers if isinstance(layer, Dense | Conv)]
    kernels = _drawn([layer.initial for layer in layers])
    biases = _drawn([layer.initial_bias for layer in layers if layer.bias])
    if not biases:
        return kernels
    return f"{kernels}, biases {'too' if biases == kernels else biases}"


def _drawn(initials: list[Initializer]) -> str:
    return " and ".join(dict.fromkeys(map(_initial, initials)))


def _initial(initial: Initializer) -> str:
    if isinstance(initial, Uniform):
        return f"evenly within {initial.limit:g} of 0"
    return {
        "zeros": "0",
        "glorot_uniform": "by Glorot",
        "he_normal": "by He",
        "fan_in_uniform": "evenly within 1/√fan-in of 0",
        "size_uniform": "evenly within 1/√size of 0",
    }[initial]


def _augmentation(drawn: Augmentation) -> Iterator[str]:
    parts = [
        (drawn.rotation, f"turned by {drawn.rotation:g}°"),
        (drawn.zoom, f"zoomed by {100 * drawn.zoom:g}\N{NO-BREAK SPACE}%"),
        (drawn.shift, f"shifted by {drawn.shift:g} pixels"),
        (drawn.shear, f"sheared by {drawn.shear:g}°"),
        (drawn.elastic, f"bent by {drawn.elastic:g} pixels"),
    ]
    if told := ", ".join(text for amount, text in parts if amount):
        yield f"Digits are {told} at most."
