"""Lines of ruled and squared paper, which are fainter than ink and reach the edges."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mnist_studio.data.pictures.components import labeled
from mnist_studio.data.pictures.normalize import Levels

_STRONG = 0.55
"""Of the ink's typical level: fainter ink can be a line."""

_RIM = 0.012
"""Of the longer side: faint ink as near to strong ink as this is its rim."""

_LONG = 0.5
"""Of a side of the picture: faint ink that reaches an edge and is as long as this is a line."""


def without_lines(ink: Levels) -> Levels:
    """Ink (h, w) without lines of the paper; see above."""
    typical = float(np.quantile(ink[ink > 0], 0.9)) if (ink > 0).any() else 0.0
    strong = ink > _STRONG * typical
    near = _widened(strong, max(2, round(_RIM * max(ink.shape))))
    faint = (ink > 0) & ~near
    if float(faint.sum()) < 0.02 * float((ink > 0).sum()) or not strong.any():
        return ink
    parts = labeled(faint)[1]
    lines = [
        part
        for part in parts
        if part.touches(ink.shape)
        and max(part.height / ink.shape[0], part.width / ink.shape[1]) > _LONG
    ]
    return np.where(near, ink, np.float32(0)) if lines else ink


def _widened(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """With everything nearer than a radius, in a square."""
    for axis in (0, 1):
        width = [(0, 0), (0, 0)]
        width[axis] = (radius, radius)
        around = np.pad(mask, width)
        windows = sliding_window_view(around, 2 * radius + 1, axis=axis)
        mask = np.asarray(windows.any(axis=-1), dtype=np.bool_)
    return mask
