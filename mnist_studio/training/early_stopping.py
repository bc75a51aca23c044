"""When a training ends early, and which epoch is the best, by the validation set alone.

Both are functions of the epochs so far, so that a resumed run decides as one that was never
interrupted. Nothing here looks at the test set, which must not choose anything.
"""

from collections.abc import Iterator, Sequence

from mnist_studio.events import Epoch
from mnist_studio.spec.run import Monitor, TrainingSpec


def best_epoch(epochs: Sequence[Epoch], monitor: Monitor) -> Epoch | None:
    """The first of the epochs with the best validation score; None without one."""
    scored = list(_scores(epochs, monitor))
    return max(scored, key=lambda one: one[0])[1] if scored else None


def ends_early(training: TrainingSpec, epochs: Sequence[Epoch]) -> bool:
    """Whether a training ends after these epochs because it has stopped to improve.

    An epoch improves if its score exceeds that of the last improvement by more than the smallest
    improvement. The first epoch always does.
    """
    stopping = training.early_stopping
    if stopping is None:
        return False
    best, waited = float("-inf"), 0
    for score, _ in _scores(epochs, training.monitor):
        if score - stopping.min_improvement > best:
            best, waited = score, 0
        else:
            waited += 1
    return waited >= stopping.patience


def _scores(epochs: Sequence[Epoch], monitor: Monitor) -> Iterator[tuple[float, Epoch]]:
    """Every epoch with its score, where more is better."""
    for epoch in epochs:
        accuracy, loss = epoch.validation_accuracy, epoch.validation_loss
        if accuracy is not None and loss is not None:
            yield (accuracy if monitor == "accuracy" else -loss), epoch
