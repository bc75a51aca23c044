"""How a run is trained, as sentences: for the window, the command line, and documents."""

from collections.abc import Iterator

from mnist_studio.formatting import counted, listed, number
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv, Dense, Initializer, Uniform
from mnist_studio.spec.model import RAW, STANDARDIZED, UNIT, ModelSpec, Scaling
from mnist_studio.spec.optimizers import (
    Adadelta,
    Adam,
    AdamW,
    CoupledDecay,
    Optimizer,
    RmsProp,
    Sgd,
)
from mnist_studio.spec.run import FULL_BATCH, ClipNorm, RunSpec, TrainingSpec
from mnist_studio.spec.schedules import (
    Constant,
    Cosine,
    Exponential,
    OneCycle,
    Plateau,
    Schedule,
    StepDecay,
)


def numbers(training: TrainingSpec) -> str:
    """The main numbers, such as learning rate, batch size, epochs, and seed."""
    parts = [f"Learning rate {number(training.optimizer.learning_rate, 6)}"]
    if training.batch_size != FULL_BATCH:
        parts.append(f"batch size {training.batch_size:,}")
    parts += [
        f"{training.epochs:,} epoch{'s'[: training.epochs > 1]}",
        f"seed {training.seed}",
    ]
    if training.validation:
        parts.append(f"{training.validation:,} validation images")
    return f"{', '.join(parts)}."


def method(run: RunSpec) -> Iterator[str]:
    """The rest, a sentence each: optimizer, schedule, input, initialization, special settings."""
    training = run.training
    yield f"{optimizer(training.optimizer)}, {schedule(training.schedule)}."
    yield f"Inputs are {scaling(run.model.scaling)}."
    yield f"Initialization: {initialization(run.model)}."
    yield from special_settings(run.training)


def special_settings(training: TrainingSpec) -> Iterator[str]:
    """Settings that most runs do not have, a sentence each, such as augmentation."""
    if training.batch_size == FULL_BATCH:
        yield "Every step uses the full training set."
    if training.sampling == "with_replacement":
        yield "Batches are drawn with replacement."
    if training.sampling == "stored":
        yield "Images are used in the order of the file, without shuffling."
    if training.epoch_steps:
        yield f"One epoch is {training.epoch_steps:,} steps."
    if training.precision != "float32":
        yield f"The precision is {training.precision}."
    yield from _update(training)
    yield from _early_end(training)
    if training.clip:
        by = "norm" if isinstance(training.clip, ClipNorm) else "value"
        yield f"Gradients are clipped by {by} at {training.clip.limit:g}."
    if training.augmentation:
        yield from _augmentation(training.augmentation)
        if not training.augment_generated:
            yield "Augmentation does not change digits generated in handwriting styles."


def _update(training: TrainingSpec) -> Iterator[str]:
    """The warm-up and the weight decay."""
    if training.warmup_steps:
        steps = counted(training.warmup_steps, "step")
        yield f"The learning rate first rises linearly for {steps}."
    if training.weight_decay:
        coupled = isinstance(training.weight_decay, CoupledDecay)
        kind = "coupled (L2)" if coupled else "decoupled"
        yield f"Weight decay of the kernels: {training.weight_decay.rate:g}, {kind}."
    if training.label_smoothing:
        yield (
            f"The training loss smooths labels by {training.label_smoothing:g}. The validation "
            "and test losses do not."
        )
    if training.training_fraction < 1:
        yield f"Only a fraction of {training.training_fraction:g} of the training images is used."
    if training.label_noise:
        yield (
            f"A fraction of {training.label_noise:g} of the training labels is wrong. Validation "
            "and test keep theirs."
        )


def _early_end(training: TrainingSpec) -> Iterator[str]:
    measure = training.monitor
    if stopping := training.early_stopping:
        by = ""
        if stopping.min_improvement:
            points = measure == "accuracy"
            size = stopping.min_improvement
            by = f" by more than {100 * size:g} pp" if points else f" by more than {size:g}"
        yield (
            f"Training ends early if the validation {measure} has not improved{by} for "
            f"{counted(stopping.patience, 'epoch')}."
        )
    if training.averaged_epochs:
        last = counted(training.averaged_epochs, "epoch")
        yield (
            f"The weights after each of the last {last} are averaged. The validation and test "
            "figures are those of the mean."
        )
    if training.best_epoch:
        yield f"The final weights are those of the epoch with the best validation {measure}."


