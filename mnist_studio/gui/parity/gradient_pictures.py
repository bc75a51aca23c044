"""Gradients laid out as pictures. No Qt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array
from mnist_studio.parity.shared_weights import GradientPair

SIDE = 28
TILES_ACROSS = 16
LINES = 3
"""So many a unit where there is no picture of 28 x 28 for it."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Picture:
    """One gradient.

    Attributes:
        title: the layer and whose gradient it is.
        scale: what the full colors stand for, in words.
        values: (height, width) within -1 to 1; NaN between its parts.
    """

    title: str
    scale: str
    values: Numbers


def of(pair: GradientPair) -> tuple[Picture, Picture, Picture]:
    """NumPy, PyTorch, and their difference, which has a scale of its own: it is far smaller."""
    common = max(_largest(pair.numpy), _largest(pair.pytorch))
    return (
        _picture(f"{pair.layer} in NumPy", pair.numpy, common),
        _picture(f"{pair.layer} in PyTorch", pair.pytorch, common),
        _picture(f"{pair.layer}, PyTorch less NumPy", pair.difference, _largest(pair.difference)),
    )


def laid_out(kernel: Array) -> Numbers:
    """A kernel (in, out) as a picture.

    One that sees all 784 pixels becomes a picture of 28 x 28 for every unit, in rows of 16; of any
    other, every unit is a line.
    """
    lines = np.asarray(kernel.reshape(-1, kernel.shape[-1]).T, dtype=np.float64)
    if lines.shape[1] != SIDE * SIDE:
        return np.repeat(lines, LINES, axis=0)
    down = -(-len(lines) // TILES_ACROSS)
    tiles = np.full((down * TILES_ACROSS, SIDE + 1, SIDE + 1), np.nan)
    tiles[: len(lines), :SIDE, :SIDE] = lines.reshape(-1, SIDE, SIDE)
    rows = tiles.reshape(down, TILES_ACROSS, SIDE + 1, SIDE + 1).swapaxes(1, 2)
    return rows.reshape(down * (SIDE + 1), -1)[:-1, :-1]


def _picture(title: str, kernel: Array, scale: float) -> Picture:
    told = f"−{scale:.1e} to {scale:.1e}" if scale else "0 everywhere"
    return Picture(title, told, laid_out(kernel) / (scale or 1.0))


def _largest(kernel: Array) -> float:
    return float(np.abs(kernel).max(initial=0.0))
