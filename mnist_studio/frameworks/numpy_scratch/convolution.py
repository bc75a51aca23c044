"""Convolution as one matrix product (im2col, Chellapilla et al. 2006).

For a k x k kernel W (k, k, in, out), with the input padded by zeros,

    y[b, i, j, o] = bias[o] + Σ over (p, q, c) of x[b, i + p, j + q, c] · W[p, q, c, o].

Writing every window of x as a row of X, (B·H·W, k·k·in), this is Y = X W + bias with W as
(k·k·in, out). So, as for a dense layer,

    dW = Xᵀ dY,   dbias = Σ dY,   dX = dY Wᵀ,

and dx adds up, for every pixel, the places of dX at which the pixel stands in a window (col2im).
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.layers import Workspace


class Conv:
    """A square convolution with stride 1."""

    def __init__(self, kernel: Array, bias: Array | None, same: bool) -> None:
        self.weights = {"kernel": kernel} if bias is None else {"kernel": kernel, "bias": bias}
        self.gradients: dict[str, Array] = {}
        size: int = kernel.shape[0]
        self._before = (size - 1) // 2 if same else 0
        self._after = size // 2 if same else 0
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """(B, height, width, in) -> (B, height', width', out)."""
        kernel = self.weights["kernel"]
        size, _, _, filters = kernel.shape
        padded = self._pad(x)
        self._padded_shape = padded.shape
        batch, height, width = len(x), padded.shape[1] - size + 1, padded.shape[2] - size + 1
        self._columns = self._windows(padded, size, height, width)
        y = self._work.get("y", (batch, height, width, filters), kernel.dtype)
        np.matmul(self._columns, kernel.reshape(-1, filters), out=y.reshape(-1, filters))
        if "bias" in self.weights:
            y += self.weights["bias"]
        return y

    def learn(self, dy: Array) -> None:
        """DW (k, k, in, out) and dbias (out,) of dy (B, height', width', out)."""
        kernel = self.weights["kernel"]
        flat = dy.reshape(-1, kernel.shape[3])
        dw = self._work.get("dw", kernel.shape, kernel.dtype)
        np.matmul(self._columns.T, flat, out=dw.reshape(-1, kernel.shape[3]))
        self.gradients["kernel"] = dw
        if "bias" in self.weights:
            # A product with ones, since a sum down tall columns is many times slower.
            self.gradients["bias"] = np.ones(len(flat), dy.dtype) @ flat

    def input_gradient(self, dy: Array) -> Array:
        """(B, height', width', out) -> (B, height, width, in), one place (p, q) at a time."""
        kernel = self.weights["kernel"]
        size, _, channels, filters = kernel.shape
        batch, height, width, _ = dy.shape
        dx = self._work.get("dx", self._padded_shape, dy.dtype)
        dx.fill(0)
        part = self._work.get("part", (batch, height, width, channels), dy.dtype)
        for p in range(size):
            for q in range(size):
                np.matmul(dy.reshape(-1, filters), kernel[p, q].T, out=part.reshape(-1, channels))
                dx[:, p : p + height, q : q + width] += part
        return self._unpad(dx)

    def _pad(self, x: Array) -> Array:
        """X with zeros around it."""
        margin = self._before + self._after
        if not margin:
            return x
        batch, height, width, channels = x.shape
        shape = (batch, height + margin, width + margin, channels)
        padded = self._work.zeros("padded", shape, x.dtype)
        self._unpad(padded)[:] = x
        return padded

    def _windows(self, padded: Array, size: int, height: int, width: int) -> Array:
        """Every window as a row: (B·height·width, size·size·channels)."""
        batch, _, _, channels = padded.shape
        image, row, pixel, level = padded.strides
        view = as_strided(
            padded,
            (batch, height, width, size, size, channels),
            (image, row, pixel, row, pixel, level),
            writeable=False,
        )
        columns = self._work.get("columns", view.shape, padded.dtype)
        np.copyto(columns, view)
        return columns.reshape(batch * height * width, -1)

    def _unpad(self, padded: Array) -> Array:
        lo, after = self._before, self._after
        return padded[:, lo : padded.shape[1] - after, lo : padded.shape[2] - after]
