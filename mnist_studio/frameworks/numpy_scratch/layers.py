r"""The layers, forward and backward, from scratch.

Notation: B images in a batch; x is a layer's input, y its output, L the loss. From dy = ∂L/∂y, of
the shape of y, ``input_gradient`` makes dx = ∂L/∂x, of the shape of x, and ``learn`` makes ∂L/∂W.
Feature maps are (B, height, width, channel), vectors (B, units).

A layer remembers of its last ``forward`` what the way back needs. What it gives lies in work arrays
of its own, which its next call overwrites.
"""

from typing import Protocol

import numpy as np

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.numpy_scratch.memory import Workspace


class Layer(Protocol):
    """What the network asks of every layer."""

    def forward(self, x: Array) -> Array:
        """The output y for the input x."""

    def input_gradient(self, dy: Array) -> Array:
        """The gradient dx for dy, after ``forward``."""


class Dense:
    """Y = x W + b with W (in, out), b (out,).

    dW = xᵀ dy, (in, out); db = Σ_B dy, (out,); dx = dy Wᵀ, (B, in).
    """

    def __init__(self, weights: Weights, gradients: Weights) -> None:
        """A layer with a ``kernel`` and perhaps a ``bias``.

        Args:
            weights: by their names in the layer.
            gradients: where ``learn`` writes ∂L/∂W of each.
        """
        self.weights, self.gradients = weights, gradients
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """(B, in) -> (B, out)."""
        self._x = x
        kernel = self.weights["kernel"]
        y = self._work.get("y", (len(x), kernel.shape[1]), kernel.dtype)
        np.matmul(x, kernel, out=y)
        if "bias" in self.weights:
            y += self.weights["bias"]
        return y

    def learn(self, dy: Array) -> None:
        """DW (in, out) and db (out,) of dy (B, out)."""
        np.matmul(self._x.T, dy, out=self.gradients["kernel"])
        if "bias" in self.weights:
            np.add.reduce(dy, axis=0, out=self.gradients["bias"])

    def input_gradient(self, dy: Array) -> Array:
        """(B, out) -> (B, in)."""
        return np.matmul(dy, self.weights["kernel"].T, out=self._work.like("dx", self._x))


class Relu:
    """Y = max(x, 0); dx = dy where x > 0, else 0."""

    def __init__(self) -> None:
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Any shape, kept."""
        self._y: Array = np.maximum(x, 0, out=self._work.like("y", x))
        return self._y

    def input_gradient(self, dy: Array) -> Array:
        """Any shape, kept."""
        open_ = self._work.get("open", dy.shape, np.dtype(bool))
        np.greater(self._y, 0, out=open_)
        return np.multiply(dy, open_, out=self._work.like("dx", dy))


class Sigmoid:
    """Y = 1 / (1 + e⁻ˣ); dx = dy · y (1 - y)."""

    def __init__(self) -> None:
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Any shape, kept. e to a positive power is never taken, so nothing overflows.

        For x below 0 it is eˣ / (1 + eˣ), the same.
        """
        y, power = self._work.like("y", x), self._work.like("power", x)
        np.negative(np.abs(x, out=power), out=power)
        np.exp(power, out=power)
        np.copyto(y, power)
        np.copyto(y, 1, where=x >= 0)
        power += 1
        self._y: Array = np.divide(y, power, out=y)
        return y

    def input_gradient(self, dy: Array) -> Array:
        """Any shape, kept."""
        dx = np.subtract(1, self._y, out=self._work.like("dx", dy))
        dx *= self._y
        dx *= dy
        return dx


class Flatten:
    """(B, height, width, channel) -> (B, height·width·channel), in that order."""

    def forward(self, x: Array) -> Array:
        """A view of x."""
        self._shape = x.shape
        return x.reshape(len(x), -1)

    def input_gradient(self, dy: Array) -> Array:
        """A view of dy."""
        return dy.reshape(self._shape)


class Dropout:
    """Y = x · m / keep, dx = dy · m / keep, with m (B, ...) of zeros and ones (Srivastava 2014).

    Without a mask, as in evaluation, y = x.
    """

    def __init__(self, keep: float) -> None:
        self.mask: Array | None = None
        self._keep = keep
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Any shape, kept."""
        return self._drop(x, "y")

    def input_gradient(self, dy: Array) -> Array:
        """Any shape, kept."""
        return self._drop(dy, "dx")

    def _drop(self, x: Array, use: str) -> Array:
        if self.mask is None:
            return x
        kept = np.multiply(x, 1 / self._keep, out=self._work.like(use, x))
        kept *= self.mask
        return kept
