"""Work arrays that are kept between calls."""

import numpy as np

from mnist_studio.frameworks.base import Array


class Workspace:
    """Arrays by their use: a fresh one of some megabytes costs more to obtain than to fill."""

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def get(self, use: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
        """An array with arbitrary content, the same one whenever shape and type repeat."""
        array = self._arrays.get(use)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[use] = np.empty(shape, dtype)
        return array

    def like(self, use: str, array: Array) -> Array:
        """An array of the shape and type of another, with arbitrary content."""
        return self.get(use, array.shape, array.dtype)

    def zeros(self, use: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
        """Like ``get``, but made of zeros; what its user writes stays for the next call."""
        array = self._arrays.get(use)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[use] = np.zeros(shape, dtype)
        return array
