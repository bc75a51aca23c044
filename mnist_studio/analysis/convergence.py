"""How soon a run learned what it learned, from its epochs."""

from collections.abc import Sequence

from mnist_studio.events import Epoch


def epochs_to(epochs: Sequence[Epoch], accuracy: float = 0.97) -> int | None:
    """The first epoch (from 1) whose test accuracy reached ``accuracy``, None if none did."""
    reached = _first(epochs, accuracy)
    return reached.epoch if reached else None


def seconds_to(epochs: Sequence[Epoch], accuracy: float = 0.97) -> float | None:
    """Seconds of training, evaluation left out, up to the end of that epoch, None if none did."""
    reached = _first(epochs, accuracy)
    return reached.train_seconds if reached else None


def best(epochs: Sequence[Epoch]) -> Epoch | None:
    """The epoch of the highest test accuracy, the earliest of equals; None without epochs."""
    return max(epochs, key=lambda epoch: (epoch.test_accuracy, -epoch.epoch), default=None)


def _first(epochs: Sequence[Epoch], accuracy: float) -> Epoch | None:
    reached = (epoch for epoch in epochs if epoch.test_accuracy >= accuracy)
    return min(reached, key=lambda epoch: epoch.epoch, default=None)
