"""Arrays of any shape laid out as one picture. No Qt.

Feature maps and kernels become tiles, vectors lines; between tiles is NaN.
"""

from dataclasses import dataclass
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array

SIDE = 28
WIDE = 3.0
"""A picture of tiles is about so many times as wide as it is high."""

TOLERANCE = 0.5
"""By this power of e its rows may be longer or shorter, so that they all are full."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Layout:
    """An array as a picture.

    Attributes:
        values: (height, width); NaN between its parts.
        places: (height, width), of each value in the flattened array; -1 between its parts.
        shape: of the array.
        largest: magnitude in it.
    """

    values: Numbers
    places: NDArray[np.int64]
    shape: tuple[int, ...]
    largest: float

    def told(self, row: int, column: int) -> str:
        """A value with its place in the array: ``[3, 5, 0] = 0.0417``; empty between parts."""
        place = int(self.places[row, column])
        if place < 0:
            return ""
        indices = ", ".join(str(int(one)) for one in np.unravel_index(place, self.shape))
        return f"[{indices}] = {self.values[row, column]:.4g}"


def laid_out(array: Array) -> Layout:
    """An array of a layer.

    (units,) in lines of equal length; (height, width, channel) as a tile a channel; a dense kernel
    (in, out) as a tile of 28 x 28 for every unit that sees all pixels, else as a line for every
    unit; a convolution's (height, width, in, out) as a tile for every pair of channels, in below
    each other and out beside each other.
    """
    numbers = np.asarray(array, np.float64)
    places = _arranged(np.arange(array.size).reshape(array.shape))
    return _made(numbers, places)


def as_it_is(array: Array) -> Layout:
    """An array (height, width) of pixels."""
    return _made(np.asarray(array, np.float64), np.arange(array.size).reshape(array.shape))


def _made(numbers: Numbers, places: NDArray[np.int64]) -> Layout:
    flat = np.append(numbers.reshape(-1), np.nan)
    return Layout(flat[places], places, numbers.shape, float(np.abs(numbers).max(initial=0.0)))


def _arranged(places: NDArray[np.int64]) -> NDArray[np.int64]:
    match places.shape:
        case (_,):
            return _lines(places)
        case (size, _) if size == SIDE * SIDE:
            return _tiled(places.T.reshape(-1, SIDE, SIDE))
        case (_, _):
            return places.T
        case (_, _, _):
            return _tiled(np.moveaxis(places, 2, 0))
        case (_, _, 1, _):
            return _tiled(np.moveaxis(places[:, :, 0], 2, 0))
        case (_, _, _, _):
            return _grid(places.transpose(2, 3, 0, 1))
    raise ValueError(f"An array of {len(places.shape)} axes has no picture.")


def _lines(places: NDArray[np.int64]) -> NDArray[np.int64]:
    across = SIDE if len(places) == SIDE * SIDE else min(len(places), _across(len(places), 8.0))
    lines = np.full(ceil(len(places) / across) * across, -1)
    lines[: len(places)] = places
    return lines.reshape(-1, across)


def _across(count: int, wide: float) -> int:
    """How many of ``count`` squares stand beside each other: a divisor if one is near."""
    ideal = sqrt(count * wide)
    divisors = [one for one in range(1, count + 1) if count % one == 0]
    nearest = min(divisors, key=lambda one: abs(log(one / ideal)))
    return nearest if abs(log(nearest / ideal)) < TOLERANCE else ceil(ideal)


def _tiled(tiles: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n, h, w) in rows."""
    across = min(len(tiles), _across(len(tiles), WIDE))
    down = ceil(len(tiles) / across)
    full = np.full((down * across, *tiles.shape[1:]), -1)
    full[: len(tiles)] = tiles
    return _grid(full.reshape(down, across, *tiles.shape[1:]))


def _grid(tiles: NDArray[np.int64]) -> NDArray[np.int64]:
    """(rows, columns, h, w) beside each other, a line of -1 between them."""
    spaced = np.pad(tiles, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=-1)
    rows, columns, height, width = spaced.shape
    return spaced.swapaxes(1, 2).reshape(rows * height, columns * width)[:-1, :-1]
