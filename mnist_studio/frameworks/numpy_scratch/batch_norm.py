"""Batch normalization (Ioffe & Szegedy 2015, algorithms 1 and 2).

Of n numbers x of a channel, or unit, over the batch and its places:

    m = Σ x / n,   v = Σ (x - m)² / n,   z = (x - m) / √(v + ε),   y = scale · z + offset.

m and v depend on every x, so that

    doffset = Σ dy,   dscale = Σ dy · z,
    dx = scale / √(v + ε) · (dy - doffset / n - z · dscale / n).

In evaluation m and v are running statistics, numbers, and dx = scale / √(v + ε) · dy.
"""

import numpy as np

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.numpy_scratch.memory import Workspace


class BatchNorm:
    """Takes mean and variance out of every channel.

    Attributes:
        by_batch: whether the statistics are those of the batch, as in training.
    """

    def __init__(
        self, weights: Weights, gradients: Weights, momentum: float, epsilon: float
    ) -> None:
        """A layer.

        Args:
            weights: ``scale``, ``offset`` and the running ``mean`` and ``variance``.
            gradients: where ``learn`` writes those of scale and offset.
            momentum: the part of the running statistics that ``remember`` keeps.
            epsilon: added to the variance.
        """
        self.weights, self.gradients = weights, gradients
        self.by_batch = False
        self._momentum, self._epsilon = momentum, epsilon
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """(B, ..., channel), kept."""
        z, y = self._work.like("z", x), self._work.like("y", x)
        self._mean = sums(x) / self._count(x) if self.by_batch else self.weights["mean"]
        np.subtract(x, self._mean, out=z)
        if self.by_batch:
            self._variance = sums(np.multiply(z, z, out=y)) / self._count(x)
        else:
            self._variance = self.weights["variance"]
        self._slope = 1 / np.sqrt(self._variance + self._epsilon)
        z *= self._slope
        self._z = z
        np.multiply(z, self.weights["scale"], out=y)
        y += self.weights["offset"]
        return y

    def remember(self) -> None:
        """Brings the last batch into the running statistics."""
        for name, of_batch in (("mean", self._mean), ("variance", self._variance)):
            running = self.weights[name]
            running *= self._momentum
            running += (1 - self._momentum) * of_batch

    def learn(self, dy: Array) -> None:
        """Dscale and doffset (channel,) of dy (B, ..., channel)."""
        self.gradients["offset"][...] = sums(dy)
        product = np.multiply(dy, self._z, out=self._work.like("dx", dy))
        self.gradients["scale"][...] = sums(product)

    def input_gradient(self, dy: Array) -> Array:
        """(B, ..., channel), kept. With the statistics of the batch it needs ``learn`` before."""
        dx = self._work.like("dx", dy)
        if self.by_batch:
            count = self._count(dy)
            np.multiply(self._z, -self.gradients["scale"] / count, out=dx)
            dx -= self.gradients["offset"] / count
            dx += dy
        else:
            np.copyto(dx, dy)
        dx *= self.weights["scale"] * self._slope
        return dx

    def _count(self, x: Array) -> Array:
        """N, in the precision of x."""
        count: Array = x.dtype.type(x.size // x.shape[-1])
        return count


def sums(x: Array) -> Array:
    """(..., channel) -> (channel,), as a product with ones.

    A sum down a tall column is many times slower.
    """
    flat = x.reshape(-1, x.shape[-1])
    total: Array = np.ones(len(flat), x.dtype) @ flat
    return total
