"""Evaluation of many images, a slice at a time, so that Stop takes effect quickly."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array

SLICE = 250
"""Images in a slice. It is fixed, so that results do not depend on the speed of the machine."""

LATENCY_REPEATS = 21
THROUGHPUT_REPEATS = 9

THROUGHPUT_SECONDS = 1.0
"""Time limit for measuring the throughput, so that slow networks do not delay the end of a run."""


@dataclass(frozen=True)
class Speed:
    """The inference speed of a network on the device that trained it.

    Attributes:
        latency_ms: of a single image, median.
        images_per_second: in batches, median.
        batch: images in a batch.
    """

    latency_ms: float
    images_per_second: float
    batch: int


class CanPredict(Protocol):
    """A model that predicts images: a learner or a trained native script."""

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """As ``Learner.logits``."""


def logits(
    learner: CanPredict, images: NDArray[np.uint8], should_continue: Callable[[], bool]
) -> Array | None:
    """(n, 28, 28) -> (n, k); None if ``should_continue`` returned False before a slice."""
    parts: list[Array] = []
    for start in range(0, len(images), SLICE):
        if not should_continue():
            return None
        parts.append(learner.logits(images[start : start + SLICE]))
    return np.concatenate(parts)


def speed(learner: CanPredict, images: NDArray[np.uint8]) -> Speed:
    """Measures the inference speed on images (n, 28, 28)."""
    batch = images[:SLICE]
    return Speed(latency_ms(learner, images), _images_per_second(learner, batch), len(batch))


def _images_per_second(learner: CanPredict, batch: NDArray[np.uint8]) -> float:
    """The throughput, measured after one warm-up call."""
    learner.logits(batch)
    taken: list[float] = []
    while len(taken) < THROUGHPUT_REPEATS and sum(taken) < THROUGHPUT_SECONDS:
        taken.append(_seconds(learner, batch))
    return len(batch) / median(taken)


def latency_ms(learner: CanPredict, images: NDArray[np.uint8]) -> float:
    """The median time of a single image in milliseconds, after one warm-up call."""
    learner.logits(images[:1])
    return 1000 * median(
        _seconds(learner, images[i : i + 1]) for i in range(min(LATENCY_REPEATS, len(images)))
    )


def _seconds(learner: CanPredict, image: NDArray[np.uint8]) -> float:
    start = perf_counter()
    learner.logits(image)
    return perf_counter() - start
