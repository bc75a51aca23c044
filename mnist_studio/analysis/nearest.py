"""Nearest neighbors of an image among the training images, in the features of a network."""

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
    """A neighbor of an image.

    Attributes:
        index: among the images.
        label: the true one.
        distance: Euclidean, or 1 minus the cosine of the angle.
    """

    index: int
    label: int
    distance: float


def feature_layer(model: ModelSpec) -> tuple[str, int]:
    """Name and size of the layer before the last one with parameters: the logits are linear in it.

    If the first layer is the only one with parameters, it is that layer itself.

    Raises:
        SpecError: the network is not valid.
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
    """The nearest of some images, the nearest first.

    Args:
        known: (n, d), features of the images.
        labels: (n,), of the images.
        feature: (d,), of the image in question.
        count: maximum number of neighbors.
        metric: of the distance.
    """
    distances = _distances(known, feature, metric)
    order = np.argsort(distances, kind="stable")[:count].tolist()
    return tuple(Neighbor(i, int(labels[i]), float(distances[i])) for i in order)


def _distances(known: NDArray[np.float32], feature: Array, metric: Metric) -> Array:
    if metric == "euclidean":
        return np.asarray(np.linalg.norm(known - feature, axis=1))
    lengths = np.linalg.norm(known, axis=1) * np.linalg.norm(feature)
    # A zero vector has no direction, so its distance to everything is that of a right angle.
    # Rounding could make a distance negative.
    return np.maximum(1 - known @ feature / np.where(lengths > 0, lengths, np.inf), 0)
