"""Detects a loss that is NaN or infinite, and accuracy at chance level; gives the likely cause."""

from math import isfinite

import numpy as np

from mnist_studio.errors import TrainingFailed
from mnist_studio.events import DIVERGED
from mnist_studio.formatting import number
from mnist_studio.frameworks.base import StepResults
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.layers import Conv, Dense
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Adadelta, Sgd
from mnist_studio.spec.run import RunSpec

CHANCE_LEVEL = 0.15
"""An accuracy below this is no better than always predicting the same class."""

FEW_STEPS = 100
"""With fewer steps a model may still be at chance level. An epoch can be one step, on all images,
and its accuracy is then that of the weights before the step."""

# Learning rates above these are rarely useful: ten times the usual rates of each optimizer.
_HIGH_RATE = {"sgd": 1.0, "adam": 0.01, "adamw": 0.01, "rmsprop": 0.01, "adadelta": 10.0}


def check_finite(run: RunSpec, first_step: int, steps: StepResults) -> None:
    """Checks that all losses of a chunk are finite.

    Args:
        run: with its known bugs applied.
        first_step: number of the chunk's first step, from 1.
        steps: the results of the chunk.

    Raises:
        TrainingFailed: a loss is not finite. The error names the step, the likely cause and what
            to change.
    """
    broken = np.flatnonzero(~np.isfinite(steps.losses))
    if not broken.size:
        return
    raise TrainingFailed(
        f"The loss {DIVERGED} in step {first_step + int(broken[0]):,}.", likely_cause(run)
    )


def check_loss(run: RunSpec, step: int, loss: float) -> None:
    """Checks that the loss on the test or validation set is finite.

    Args:
        run: with its known bugs applied.
        step: after which it was computed.
        loss: of all images of the set.

    Raises:
        TrainingFailed: it is not. The error names the likely cause and what to change.
    """
    if not isfinite(loss):
        raise TrainingFailed(
            f"The loss on the validation or test set {DIVERGED} after step {step:,}.",
            likely_cause(run),
        )


def advice(run: RunSpec, accuracy: float, steps: int) -> str:
    """Advice on an epoch at chance level; empty otherwise.

    Args:
        run: with its known bugs applied.
        accuracy: on the batches of the epoch, a fraction.
        steps: of training so far. After few of them, chance level is no sign of a problem.
    """
    if accuracy >= CHANCE_LEVEL:
        return ""
    cause = _cause_of_chance_level(run, steps)
    return f"The accuracy is at chance level. {cause}" if cause else ""


def _cause_of_chance_level(run: RunSpec, steps: int) -> str:
    optimizer = run.training.optimizer
    rate, highest = optimizer.learning_rate, _HIGH_RATE[str(optimizer.__struct_config__.tag)]
    if _starts_at_zero(run.model):
        return (
            "All weights start at 0, so all units of a layer stay equal. Change the initialization."
        )
    if rate > highest:
        return f"The learning rate {number(rate, 6)} is too high. Try {number(highest, 6)} or less."
    if run.training.loss == "double_softmax":
        return (
            "The loss applies softmax twice, which shrinks the gradients. Turn off this known bug."
        )
    if steps < FEW_STEPS:
        return ""
    if rate < highest / 1000:
        return f"The learning rate {number(rate, 6)} is very low. Try {number(highest / 100, 6)}."
    return "Many units may output 0 for every image. Try a smaller learning rate or another seed."


def _starts_at_zero(model: ModelSpec) -> bool:
    kernels = [layer for layer in model.layers if isinstance(layer, Dense | Conv)]
    return all(layer.initial == "zeros" for layer in kernels)


def likely_cause(run: RunSpec) -> str:
    """The likely cause of an overflow, and what to change.

    Args:
        run: with its known bugs applied.
    """
    optimizer = run.training.optimizer
    rate = optimizer.learning_rate
    kind = str(optimizer.__struct_config__.tag)
    highest = _HIGH_RATE[kind]
    if rate > highest:
        return (
            f"The learning rate {number(rate, 6)} is too high for {kind}. Try {highest:g} or less."
        )
    if isinstance(optimizer, Sgd) and optimizer.momentum > 0.95:
        return f"The momentum {optimizer.momentum:g} is too high. Try 0.9."
    if run.training.bias_gradients == "summed":
        bug = KNOWN_BUGS["bias-gradients"].title
        return f"The known bug “{bug}” makes the updates too large. Turn it off."
    if run.training.precision == "bfloat16":
        return "The values are rounded to bfloat16. Train in float32."
    if isinstance(optimizer, Adadelta) or rate <= highest / 100:
        return "The weights grew without bound. Try a smaller network or another seed."
    return f"The updates are too large. Try a learning rate of {rate / 10:g}."
