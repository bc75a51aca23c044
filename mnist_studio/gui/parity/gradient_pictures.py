"""Gradients as pictures. No Qt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array
from mnist_studio.parity.shared_weights import GradientPair

SIDE = 28
TILES_ACROSS = 16
LINES = 3
"""Lines of a unit that has no 28 x 28 picture."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Picture:
    """One gradient.

    Attributes:
        title: the layer and the framework.
        scale: the values of the full colors, as text.
        values: (height, width) from -1 to 1; NaN between units.
    """

    title: str
    scale: str
    values: Numbers


def gradient_pictures(pair: GradientPair) -> tuple[Picture, Picture, Picture]:
    """NumPy, PyTorch, and their difference, which is far smaller and has its own scale."""
    common = max(_largest(pair.numpy), _largest(pair.pytorch))
    return (
        _picture(f"{pair.layer} in NumPy", pair.numpy, common),
        _picture(f"{pair.layer} in PyTorch", pair.pytorch, common),
        _picture(f"{pair.layer}, PyTorch - NumPy", pair.difference, _largest(pair.difference)),
    )


def kernel_picture(kernel: Array) -> Numbers:
    """A kernel (in, out) as a picture.

    A kernel with 784 inputs becomes one 28 x 28 picture per unit, in rows of 16. In any other
    kernel, every unit is a line.
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
    text = f"−{scale:.1e} to {scale:.1e}" if scale else "0 everywhere"
    return Picture(title, text, kernel_picture(kernel) / (scale or 1.0))


def _largest(kernel: Array) -> float:
    return float(np.abs(kernel).max(initial=0.0))
