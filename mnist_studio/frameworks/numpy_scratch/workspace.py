"""Work arrays that are kept between calls."""

from math import prod

import numpy as np

from mnist_studio.frameworks.base import Array


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
