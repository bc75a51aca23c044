"""Convolution as one matrix product (im2col, Chellapilla et al. 2006).

For a k x k kernel W (k, k, in, out), with the input padded by zeros,

    y[b, i, j, o] = bias[o] + Σ over (p, q, c) of x[b, i + p, j + q, c] · W[p, q, c, o].

With every window of x as a row of X, (B·H·W, k·k·in), this is Y = X W + bias with W as
(k·k·in, out). So, as for a dense layer,

    dW = Xᵀ dY,   dbias = Σ dY,   dX = dY Wᵀ,

and dx[b, i, j, c] is the sum of all entries of dX that belong to that pixel (col2im).
"""

from math import ceil

import numpy as np
from numpy.lib.stride_tricks import as_strided

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.numpy_scratch.batch_norm import sums
from mnist_studio.frameworks.numpy_scratch.memory import Workspace

TILE_BYTES = 16 * 2**20
"""Memory for windows. A batch that needs more is split into tiles, and its windows are built
twice, for the forward and for the backward pass."""


class Conv:
    """A square convolution with stride 1."""

    def __init__(self, weights: Weights, gradients: Weights, same: bool) -> None:
        """A layer with a ``kernel`` and an optional ``bias``.

        Args:
            weights: by their names in the layer.
            gradients: arrays that ``backward_params`` writes to, one for each weight.
            same: pad the input, so that the output has the same height and width.
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
        self._padded = self._pad(x)
        batch, height, width = len(x), *(side - size + 1 for side in self._padded.shape[1:3])
        y = self._work.get("y", (batch, height, width, filters), kernel.dtype)
        for tile in self._tiles(y.shape):
            columns = self._columns(tile, height, width)
            np.matmul(columns, kernel.reshape(-1, filters), out=y[tile].reshape(-1, filters))
        if "bias" in self.weights:
            # Whole rows of the map at once: adding a few numbers at a time is many times slower.
            rows = y.reshape(batch * height, -1)
            rows += np.tile(self.weights["bias"], width)
        return y

    def backward_params(self, dy: Array) -> None:
        """Computes dW (k, k, in, out) and dbias (out,) from dy (B, height', width', out)."""
        _, height, width, filters = dy.shape
        first, *others = self._tiles(dy.shape)
        dw = self.gradients["kernel"].reshape(-1, filters)
        columns = self._columns(first, height, width) if others else self._last
        np.matmul(columns.T, dy[first].reshape(-1, filters), out=dw)
        for tile in others:
            columns = self._columns(tile, height, width)
            dw += np.matmul(columns.T, dy[tile].reshape(-1, filters))
        if "bias" in self.weights:
            self.gradients["bias"][...] = sums(dy)

    def backward_input(self, dy: Array) -> Array:
        """(B, height', width', out) -> (B, height, width, in), one offset (p, q) at a time."""
        kernel = self.weights["kernel"]
        size, _, channels, filters = kernel.shape
        batch, height, width, _ = dy.shape
        dx = self._work.get("dx", self._padded.shape, dy.dtype)
        dx.fill(0)
        product = self._work.get("product", (batch, height, width, channels), dy.dtype)
        rows = dy.reshape(-1, filters)
        for p in range(size):
            for q in range(size):
                np.matmul(rows, kernel[p, q].T, out=product.reshape(-1, channels))
                dx[:, p : p + height, q : q + width] += product
        return self._unpad(dx)

    def _pad(self, x: Array) -> Array:
        """x with zeros around it."""
        margin = self._before + self._after
        if not margin:
            return x
        batch, height, width, channels = x.shape
        shape = (batch, height + margin, width + margin, channels)
        padded = self._work.zeros("padded", shape, x.dtype)
        self._unpad(padded)[:] = x
        return padded

    def _tiles(self, output: tuple[int, ...]) -> list[slice]:
        """Slices of the batch whose windows fit into ``TILE_BYTES``; at least one image each."""
        kernel = self.weights["kernel"]
        image = output[1] * output[2] * kernel[..., 0].nbytes
        count = ceil(output[0] / max(1, TILE_BYTES // image))
        images = ceil(output[0] / count)
        return [slice(start, start + images) for start in range(0, output[0], images)]

    def _columns(self, tile: slice, height: int, width: int) -> Array:
        """Every window of the images in a tile as a row: (b·height·width, size·size·channels)."""
        padded = self._padded[tile]
        size, channels = self.weights["kernel"].shape[0], padded.shape[3]
        image, row, pixel, level = padded.strides
        shape = (len(padded), height, width, size, size, channels)
        strides = (image, row, pixel, row, pixel, level)
        windows = as_strided(padded, shape, strides, writeable=False)
        if channels == 1:
            # Copied by offset in the window: rows of the map are longer than rows of a window.
            windows = windows.transpose(3, 4, 5, 0, 1, 2)
        columns = self._work.like("columns", windows)
        np.copyto(columns, windows)
        rows = len(padded) * height * width
        self._last = columns.reshape(-1, rows).T if channels == 1 else columns.reshape(rows, -1)
        return self._last

    def _unpad(self, padded: Array) -> Array:
        lo, after = self._before, self._after
        return padded[:, lo : padded.shape[1] - after, lo : padded.shape[2] - after]
