"""Pooling: the maximum or the mean of windows without overlap. Incomplete windows are dropped."""

import numpy as np

from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.memory import Workspace


class MaxPool:
    """The maximum of every s x s window.

    y[b, i, j, c] = max over (p, q) of x[b, s·i + p, s·j + q, c]. The gradient goes to the first
    (p, q), row by row, that has the maximum.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """(B, height, width, channel) -> (B, height // s, width // s, channel)."""
        self._x = x
        first, *others = _views(x, self._size)
        y = self._work.like("y", first)
        np.copyto(y, first)
        for view in others:
            np.maximum(y, view, out=y)
        self._y = y
        return y

    def backward_input(self, dy: Array) -> Array:
        """(B, height // s, width // s, channel) -> (B, height, width, channel)."""
        # Outside complete windows, dx stays 0.
        dx = self._work.zeros("dx", self._x.shape, dy.dtype)
        maximal = self._work.get("maximal", dy.shape, np.dtype(bool))
        unclaimed = self._work.get("unclaimed", dy.shape, np.dtype(bool))
        unclaimed.fill(True)
        windows = zip(_views(self._x, self._size), _views(dx, self._size), strict=True)
        for view, target in windows:
            np.equal(view, self._y, out=maximal)
            maximal &= unclaimed
            np.multiply(dy, maximal, out=target)
            unclaimed ^= maximal
        return dx


class AvgPool:
    """The mean of every s x s window; every pixel in it gets 1 / s² of the gradient."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """(B, height, width, channel) -> (B, height // s, width // s, channel)."""
        self._shape = x.shape
        first, *others = _views(x, self._size)
        y = self._work.like("y", first)
        np.copyto(y, first)
        for view in others:
            y += view
        y *= 1 / self._size**2
        return y

    def backward_input(self, dy: Array) -> Array:
        """(B, height // s, width // s, channel) -> (B, height, width, channel)."""
        # Outside complete windows, dx stays 0.
        dx = self._work.zeros("dx", self._shape, dy.dtype)
        for target in _views(dx, self._size):
            np.multiply(dy, 1 / self._size**2, out=target)
        return dx


class GlobalAvgPool:
    """The mean of every channel over its map of n pixels, each of which gets dy / n."""

    def __init__(self) -> None:
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """(B, height, width, channel) -> (B, channel)."""
        self._shape = x.shape
        y = self._work.get("y", (len(x), x.shape[3]), x.dtype)
        return np.mean(x, axis=(1, 2), out=y)

    def backward_input(self, dy: Array) -> Array:
        """(B, channel) -> (B, height, width, channel)."""
        _, height, width, _ = self._shape
        dx = self._work.get("dx", self._shape, dy.dtype)
        np.copyto(dx, dy[:, None, None] / dy.dtype.type(height * width))
        return dx


def _views(x: Array, s: int) -> list[Array]:
    """One strided view for every offset (p, q) in a window, row by row."""
    height, width = x.shape[1] // s * s, x.shape[2] // s * s
    return [x[:, p:height:s, q:width:s] for p in range(s) for q in range(s)]
