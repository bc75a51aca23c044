"""Weight averaging: the mean of the weights after each of the last epochs (Izmailov et al. 2018).

The loop averages arrays in the canonical layout, so the mean is the same for every framework. The
training itself never sees it: the mean is loaded for the evaluation of an epoch, and afterwards the
weights of the training are restored.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from mnist_studio.frameworks.base import Learner
from mnist_studio.spec.run import TrainingSpec
from mnist_studio.store.artifacts import WeightAverage


def after_epoch(
    training: TrainingSpec, epoch: int, average: WeightAverage | None, learner: Learner
) -> WeightAverage | None:
    """The mean that includes the weights of an epoch; None before the first epoch to average.

    Args:
        training: says how many of the last epochs are averaged.
        epoch: that was just trained, from 1.
        average: of the epochs before; None if this is the first.
        learner: with the weights after the epoch.
    """
    if not training.averaged_epochs or epoch < _first(training):
        return None
    weights = learner.weights()
    if average is None:
        return WeightAverage(1, weights)
    count = average.count + 1
    # The running statistics of batch-norm are averaged like any other array.
    means = {
        name: mean + (weights[name] - mean) / weights[name].dtype.type(count)
        for name, mean in average.weights.items()
    }
    return WeightAverage(count, means)


def resumed(
    training: TrainingSpec, epochs: int, average: WeightAverage | None
) -> WeightAverage | None:
    """The mean in a checkpoint, if it is of the epochs that this training averages.

    It is not if the training continues to more epochs than planned. A new mean then begins.

    Args:
        training: that is resumed.
        epochs: that are complete.
        average: in the checkpoint.
    """
    begun = average is not None and epochs - average.count + 1
    return average if begun == _first(training) else None


@contextmanager
def loaded(average: WeightAverage | None, learner: Learner) -> Iterator[None]:
    """The learner with the mean instead of its own weights, until the end of the block."""
    if average is None:
        yield
        return
    own = learner.weights()
    learner.load_weights(average.weights)
    try:
        yield
    finally:
        learner.load_weights(own)


def _first(training: TrainingSpec) -> int:
    """The first epoch to average. All are averaged if there are no more than requested."""
    return max(1, training.epochs - training.averaged_epochs + 1)
