"""Memory for arrays: all weights in one vector, and work arrays that are reused between calls."""

from collections.abc import Mapping
from itertools import accumulate, pairwise
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.layers import Shape


class Flat:
    """Named arrays that share one vector, so that one operation can process all of them.

    Attributes:
        vector: (n,), all values.
        arrays: views of the vector by name, in order.
    """

    def __init__(self, shapes: Mapping[str, Shape], dtype: DTypeLike) -> None:
        """Zeros of the given shapes."""
        ends = list(accumulate(map(prod, shapes.values()), initial=0))
        self.vector: Array = np.zeros(ends[-1], dtype)
        self.arrays: Weights = {
            name: self.vector[start:end].reshape(shape)
            for (name, shape), (start, end) in zip(shapes.items(), pairwise(ends), strict=True)
        }

    def fill(self, arrays: Weights) -> None:
        """Copies the values of arrays with the same names."""
        for name, array in self.arrays.items():
            array[...] = arrays[name]

    def copies(self) -> Weights:
        """A copy of each array."""
        return {name: array.copy() for name, array in self.arrays.items()}


class Workspace:
    """Arrays by their use: allocating a new one of some megabytes costs more than filling it."""

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def get(self, use: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
        """An array with arbitrary content. Its memory is reused until a larger one is needed."""
        size = prod(shape)
        buffer = self._arrays.get(use)
        if buffer is None or buffer.size < size or buffer.dtype != dtype:
            buffer = self._arrays[use] = np.empty(size, dtype)
        return buffer[:size].reshape(shape)

    def like(self, use: str, array: Array) -> Array:
        """An array with the shape and type of another, with arbitrary content."""
        return self.get(use, array.shape, array.dtype)

    def zeros(self, use: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
        """Zeros. What the caller writes stays as long as shape and type repeat."""
        array = self._arrays.get(use)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[use] = np.zeros(shape, dtype)
        return array
