"""The steps of a training: their number, batch sizes, and learning rates."""

from collections.abc import Sequence
from math import ceil

from mnist_studio.spec import schedules
from mnist_studio.spec.run import TrainingSpec


def steps_per_pass(training: TrainingSpec, images: int) -> int:
    """The number of batches in one pass over ``images`` training images."""
    return ceil(images / training.batch_size)


def steps_per_epoch(training: TrainingSpec, images: int) -> int:
    """The number of steps in an epoch over ``images`` training images."""
    return training.epoch_steps or steps_per_pass(training, images)


def batch_sizes(training: TrainingSpec, images: int, first: int, last: int) -> tuple[int, ...]:
    """The batch size of every step from ``first`` (from 0) to before ``last``."""
    if training.sampling == "with_replacement":
        return (training.batch_size,) * (last - first)
    a_pass, size = steps_per_pass(training, images), training.batch_size
    return tuple(min(size, images - size * (step % a_pass)) for step in range(first, last))


def learning_rate_curve(
    training: TrainingSpec, images: int, validation: Sequence[float] = (), points: int = 400
) -> tuple[tuple[int, float], ...]:
    """The learning rates of a whole run for drawing: at most ``points`` steps and their rates.

    Args:
        training: how the network is trained.
        images: size of the training set.
        validation: accuracy on the validation set after every epoch so far.
        points: see ``schedules.curve``.
    """
    epoch, rate = steps_per_epoch(training, images), training.optimizer.learning_rate
    factors = schedules.curve(
        training.schedule, epoch, epoch * training.epochs, validation, training.warmup_steps, points
    )
    return tuple((step, rate * scale) for step, scale in factors)


def learning_rate(
    training: TrainingSpec, step: int, images: int, validation: Sequence[float] = ()
) -> float:
    """The learning rate of ``step`` (from 0) of a run over ``images`` training images.

    Args:
        training: how the network is trained.
        step: from 0.
        images: size of the training set.
        validation: accuracy on the validation set after every epoch so far.
    """
    epoch = steps_per_epoch(training, images)
    scale = schedules.factor(
        training.schedule, step, epoch, epoch * training.epochs, validation, training.warmup_steps
    )
    return training.optimizer.learning_rate * scale
