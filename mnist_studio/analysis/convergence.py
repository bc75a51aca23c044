"""How soon a run learned, from its epochs."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_studio.events import Epoch


@dataclass(frozen=True)
class Reached:
    """When a run first had a test accuracy.

    Runs are judged after whole epochs, so each figure is that of the end of an epoch.

    Attributes:
        epochs: trained until then.
        steps: likewise.
        seconds: spent training until then, evaluation left out.
    """

    epochs: int
    steps: int
    seconds: float


def reached(epochs: Sequence[Epoch], accuracy: float) -> Reached | None:
    """When the test accuracy first was at least ``accuracy``; None if it never was."""
    good = (one for one in epochs if one.test_accuracy >= accuracy)
    first = min(good, key=lambda one: one.epoch, default=None)
    return Reached(first.epoch, first.step, first.train_seconds) if first else None


def epochs_to(epochs: Sequence[Epoch], accuracy: float = 0.97) -> int | None:
    """The first epoch (from 1) whose test accuracy reached ``accuracy``, None if none did."""
    found = reached(epochs, accuracy)
    return found.epochs if found else None
