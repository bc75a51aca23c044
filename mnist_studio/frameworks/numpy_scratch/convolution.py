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

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.numpy_scratch.batch_norm import sums
from mnist_studio.frameworks.numpy_scratch.workspace import Workspace


class Conv:
    """A square convolution with stride 1."""

    def __init__(self, weights: Weights, gradients: Weights, same: bool) -> None:
        """A layer with a ``kernel`` and perhaps a ``bias``.

        Args:
            weights: by their names in the layer.
            gradients: where ``learn`` writes ∂L/∂W of each.
            same: whether the input is padded so that the output is as large.
        """
        self.weights, self.gradients = weights, gradients
        size: int = weights["kernel"].shape[0]
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
        filters = dy.shape[3]
        dw = self.gradients["kernel"].reshape(-1, filters)
        np.matmul(self._columns.T, dy.reshape(-1, filters), out=dw)
        if "bias" in self.weights:
            self.gradients["bias"][...] = sums(dy)

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
