r"""The layers, forward and backward, from scratch.

Notation: B is the number of images in a batch, x a layer's input, y its output and L the loss.
dy = ∂L/∂y has the shape of y. From it, ``backward_input`` computes dx = ∂L/∂x, of the shape of x,
and ``backward_params`` computes dW = ∂L/∂W. Feature maps are (B, height, width, channel), vectors
(B, units).

A layer stores what its backward pass needs from the last ``forward``. It returns work arrays of its
own, which its next call overwrites.
"""

from typing import Protocol

import numpy as np

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.numpy_scratch.memory import Workspace


class Layer(Protocol):
    """What the network needs from every layer."""

    def forward(self, x: Array) -> Array:
        """The output y for the input x."""

    def backward_input(self, dy: Array) -> Array:
        """The gradient dx for dy, after ``forward``."""


class Dense:
    """y = x W + b with W (in, out), b (out,).

    dW = xᵀ dy, (in, out); db = Σ_B dy, (out,); dx = dy Wᵀ, (B, in).
    """

    def __init__(self, weights: Weights, gradients: Weights) -> None:
        """A layer with a ``kernel`` and an optional ``bias``.

        Args:
            weights: by their names in the layer.
            gradients: arrays that ``backward_params`` writes to, one for each weight.
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

    def backward_params(self, dy: Array) -> None:
        """Computes dW (in, out) and db (out,) from dy (B, out)."""
        np.matmul(self._x.T, dy, out=self.gradients["kernel"])
        if "bias" in self.weights:
            np.add.reduce(dy, axis=0, out=self.gradients["bias"])

    def backward_input(self, dy: Array) -> Array:
        """(B, out) -> (B, in)."""
        return np.matmul(dy, self.weights["kernel"].T, out=self._work.like("dx", self._x))


class Relu:
    """y = max(x, 0); dx = dy where x > 0, else 0."""

    def __init__(self) -> None:
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Keeps the shape."""
        self._y: Array = np.maximum(x, 0, out=self._work.like("y", x))
        return self._y

    def backward_input(self, dy: Array) -> Array:
        """Keeps the shape."""
        positive = self._work.get("positive", dy.shape, np.dtype(bool))
        np.greater(self._y, 0, out=positive)
        return np.multiply(dy, positive, out=self._work.like("dx", dy))


class Sigmoid:
    """y = 1 / (1 + e⁻ˣ); dx = dy · y (1 - y)."""

    def __init__(self) -> None:
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Keeps the shape. Never computes e to a positive power, so that nothing overflows.

        For x < 0 it computes eˣ / (1 + eˣ), which is equal.
        """
        y, power = self._work.like("y", x), self._work.like("power", x)
        np.negative(np.abs(x, out=power), out=power)
        np.exp(power, out=power)
        np.copyto(y, power)
        np.copyto(y, 1, where=x >= 0)
        power += 1
        self._y: Array = np.divide(y, power, out=y)
        return y

    def backward_input(self, dy: Array) -> Array:
        """Keeps the shape."""
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

    def backward_input(self, dy: Array) -> Array:
        """A view of dy."""
        return dy.reshape(self._shape)


class Dropout:
    """y = x · m / keep, dx = dy · m / keep, with a mask m (B, ...) of zeros and ones.

    Inverted dropout (Srivastava et al. 2014). Without a mask, as in evaluation, y = x.
    """

    def __init__(self, keep: float) -> None:
        self.mask: Array | None = None
        self._keep = keep
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Keeps the shape."""
        return self._drop(x, "y")

    def backward_input(self, dy: Array) -> Array:
        """Keeps the shape."""
        return self._drop(dy, "dx")

    def _drop(self, x: Array, use: str) -> Array:
        if self.mask is None:
            return x
        scaled = np.multiply(x, 1 / self._keep, out=self._work.like(use, x))
        scaled *= self.mask
        return scaled
