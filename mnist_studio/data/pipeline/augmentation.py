"""Training digits changed at random, the same for every framework: ``spec.augmentation`` at work.

Elementwise float32 apart from the smoothing, which is exact: a change neither depends on how many
digits are changed together nor on the threads of a product.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.pipeline.randomness import Purpose, random_bytes
from mnist_studio.spec.augmentation import Augmentation

SIDE = 28
BLOCK = 16
"""Digits at once: their intermediate arrays fit into the processor's cache."""

_CENTRE = (SIDE - 1) / 2
_WIDTH = SIDE + 3
"""Of a digit within its rim: one pixel before it and, for the neighbors of the last, two after."""

_AMOUNTS = 5
_AXIS = np.arange(SIDE) - _CENTRE

Images = NDArray[np.uint8]
Field = NDArray[np.float32]


def augmented(
    images: Images,
    augmentation: Augmentation,
    seed: int,
    step: int,
    go_on: Callable[[], bool] = lambda: True,
) -> Images:
    """The augmented images of a batch: a function of seed, step and index in the batch.

    Args:
        images: (b, 28, 28).
        augmentation: the limits of what is drawn.
        seed: of the run.
        step: of the run, from 0.
        go_on: called every few images; once it returns False, the rest stays unchanged.

    Returns:
        (b, 28, 28)
    """
    changed = images.copy()
    amounts = _amounts(augmentation, seed, step, len(images))
    for start in range(0, len(images), BLOCK):
        if not go_on():
            break
        block = slice(start, start + BLOCK)
        x, y = places(amounts[:, block])
        if augmentation.elastic:
            part = 1 + start // BLOCK
            x_shift, y_shift = _displacements(augmentation, seed, step, part, len(x))
            x += x_shift
            y += y_shift
        changed[block] = levels(images[block], x, y)
    return changed


def _amounts(augmentation: Augmentation, seed: int, step: int, count: int) -> NDArray[np.float64]:
    """(6, count): the matrix from new places to old ones, row by row, and the shift."""
    drawn = random_bytes(seed, Purpose.AUGMENTATION, step, 0, 4 * _AMOUNTS * count).view("<u4")
    even = (drawn.reshape(count, _AMOUNTS).T + 0.5) / 2**31 - 1
    angle, lean = np.radians(augmentation.rotation * even[0]), augmentation.shear * even[1]
    shrink, shear = 1 / (1 + augmentation.zoom * even[2]), np.tan(np.radians(lean))
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = (cos + shear * sin, shear * cos - sin, sin, cos)
    return np.stack([*(shrink * entry for entry in matrix), *(augmentation.shift * even[3:])])


def places(amounts: NDArray[np.float64]) -> tuple[Field, Field]:
    """The position in the old image of every pixel of the new one: x and y, (b, 28, 28).

    Args:
        amounts: (6, b), the matrix from new places to old ones, row by row, and the shift.
    """
    xx, xy, yx, yy, x, y = amounts[:, :, None]
    # A map without displacements is a sum of one number a column and one a row.
    of_column = [(a * _AXIS).astype(np.float32)[:, None, :] for a in (xx, yx)]
    of_row = [
        (a * _AXIS + shift + _CENTRE).astype(np.float32)[:, :, None]
        for a, shift in ((xy, x), (yy, y))
    ]
    return of_column[0] + of_row[0], of_column[1] + of_row[1]


def _displacements(
    augmentation: Augmentation, seed: int, step: int, part: int, count: int
) -> tuple[Field, Field]:
    """Displacements along x and y, (count, 28, 28), the longest of each digit as ``elastic``."""
    size = count * 2 * SIDE * SIDE
    noise = random_bytes(seed, Purpose.AUGMENTATION, step, part, size).astype(np.float64) * 2 - 255
    kernel = _gaussian(augmentation.smoothness)
    # One small product per field: threads inside a large one would wait for those of a framework.
    fields = (kernel @ noise.reshape(count, 2, SIDE, SIDE) @ kernel).astype(np.float32)
    x, y = fields[:, 0], fields[:, 1]
    longest = np.sqrt((x * x + y * y).max(axis=(1, 2), keepdims=True))
    scale = np.float32(augmentation.elastic) / longest
    return x * scale, y * scale


@lru_cache(maxsize=8)
def _gaussian(deviation: float) -> NDArray[np.float64]:
    """(28, 28): a row of noise times this is the row smoothed; the noise is 0 outside.

    Whole numbers, so that the sums of both smoothings, below 2^50, are exact in whichever order
    a product adds them up.
    """
    distance = _AXIS[:, None] - _AXIS
    kernel: NDArray[np.float64] = np.rint(2**16 * np.exp(-((distance / deviation) ** 2) / 2))
    return kernel


def levels(images: Images, x: Field, y: Field) -> Images:
    """The levels of images (b, 28, 28) at places between their pixels, bilinear; 0 outside.

    The places are used up: their arrays hold something else afterwards.
    """
    count = len(images)
    rimmed = np.zeros((count, _WIDTH, _WIDTH), np.float32)
    rimmed[:, 1 : SIDE + 1, 1 : SIDE + 1] = images
    column, right = _split(x)
    corner, down = _split(y)
    corner *= _WIDTH
    corner += column
    corner += np.arange(0, rimmed.size, _WIDTH * _WIDTH, dtype=np.int32)[:, None, None]
    corners = corner.astype(np.intp)
    above = _between(rimmed, corners, right)
    corners += _WIDTH
    below = _between(rimmed, corners, right)
    below -= above
    below *= down
    above += below
    above += 0.5
    return above.astype(np.uint8)


def _split(places: Field) -> tuple[NDArray[np.int32], Field]:
    """Pixels within the rim, and how far beyond them the places lie, 0 to 1."""
    places += 1
    np.clip(places, 0, SIDE + 1, out=places)
    whole = places.astype(np.int32)
    places -= whole
    return whole, places


def _between(rimmed: Field, corners: NDArray[np.intp], right: Field) -> Field:
    """The levels between the pixels ``corners`` and those to their right."""
    flat = rimmed.reshape(-1)
    here, there = flat.take(corners), flat[1:].take(corners)
    there -= here
    there *= right
    here += there
    return here
