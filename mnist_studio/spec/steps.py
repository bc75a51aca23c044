"""The steps of a training: how many, of how many digits each, at which learning rate."""

from collections.abc import Sequence
from math import ceil

from mnist_studio.spec import schedules
from mnist_studio.spec.run import TrainingSpec


def steps_per_pass(training: TrainingSpec, digits: int) -> int:
    """How many batches one pass over ``digits`` training digits takes."""
    return ceil(digits / training.batch_size)


def steps_per_epoch(training: TrainingSpec, digits: int) -> int:
    """How many steps an epoch over ``digits`` training digits takes."""
    return training.epoch_steps or steps_per_pass(training, digits)


def batch_sizes(training: TrainingSpec, digits: int, first: int, last: int) -> tuple[int, ...]:
    """Digits in each of the batches of the steps ``first`` (from 0) to before ``last``."""
    if training.sampling == "with_replacement":
        return (training.batch_size,) * (last - first)
    a_pass, size = steps_per_pass(training, digits), training.batch_size
    return tuple(min(size, digits - size * (step % a_pass)) for step in range(first, last))


def learning_rate(
    training: TrainingSpec, step: int, digits: int, validation: Sequence[float] = ()
) -> float:
    """The learning rate of ``step`` (from 0) of a run over ``digits`` training digits.

    Args:
        training: how the network is trained.
        step: from 0.
        digits: how many it learns from.
        validation: accuracy on the validation digits after every epoch so far.
    """
    epoch = steps_per_epoch(training, digits)
    scale = schedules.factor(training.schedule, step, epoch, epoch * training.epochs, validation)
    return training.optimizer.learning_rate * scale
