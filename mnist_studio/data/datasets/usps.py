"""USPS: 9,298 digits of addresses (Hull 1994), as LIBSVM publishes them.

Every line has a label from 1 to 10, for the digits 0 to 9, and 256 levels from -1 to 1, for 16×16
pixels. The digits fill their frame, as MNIST's fill a box of 20×20. So each is scaled to 20×20,
linear between the pixels, and placed by its center of mass as MNIST's are.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets.idx import damaged
from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.data.pictures.normalize import place
from mnist_studio.errors import PictureError

_SIDE, _BOX = 16, 20
_MOST = 100_000


def parsed(raw: bytes, name: str) -> LabeledImages:
    """The digits of a file.

    Args:
        raw: its unpacked text.
        name: of the file, for errors.

    Raises:
        DataError: it is not of that form; names the line.
    """
    lines = raw.decode("latin-1").splitlines()[:_MOST]
    images = np.zeros((len(lines), SIDE, SIDE), np.uint8)
    labels = np.zeros(len(lines), np.uint8)
    for number, line in enumerate(lines):
        try:
            labels[number], levels = _digit(line)
            images[number] = image(levels)
        except (ValueError, OverflowError, PictureError) as error:
            raise damaged(name, f"line {number + 1:,} is not a digit of 16×16 levels") from error
    return LabeledImages(images, labels)


def image(levels: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The image (28, 28) of a digit (16, 16) with levels of 0-1.

    Raises:
        PictureError: it is blank.
    """
    weights = _linear()
    return place(weights @ levels @ weights.T)


def _digit(line: str) -> tuple[int, NDArray[np.float64]]:
    label, *cells = line.split()
    levels = np.zeros(_SIDE * _SIDE)
    for cell in cells:
        at, _, value = cell.partition(":")
        if not 1 <= int(at) <= len(levels):
            raise ValueError(at)
        levels[int(at) - 1] = float(value)
    digit = int(float(label)) - 1
    if not cells or not 0 <= digit <= 9 or not (np.abs(levels) <= 1.001).all():
        raise ValueError(line[:20])
    return digit, np.clip((levels + 1) / 2, 0, 1).reshape(_SIDE, _SIDE)


def _linear() -> NDArray[np.float64]:
    """(20, 16): linear weights of the pixels; beyond the centers of the outer ones, these."""
    centers = np.clip((np.arange(_BOX) + 0.5) * _SIDE / _BOX - 0.5, 0, _SIDE - 1)
    return np.asarray(np.clip(1 - np.abs(centers[:, None] - np.arange(_SIDE)), 0, None))
