"""Work arrays that are kept between calls.

Named arrays in one vector, so that one pass goes over all of them.
"""

from collections.abc import Mapping
from itertools import accumulate, pairwise
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.layers import Shape


class Flat:
    """Arrays that lie one behind the other.

    Attributes:
        vector: all their numbers, (n,).
        arrays: views of it by their names, in order.
    """

    def __init__(self, shapes: Mapping[str, Shape], dtype: DTypeLike) -> None:
        """Zeros of these shapes."""
        ends = list(accumulate(map(prod, shapes.values()), initial=0))
        self.vector: Array = np.zeros(ends[-1], dtype)
        self.arrays: Weights = {
            name: self.vector[start:end].reshape(shape)
            for (name, shape), (start, end) in zip(shapes.items(), pairwise(ends), strict=True)
        }

    def fill(self, arrays: Weights) -> None:
        """Takes the numbers of arrays with the same names."""
        for name, array in self.arrays.items():
            array[...] = arrays[name]

    def copies(self) -> Weights:
        """Its arrays, each on its own."""
        return {name: array.copy() for name, array in self.arrays.items()}


class Workspace:
    """Arrays by their use: a fresh one of some megabytes costs more to obtain than to fill."""

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def get(self, use: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
        """An array with arbitrary content, in memory that only a larger one replaces."""
        size = prod(shape)
        room = self._arrays.get(use)
        if room is None or room.size < size or room.dtype != dtype:
            room = self._arrays[use] = np.empty(size, dtype)
        return room[:size].reshape(shape)

    def like(self, use: str, array: Array) -> Array:
        """An array of the shape and type of another, with arbitrary content."""
        return self.get(use, array.shape, array.dtype)

    def zeros(self, use: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
        """Zeros; what their user writes stays while shape and type repeat."""
        array = self._arrays.get(use)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[use] = np.zeros(shape, dtype)
        return array
