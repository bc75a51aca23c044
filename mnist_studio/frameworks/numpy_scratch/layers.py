r"""The layers, forward and backward, from scratch.

Notation: B images in a batch; x is a layer's input, y its output, L the loss. From dy = ∂L/∂y, of
the shape of y, ``input_gradient`` makes dx = ∂L/∂x, of the shape of x, and ``learn`` makes ∂L/∂W.
Feature maps are (B, height, width, channel), vectors (B, units).

A layer remembers of its last ``forward`` what the way back needs, and keeps its large work arrays
between calls: a fresh array of some megabytes costs more to obtain than to fill.
"""

from typing import Protocol

import numpy as np

from mnist_studio.frameworks.base import Array


class Layer(Protocol):
    """What the network asks of every layer."""

    def forward(self, x: Array) -> Array:
        """The output y for the input x."""

    def input_gradient(self, dy: Array) -> Array:
        """The gradient dx for dy, after ``forward``."""


class Workspace:
    """Work arrays that are kept between calls, by their use."""

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def get(self, use: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
        """An array with arbitrary content, the same one whenever shape and type repeat."""
        array = self._arrays.get(use)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[use] = np.empty(shape, dtype)
        return array

    def zeros(self, use: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
        """Like ``get``, but made of zeros; what its user writes stays for the next call."""
        array = self._arrays.get(use)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[use] = np.zeros(shape, dtype)
        return array


class Dense:
    """Y = x W + b with W (in, out), b (out,).

    dW = xᵀ dy, (in, out); db = Σ_B dy, (out,); dx = dy Wᵀ, (B, in).

    Attributes:
        weights: by their names in the layer, ``kernel`` and ``bias``.
        gradients: ∂L/∂W of each, from the last ``learn``.
    """

    def __init__(self, kernel: Array, bias: Array | None) -> None:
        self.weights = {"kernel": kernel} if bias is None else {"kernel": kernel, "bias": bias}
        self.gradients: dict[str, Array] = {}
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
        kernel = self.weights["kernel"]
        dw = self._work.get("dw", kernel.shape, kernel.dtype)
        self.gradients["kernel"] = np.matmul(self._x.T, dy, out=dw)
        if "bias" in self.weights:
            self.gradients["bias"] = dy.sum(axis=0)

    def input_gradient(self, dy: Array) -> Array:
        """(B, out) -> (B, in)."""
        dx: Array = np.matmul(dy, self.weights["kernel"].T)
        return dx


class Relu:
    """Y = max(x, 0); dx = dy where x > 0, else 0."""

    def forward(self, x: Array) -> Array:
        """Any shape, kept."""
        self._y: Array = np.maximum(x, 0)
        return self._y

    def input_gradient(self, dy: Array) -> Array:
        """Any shape, kept."""
        dx: Array = np.multiply(dy, self._y > 0)
        return dx


class Sigmoid:
    """Y = 1 / (1 + e⁻ˣ); dx = dy · y (1 - y)."""

    def forward(self, x: Array) -> Array:
        """Any shape, kept. e to a positive power is never taken, so nothing overflows."""
        power = np.exp(-np.abs(x))
        y: Array = np.where(x >= 0, 1, power) / (1 + power)
        self._y = y
        return y

    def input_gradient(self, dy: Array) -> Array:
        """Any shape, kept."""
        dx: Array = dy * self._y * (1 - self._y)
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

    def forward(self, x: Array) -> Array:
        """Any shape, kept."""
        return self._drop(x)

    def input_gradient(self, dy: Array) -> Array:
        """Any shape, kept."""
        return self._drop(dy)

    def _drop(self, x: Array) -> Array:
        if self.mask is None:
            return x
        y: Array = x * self.mask * x.dtype.type(1 / self._keep)
        return y


class MaxPool:
    """The maximum of every s x s window; windows do not overlap.

    y[b, i, j, c] = max over (p, q) of x[b, s·i + p, s·j + q, c]. The gradient goes to the first
    (p, q), row by row, at which the maximum stands.
    """

    def __init__(self, size: int) -> None:
        self._size = size

    def forward(self, x: Array) -> Array:
        """(B, height, width, channel) -> (B, height // s, width // s, channel)."""
        self._x = x
        views = self._views(x)
        y: Array = views[0].copy()
        for view in views[1:]:
            np.maximum(y, view, out=y)
        self._y = y
        return y

    def input_gradient(self, dy: Array) -> Array:
        """(B, height // s, width // s, channel) -> (B, height, width, channel)."""
        dx = np.zeros_like(self._x)
        open_ = np.ones(dy.shape, dtype=bool)
        for view, target in zip(self._views(self._x), self._views(dx), strict=True):
            here = (view == self._y) & open_
            np.multiply(dy, here, out=target)
            open_ &= ~here
        return dx

    def _views(self, x: Array) -> list[Array]:
        """One strided view for every place (p, q) in the window, row by row."""
        s = self._size
        height, width = x.shape[1] // s * s, x.shape[2] // s * s
        return [x[:, p:height:s, q:width:s] for p in range(s) for q in range(s)]
