"""What one run is: network, training, digits, framework, device."""

from math import ceil
from typing import Literal

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.spec import optimisers, schedules
from mnist_studio.spec.model import ModelSpec, parameter_count
from mnist_studio.spec.optimisers import Optimiser
from mnist_studio.spec.schedules import Constant, Schedule

FrameworkName = Literal["numpy", "pytorch", "keras"]
DeviceName = Literal["auto", "cpu", "cuda", "mps"]
DatasetName = Literal["mnist", "builtin"]
Precision = Literal["float32", "float64"]

LARGEST_BATCH = 60_000
LARGEST_EPOCHS = 10_000
LARGEST_SEED = 2**63 - 1
MOST_PARAMETERS = 200_000_000
"""With their optimiser's state these take 2.4 GB; more would only end for lack of memory."""


class TrainingSpec(msgspec.Struct, frozen=True):
    """How a network is trained.

    The loss is the mean over a batch of the cross-entropy of the logits, -log softmax(z)[label],
    which equals a log-softmax head with the negative log-likelihood.

    Attributes:
        optimiser: what turns gradients into updates, with its learning rate.
        schedule: how that rate moves.
        batch_size: digits a step; the last batch of an epoch may be smaller and is never dropped.
        epochs: passes over the training digits.
        seed: every random number of the run is a function of it.
        validation: how many training digits are kept apart to validate on.
        precision: of weights and activations.
        loss: named so that files say it.
    """

    optimiser: Optimiser
    schedule: Schedule = Constant()
    batch_size: int = 64
    epochs: int = 5
    seed: int = 42
    validation: int = 0
    precision: Precision = "float32"
    loss: Literal["cross_entropy"] = "cross_entropy"


class RunSpec(msgspec.Struct, frozen=True):
    """One run, completely described.

    Attributes:
        recipe: name of the recipe it came from.
        model: the network.
        training: how it is trained.
        dataset: which digits.
        framework: who trains it.
        device: where; ``auto`` is the fastest the framework has.
        threads: of the CPU; 0 leaves it to the framework.
    """

    recipe: str
    model: ModelSpec
    training: TrainingSpec
    dataset: DatasetName = "mnist"
    framework: FrameworkName = "pytorch"
    device: DeviceName = "auto"
    threads: int = 0


def check(run: RunSpec) -> None:
    """Refuses a run that cannot work.

    Raises:
        SpecError: says which number or layer, and why.
    """
    training = run.training
    _within("number of parameters", parameter_count(run.model), 1, MOST_PARAMETERS)
    optimisers.check(training.optimiser)
    schedules.check(training.schedule)
    _within("batch size", training.batch_size, 1, LARGEST_BATCH)
    _within("number of epochs", training.epochs, 1, LARGEST_EPOCHS)
    _within("seed", training.seed, 0, LARGEST_SEED)
    _within("number of validation digits", training.validation, 0, 59_999)
    _within("number of threads", run.threads, 0, 1024)


def possible_device(framework: FrameworkName, device: DeviceName) -> DeviceName:
    """The device for one of several frameworks that shall train on ``device``.

    NumPy computes on the CPU only, and Keras not on mps; in a row of frameworks they do so.
    """
    if device == "auto" or framework == "pytorch":
        return device
    return device if framework == "keras" and device == "cuda" else "cpu"


def steps_per_epoch(training: TrainingSpec, digits: int) -> int:
    """How many batches one pass over ``digits`` training digits takes."""
    return ceil(digits / training.batch_size)


def learning_rate(training: TrainingSpec, step: int, digits: int) -> float:
    """The learning rate of ``step`` (from 0) of a run over ``digits`` training digits."""
    epoch = steps_per_epoch(training, digits)
    scale = schedules.factor(training.schedule, step, epoch, epoch * training.epochs)
    return training.optimiser.learning_rate * scale


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise SpecError(
            f"The {name} is {value:,}.", f"Choose a whole number from {low:,} to {high:,}."
        )
