"""Photos of paper, made: real strokes in shaded, noisy light, dark on light or light on dark."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.ink.rendering import Ink, arrays
from mnist_studio.data.ink.strokes import drawn, segments


def written(ink: Ink, side: int, pen: float) -> NDArray[np.float64]:
    """Strokes as levels (side, side) of 0-1, in the middle half of the square."""
    strokes = arrays(ink)
    points = np.concatenate(strokes)[:, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    scale = side / 2 / max(float((high - low).max()), 1e-9)
    moved = [np.column_stack([(s[:, :2] - (low + high) / 2) * scale + side / 2, s[:, 2]])
             for s in strokes]  # fmt: skip
    return np.asarray(drawn(segments(moved), pen, side), dtype=np.float64).clip(0, 1)


def photo(inks: Sequence[Ink], seed: int, side: int = 120) -> NDArray[np.uint8]:
    """One digit beside the other on a sheet: a slope of light, a soft shadow, noise, blotches."""
    chance = np.random.default_rng(seed)
    ink = np.hstack([written(one, side, chance.uniform(4, 7)) for one in inks])
    height, width = ink.shape
    y, x = np.mgrid[0:height, 0:width] / side
    turn = chance.uniform(0, 2 * np.pi)
    paper = chance.uniform(150, 225) + chance.uniform(10, 45) * (
        np.cos(turn) * x + np.sin(turn) * y
    )
    shade = 1 / (1 + np.exp(-8 * (x - chance.uniform(0.2, 1.2) * width / side)))
    paper -= chance.uniform(0, 50) * shade
    levels = paper * (1 - ink * chance.uniform(0.5, 0.85))
    levels += chance.normal(0, chance.uniform(1, 6), levels.shape)
    found: NDArray[np.uint8] = levels.clip(0, 255).astype(np.uint8)
    if chance.random() < 0.3:
        found = 255 - found
    return found
