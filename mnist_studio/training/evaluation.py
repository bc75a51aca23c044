"""Logits over many digits, a slice at a time, so that a stop is answered soon."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array

SLICE = 250
"""Digits at once. Fixed, so that a result never depends on how fast the machine was."""

LATENCY_REPEATS = 21
THROUGHPUT_REPEATS = 9

THROUGHPUT_SECONDS = 1.0
"""A slow network answers fewer batches: a run shall not end much later for its figures."""


@dataclass(frozen=True)
class Speed:
    """How fast a network answers, on the device that trained it.

    Attributes:
        latency_ms: one image alone, median.
        images_per_second: in batches, median.
        batch: images in each of them.
    """

    latency_ms: float
    images_per_second: float
    batch: int


class CanPredict(Protocol):
    """What answers digits: a learner, or a script that was trained."""

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """As ``Learner.logits``."""


def logits(
    learner: CanPredict, images: NDArray[np.uint8], go_on: Callable[[], bool]
) -> Array | None:
    """(n, 28, 28) -> (n, 10); None if ``go_on``, asked before every slice, said no."""
    parts: list[Array] = []
    for start in range(0, len(images), SLICE):
        if not go_on():
            return None
        parts.append(learner.logits(images[start : start + SLICE]))
    return np.concatenate(parts)


def speed(learner: CanPredict, images: NDArray[np.uint8]) -> Speed:
    """Of a network on images (n, 28, 28); every answer is waited for."""
    batch = images[:SLICE]
    return Speed(latency_ms(learner, images), _images_per_second(learner, batch), len(batch))


def _images_per_second(learner: CanPredict, batch: NDArray[np.uint8]) -> float:
    """After one call that is not counted."""
    learner.logits(batch)
    taken: list[float] = []
    while len(taken) < THROUGHPUT_REPEATS and sum(taken) < THROUGHPUT_SECONDS:
        taken.append(_seconds(learner, batch))
    return len(batch) / median(taken)


def latency_ms(learner: CanPredict, images: NDArray[np.uint8]) -> float:
    """Median milliseconds that one image alone takes, after one call that is not counted."""
    learner.logits(images[:1])
    return 1000 * median(
        _seconds(learner, images[i : i + 1]) for i in range(min(LATENCY_REPEATS, len(images)))
    )


def _seconds(learner: CanPredict, image: NDArray[np.uint8]) -> float:
    start = perf_counter()
    learner.logits(image)
    return perf_counter() - start
