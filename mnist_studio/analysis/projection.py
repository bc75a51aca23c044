"""Principal component analysis: vectors as points in the plane that keeps most of their variance.

Pearson (1901); Hotelling (1933). New vectors are projected onto the same plane, so that a drawing
finds its place among images at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array


@dataclass(frozen=True, eq=False)
class Projection:
    """The axes of most variance in the space of some vectors, such as those of a plane.

    Attributes:
        mean: (d,), of the vectors.
        axes: (k, d), the one of most variance first, at right angles and of length 1; an axis
            without variance is 0.
        explained: the share of each axis in the variance, from 0 to 1.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    explained: tuple[float, ...]


def principal_plane(vectors: Array) -> Projection:
    """The plane of the two principal components of some vectors (n, d).

    Raises:
        ValueError: there are fewer than two vectors.
    """
    return principal_axes(vectors, 2)


def principal_axes(vectors: Array, count: int) -> Projection:
    """The first principal components of some vectors (n, d), at most min(n, d) of them above 0.

    The sign of an axis is arbitrary. Its largest component is positive here, so that the same
    vectors always give the same map.

    Raises:
        ValueError: there are fewer than two vectors.
    """
    if len(vectors) < 2:
        raise ValueError("principal axes need at least two vectors")
    mean = vectors.mean(axis=0, dtype=np.float64)
    centered = vectors.astype(np.float64) - mean
    # The smaller of both Gram matrices has the same eigenvalues above 0.
    wide = centered.shape[1] > len(centered)
    gram = centered @ centered.T if wide else centered.T @ centered
    values, found = np.linalg.eigh(gram)
    axes = np.zeros((count, centered.shape[1]))
    explained = [0.0] * count
    total = float(np.trace(gram))
    for place in range(min(count, len(values))):
        value, vector = float(values[-1 - place]), found[:, -1 - place]
        if value <= 1e-12 * total or total <= 0:
            continue
        axis = (centered.T @ vector) / np.sqrt(value) if wide else vector
        axes[place] = axis * (1 if axis[np.abs(axis).argmax()] > 0 else -1)
        explained[place] = value / total
    return Projection(mean, axes, tuple(explained))


def projected(plane: Projection, vectors: Array) -> NDArray[np.float64]:
    """(n, k): the places of vectors (n, d) on the axes."""
    return np.asarray((vectors.astype(np.float64) - plane.mean) @ plane.axes.T)
