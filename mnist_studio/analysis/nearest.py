"""The training digits that a network sees as most alike: distances in its last features."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, Learner
from mnist_studio.spec.layers import Conv, Dense
from mnist_studio.spec.model import ModelSpec, describe

Metric = Literal["euclidean", "cosine"]


@dataclass(frozen=True)
class Neighbor:
    """A digit near to another one.

    Attributes:
        index: its place among the digits.
        label: what it is.
        distance: Euclidean, or 1 less the cosine of the angle.
    """

    index: int
    label: int
    distance: float


def feature_layer(model: ModelSpec) -> tuple[str, int]:
    """The layer before the last one that learns, whose output the logits are a plane of; its size.

    Where the first layer is also the last one that learns, it is that itself.

    Raises:
        SpecError: the network cannot work.
    """
    reports = describe(model)
    last = max(
        (place for place, report in enumerate(reports) if isinstance(report.layer, Dense | Conv)),
        default=0,
    )
    before = reports[max(last - 1, 0)]
    return before.name, int(np.prod(before.output))


def features(learner: Learner, layer: str, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, d): the output of a layer for images (n, 28, 28)."""
    found = learner.activations(images)[layer]
    return found.reshape(len(found), -1).astype(np.float32)


def nearest(
    known: NDArray[np.float32],
    labels: NDArray[np.uint8],
    feature: Array,
    count: int = 12,
    metric: Metric = "euclidean",
) -> tuple[Neighbor, ...]:
    """The nearest of some digits, the nearest first.

    Args:
        known: (n, d), features of the digits.
        labels: (n,), of them.
        feature: (d,), of the digit in question.
        count: of neighbors at most.
        metric: how distance is measured.
    """
    distances = _distances(known, feature, metric)
    order = np.argsort(distances, kind="stable")[:count].tolist()
    return tuple(Neighbor(i, int(labels[i]), float(distances[i])) for i in order)


def _distances(known: NDArray[np.float32], feature: Array, metric: Metric) -> Array:
    if metric == "euclidean":
        return np.asarray(np.linalg.norm(known - feature, axis=1))
    lengths = np.linalg.norm(known, axis=1) * np.linalg.norm(feature)
    # A feature of zeros has no direction: it is as far from all as a right angle.
    # Rounding may take it below 0.
    return np.maximum(1 - known @ feature / np.where(lengths > 0, lengths, np.inf), 0)
