"""A loss that is no number: noticed, and explained by its likely cause."""

from math import isfinite

import numpy as np

from mnist_studio.errors import TrainingFailed
from mnist_studio.frameworks.base import Steps
from mnist_studio.spec.layers import Conv, Dense
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Adadelta, Sgd
from mnist_studio.spec.run import RunSpec, TrainingSpec

GUESSING = 0.15
"""Accuracies below this are no better than answering the same digit always."""

# Rates above these are rarely meant: an order of magnitude over what each optimizer is used with.
_HIGH_RATE = {"sgd": 1.0, "adam": 0.01, "rmsprop": 0.01, "adadelta": 10.0}


def check_finite(training: TrainingSpec, first_step: int, steps: Steps) -> None:
    """Refuses a chunk in which a loss is not finite.

    Args:
        training: how the network is trained.
        first_step: number of the chunk's first step, from 1.
        steps: what the chunk gave.

    Raises:
        TrainingFailed: names the step, the likely cause and what to change.
    """
    broken = np.flatnonzero(~np.isfinite(steps.losses))
    if not broken.size:
        return
    raise TrainingFailed(
        f"The loss stopped being a number in step {first_step + int(broken[0]):,}.",
        likely_cause(training),
    )


def check_loss(training: TrainingSpec, loss: float) -> None:
    """Refuses a loss over test or validation digits that is not finite.

    Raises:
        TrainingFailed: says the likely cause and what to change.
    """
    if not isfinite(loss):
        raise TrainingFailed(
            "The loss on digits that were not trained on is no number.", likely_cause(training)
        )


def advice(run: RunSpec, accuracy: float) -> str:
    """What to tell of an epoch's accuracy on its own batches; empty unless it is mere guessing.

    Args:
        run: what is really trained, the effect of its faults included.
        accuracy: a fraction.
    """
    return "" if accuracy >= GUESSING else f"The network only guesses. {_why_it_guesses(run)}"


def _why_it_guesses(run: RunSpec) -> str:
    optimizer = run.training.optimizer
    rate, highest = optimizer.learning_rate, _HIGH_RATE[str(optimizer.__struct_config__.tag)]
    if _starts_at_zero(run.model):
        return "All its weights start at zero, so that the units of a layer stay alike."
    if rate > highest:
        return f"The learning rate {rate:g} is too high: try at most {highest:g}."
    if run.training.loss == "double_softmax":
        return "A softmax applied twice leaves it small gradients: switch that fault off."
    if rate < highest / 1000:
        return f"The learning rate {rate:g} is very low: try {highest / 100:g}."
    return "Its units may have died: try a smaller learning rate or another seed."


def _starts_at_zero(model: ModelSpec) -> bool:
    kernels = [layer for layer in model.layers if isinstance(layer, Dense | Conv)]
    return all(layer.initial == "zeros" for layer in kernels)


def likely_cause(training: TrainingSpec) -> str:
    """What most probably made the loss overflow, and what to change."""
    optimizer = training.optimizer
    rate = optimizer.learning_rate
    kind = str(optimizer.__struct_config__.tag)
    highest = _HIGH_RATE[kind]
    if rate > highest:
        return f"The learning rate {rate:g} is too high for {kind}: try at most {highest:g}."
    if isinstance(optimizer, Sgd) and optimizer.momentum > 0.95:
        return f"The momentum {optimizer.momentum:g} builds up too much speed: try 0.9."
    if isinstance(optimizer, Adadelta) or rate <= highest / 100:
        return "The weights grew without bound: try a smaller network or another seed."
    return f"The updates are too large: try a learning rate of {rate / 10:g}."
