"""Arranges arrays of any shape as one picture. No Qt.

Feature maps and kernels become tiles, vectors become lines. Gaps between tiles are NaN.
"""

from dataclasses import dataclass
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array

SIDE = 28
ASPECT_RATIO = 3.0
"""Width of a picture of tiles, relative to its height."""

TOLERANCE = 0.5
"""The logarithm by which the ratio may deviate so that all rows are full."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Layout:
    """An array as a picture.

    Attributes:
        values: (height, width); NaN in the gaps.
        places: (height, width) indices in the flattened array; -1 in the gaps.
        shape: of the array.
        largest: the largest magnitude.
    """

    values: Numbers
    places: NDArray[np.int64]
    shape: tuple[int, ...]
    largest: float

    def text(self, row: int, column: int) -> str:
        """A value with its index in the array: ``[3, 5, 0] = 0.0417``; empty in a gap."""
        place = int(self.places[row, column])
        if place < 0:
            return ""
        indices = ", ".join(str(int(one)) for one in np.unravel_index(place, self.shape))
        return f"[{indices}] = {self.values[row, column]:.4g}"


def layout_of(array: Array) -> Layout:
    """Arranges the activations or the kernel of a layer.

    (units,) becomes lines of equal length, (height, width, channel) one tile per channel. A dense
    kernel (in, out) becomes one 28 x 28 tile per unit if the units see all pixels, else one line
    per unit. A convolution kernel (height, width, in, out) becomes a tile per pair of channels:
    one row per input channel, one column per output channel.
    """
    numbers = np.asarray(array, np.float64)
    places = _arranged(np.arange(array.size).reshape(array.shape))
    return _layout(numbers, places)


def pixel_layout(array: Array) -> Layout:
    """An array of pixels (height, width), unchanged."""
    return _layout(np.asarray(array, np.float64), np.arange(array.size).reshape(array.shape))


def _layout(numbers: Numbers, places: NDArray[np.int64]) -> Layout:
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
    raise ValueError(f"An array must have 1 to 4 axes, got {len(places.shape)}.")


def _lines(places: NDArray[np.int64]) -> NDArray[np.int64]:
    across = SIDE if len(places) == SIDE * SIDE else min(len(places), _across(len(places), 8.0))
    lines = np.full(ceil(len(places) / across) * across, -1)
    lines[: len(places)] = places
    return lines.reshape(-1, across)


def _across(count: int, ratio: float) -> int:
    """How many of ``count`` squares are in a row: a divisor of the count if one is near."""
    ideal = sqrt(count * ratio)
    divisors = [one for one in range(1, count + 1) if count % one == 0]
    nearest = min(divisors, key=lambda one: abs(log(one / ideal)))
    return nearest if abs(log(nearest / ideal)) < TOLERANCE else ceil(ideal)


def _tiled(tiles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tiles (n, h, w) in rows."""
    across = min(len(tiles), _across(len(tiles), ASPECT_RATIO))
    down = ceil(len(tiles) / across)
    full = np.full((down * across, *tiles.shape[1:]), -1)
    full[: len(tiles)] = tiles
    return _grid(full.reshape(down, across, *tiles.shape[1:]))


def _grid(tiles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tiles (rows, columns, h, w) as one array with lines of -1 between them."""
    spaced = np.pad(tiles, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=-1)
    rows, columns, height, width = spaced.shape
    return spaced.swapaxes(1, 2).reshape(rows * height, columns * width)[:-1, :-1]
