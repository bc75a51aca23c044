"""Batch normalization (Ioffe & Szegedy 2015, algorithms 1 and 2).

For the n values x of a channel or unit, over the batch and all pixels:

    m = Σ x / n,   v = Σ (x - m)² / n,   z = (x - m) / √(v + ε),   y = scale · z + offset.

Since m and v depend on every x,

    doffset = Σ dy,   dscale = Σ dy · z,
    dx = scale / √(v + ε) · (dy - doffset / n - z · dscale / n).

In evaluation, m and v are the running statistics. They are constants, so that
dx = scale / √(v + ε) · dy.
"""

import numpy as np

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.numpy_scratch.memory import Workspace


class BatchNorm:
    """Normalizes every channel to mean 0 and variance 1, then scales and shifts it.

    Attributes:
        by_batch: use the statistics of the batch, as in training.
    """

    def __init__(
        self, weights: Weights, gradients: Weights, momentum: float, epsilon: float
    ) -> None:
        """A layer.

        Args:
            weights: ``scale``, ``offset`` and the running ``mean`` and ``variance``.
            gradients: arrays that ``backward_params`` writes to, for scale and offset.
            momentum: weight of the old running statistics in an update.
            epsilon: added to the variance.
        """
        self.weights, self.gradients = weights, gradients
        self.by_batch = False
        self._momentum, self._epsilon = momentum, epsilon
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """(B, ..., channel) -> the same shape."""
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

    def update_running_statistics(self) -> None:
        """Updates the running statistics with those of the last batch."""
        for name, of_batch in (("mean", self._mean), ("variance", self._variance)):
            running = self.weights[name]
            running *= self._momentum
            running += (1 - self._momentum) * of_batch

    def backward_params(self, dy: Array) -> None:
        """Computes dscale and doffset (channel,) from dy (B, ..., channel)."""
        self.gradients["offset"][...] = sums(dy)
        product = np.multiply(dy, self._z, out=self._work.like("dx", dy))
        self.gradients["scale"][...] = sums(product)

    def backward_input(self, dy: Array) -> Array:
        """(B, ..., channel) -> the same shape. If ``by_batch``, after ``backward_params``."""
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
        """n, in the precision of x."""
        count: Array = x.dtype.type(x.size // x.shape[-1])
        return count


def sums(x: Array) -> Array:
    """(..., channel) -> (channel,), as a matrix product with ones.

    ``np.sum`` over the rows of a tall matrix is many times slower.
    """
    flat = x.reshape(-1, x.shape[-1])
    total: Array = np.ones(len(flat), x.dtype) @ flat
    return total
