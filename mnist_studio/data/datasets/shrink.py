"""Gray pictures of any size as 28×28 images: the whole picture, not only its ink.

Drawings of symbols are fitted like digits, see ``data.pictures.normalize``. A photo or an icon is
kept whole: scaled until its longer side has 28 pixels, each the mean of the area that it covers,
and centered on the level of its own border.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import SIDE
from mnist_studio.data.pictures.normalize import Levels


def whole(levels: Levels) -> Levels:
    """A picture (h, w) of 0-1 in a square (28, 28) of 0-1.

    A picture of 28×28 pixels is unchanged.
    """
    height, width = levels.shape
    scale = SIDE / max(height, width)
    rows = max(1, round(height * scale))
    columns = max(1, round(width * scale))
    small = _means(height, rows) @ np.asarray(levels, np.float64) @ _means(width, columns).T
    image = np.full((SIDE, SIDE), frame_level(levels))
    top, left = (SIDE - rows) // 2, (SIDE - columns) // 2
    image[top : top + rows, left : left + columns] = small
    return image


def frame_level(levels: Levels) -> float:
    """The median of the outermost pixels."""
    frame = [levels[0], levels[-1], levels[:, 0], levels[:, -1]]
    return float(np.median(np.concatenate(frame)))


def as_bytes(levels: Levels) -> NDArray[np.uint8]:
    """Levels of 0-1 as bytes of 0-255."""
    return np.rint(np.clip(levels, 0, 1) * 255).astype(np.uint8)


def _means(size: int, count: int) -> Levels:
    """(count, size): the share of every pixel in each of ``count`` equal parts of the side."""
    edges = np.linspace(0, size, count + 1)
    pixels = np.arange(size)
    low = np.maximum(edges[:-1, None], pixels)
    high = np.minimum(edges[1:, None], pixels + 1)
    return np.asarray(np.clip(high - low, 0, None) * count / size)
