"""Digits as a user might write them."""

from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import OwnImage, of_ink


def written(number: int, label: int = 1) -> OwnImage:
    """A stroke of its own for every number."""
    lean = number / 1000
    points = (InkPoint(0.5 + lean, 0.1, 0.0, 0.5), InkPoint(0.5 - lean, 0.9, 0.25, 0.625))
    return of_ink((points,), label, 1_700_000_000.0 + number)
