"""The outline of a ring: an ellipse, as a 0 is written, or with the corners of another shape.

The area inside a ring is scaled to equal spread in all directions, which makes every ellipse a
disk. The moments E z³, E z⁴, and E z²|z|² of its pixels as complex numbers are 0 for a disk
(Flusser & Suk 2006, “Rotation moment invariants for recognition of symmetric objects”). A triangle
has the first, a square the second, and a heart the first and the third. How far they are from those
of the zeros that people write is a Mahalanobis distance.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array
from mnist_studio.store.known_digits import KnownOutlines

INK_LEVEL = 64
"""Gray level from which a pixel counts as ink, as in ``novelty``."""

ZERO = 0
"""The class whose images are rings."""


def known_outlines(images: NDArray[np.uint8]) -> KnownOutlines:
    """The outlines of images (n, 28, 28) of zeros, each a ring without gaps."""
    found = moments(images)
    mean = found.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov((found - mean).T))
    scaling = axes / np.sqrt(np.maximum(variances, 1e-9))
    distances = np.linalg.norm((found - mean) @ scaling, axis=1)
    return KnownOutlines(mean, scaling, np.sort(distances))


def shares(known: KnownOutlines, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(n,): the fraction of known zeros whose outline is as unusual as that of each ring."""
    distances = np.linalg.norm((moments(images) - known.mean) @ known.scaling, axis=1)
    nearer = np.searchsorted(known.distances, distances, side="left")
    return np.asarray((len(known.distances) - nearer + 1) / (len(known.distances) + 1))


def moments(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(n, 6): real and imaginary parts of the three moments of rings (n, h, w)."""
    area = filled(images).astype(np.float64)
    size = np.maximum(area.sum(axis=(1, 2)), 1.0)
    y, x = np.mgrid[0 : area.shape[1], 0 : area.shape[2]].astype(np.float64)
    x, y = (
        axis - (area * axis).sum(axis=(1, 2))[:, None, None] / size[:, None, None]
        for axis in (x, y)
    )
    weights = area / size[:, None, None]
    xx, xy, yy = ((weights * product).sum(axis=(1, 2)) for product in (x * x, x * y, y * y))
    spread = np.stack([np.stack([xx, xy], -1), np.stack([xy, yy], -1)], -2)
    variances, axes = np.linalg.eigh(spread)
    whitening = (axes / np.sqrt(np.maximum(variances, 1e-6))[:, None]) @ axes.swapaxes(1, 2)
    u = whitening[:, 0, 0, None, None] * x + whitening[:, 0, 1, None, None] * y
    v = whitening[:, 1, 0, None, None] * x + whitening[:, 1, 1, None, None] * y
    z = u + 1j * v
    means = [(weights * power).sum(axis=(1, 2)) for power in (z**3, z**4, z**2 * np.abs(z) ** 2)]
    return np.stack([part for mean in means for part in (mean.real, mean.imag)], axis=1)


def filled(images: NDArray[np.uint8]) -> Array:
    """(n, h, w): ink with everything that it encloses."""
    background = np.pad(images < INK_LEVEL, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    outside = np.zeros_like(background)
    outside[:, 0] = True
    while True:
        spread = outside.copy()
        for axis in (1, 2):
            spread |= np.roll(outside, 1, axis) | np.roll(outside, -1, axis)
        spread &= background
        if (spread == outside).all():
            return ~outside[:, 1:-1, 1:-1]
        outside = spread
