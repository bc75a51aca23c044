"""Named arrays in one vector, so that one pass goes over all of them."""

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