def optimizer(chosen: Optimizer) -> str:
    """Its name and its constants: ``Adadelta (rho 0.9, epsilon 1e-06)``."""
    match chosen:
        case Sgd(momentum=momentum, nesterov=nesterov):
            name = "Nesterov momentum" if nesterov else "momentum"
            return f"SGD ({name} {momentum:g})" if momentum else "SGD"
        case AdamW(beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay):
            more = f"weight decay {decay:g} of the kernels" if decay else "no weight decay"
            return f"AdamW (beta1 {beta1:g}, beta2 {beta2:g}, epsilon {epsilon:g}, {more})"
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            return f"Adam (beta1 {beta1:g}, beta2 {beta2:g}, epsilon {epsilon:g})"
        case Adadelta(rho=rho, epsilon=epsilon):
            return f"Adadelta (rho {rho:g}, epsilon {epsilon:g})"
        case RmsProp(rho=rho, epsilon=epsilon, momentum=momentum, centered=centered):
            more = f", momentum {momentum:g}" if momentum else ""
            more += ", centered" if centered else ""
            return f"RMSprop (rho {rho:g}, epsilon {epsilon:g}{more})"


def schedule(chosen: Schedule) -> str:
    """How the learning rate changes: ``learning rate × 0.7 after every epoch``."""
    match chosen:
        case Constant():
            return "constant learning rate"
        case Exponential(factor=factor, period=0):
            return f"learning rate × {factor:g} after every epoch"
        case Exponential(factor=factor, period=period):
            return f"learning rate × {factor:g} per {period:,} steps, decayed smoothly"
        case StepDecay(factor=factor, milestones=milestones) if milestones:
            noun = "epoch" if len(milestones) == 1 else "epochs"
            return f"learning rate × {factor:g} after {noun} {listed([*map(str, milestones)])}"
        case StepDecay(factor=factor, every=every):
            return f"learning rate × {factor:g} every {counted(every, 'epoch')}"
        case Cosine(lowest=lowest):
            end = f"{lowest:g} of it" if lowest else "0"
            return f"learning rate falls along a half cosine to {end}"
        case Plateau(factor=factor, patience=patience):
            epochs = f"{patience} epoch{'s'[: patience > 1]}"
            return (
                f"learning rate × {factor:g} if the validation accuracy has not improved for "
                f"{epochs}"
            )
        case OneCycle(warmup=warmup, start=start, final=final):
            share = f"{100 * warmup:g}\N{NO-BREAK SPACE}%"
            return (
                f"one-cycle schedule: up from 1/{start:g} of the learning rate in the first {share}"
                f" of the steps, then down to 1/{start * final:,.0f} of it"
            )


def scaling(chosen: Scaling) -> str:
    """How gray levels become inputs: ``scaled to 0 to 1: level / 255``."""
    if chosen == UNIT:
        return "scaled to 0 to 1: level / 255"
    if chosen == RAW:
        return "raw gray levels, 0 to 255"
    formula = f"(level / 255 - {chosen.mean:g}) / {chosen.deviation:g}"
    return f"standardized: {formula}" if chosen == STANDARDIZED else f"scaled: {formula}"


def initialization(model: ModelSpec) -> str:
    """How weights and biases are drawn, in the order of the layers: ``He normal, biases 0``."""
    layers = [layer for layer in model.layers if isinstance(layer, Dense | Conv)]
    kernels = _names([layer.initial for layer in layers])
    biases = _names([layer.initial_bias for layer in layers if layer.bias])
    if not biases:
        return kernels
    return f"{kernels}, {'also for biases' if biases == kernels else f'biases {biases}'}"


def _names(initials: list[Initializer]) -> str:
    return " and ".join(dict.fromkeys(map(_initializer, initials)))


def _initializer(initial: Initializer) -> str:
    if isinstance(initial, Uniform):
        return f"uniform in ±{initial.limit:g}"
    return {
        "zeros": "0",
        "glorot_uniform": "Glorot (Xavier) uniform",
        "glorot_normal": "Glorot (Xavier) normal",
        "he_uniform": "He uniform",
        "he_normal": "He normal",
        "lecun_normal": "LeCun normal",
        "fan_in_uniform": "uniform in ±1/√fan-in",
        "size_uniform": "uniform in ±1/√size",
    }[initial]


def _augmentation(limits: Augmentation) -> Iterator[str]:
    parts = [
        (limits.rotation, f"rotation up to {limits.rotation:g}°"),
        (limits.zoom, f"scaling up to {100 * limits.zoom:g}\N{NO-BREAK SPACE}%"),
        (limits.shift, f"shift up to {limits.shift:g} pixels"),
        (limits.shear, f"shear up to {limits.shear:g}°"),
        (limits.elastic, f"elastic distortion up to {limits.elastic:g} pixels"),
    ]
    if applied := ", ".join(text for limit, text in parts if limit):
        yield f"Augmentation: {applied}."
