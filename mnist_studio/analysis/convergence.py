"""How soon a run learned, from its epochs."""

from collections.abc import Sequence

from mnist_studio.events import Epoch


def epochs_to(epochs: Sequence[Epoch], accuracy: float = 0.97) -> int | None:
    """The first epoch (from 1) whose test accuracy reached ``accuracy``, None if none did."""
    return min((one.epoch for one in epochs if one.test_accuracy >= accuracy), default=None)
