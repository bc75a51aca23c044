"""Digits that the user wrote and labeled: the personal test set.

Their strokes are kept and not only their images, so that whatever the recipe becomes, they go
through it anew.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import CLASSES, SIDE, LabeledImages
from mnist_studio.data.ink.rendering import UNIT_PAD, Ink, InkPoint, digit_image
from mnist_studio.data.ink.strokes import EVEN
from mnist_studio.errors import PictureError, UsageError

Image = NDArray[np.uint8]

MOST_POINTS = 20_000
"""Of one digit; a long drawing of a fast pen has some hundreds."""

_DECIMALS = 5
"""Of a point, whose pad has sides of length 1: a hundredth of a screen's pixel."""


@dataclass(frozen=True)
class OwnImage:
    """A drawing or a picture with its label. Two of the same content are the same digit.

    Attributes:
        key: of its content, 32 hexadecimal figures; the label is no part of it.
        label: 0-9.
        created: seconds since 1970.
        ink: strokes in a square with sides of length 1; empty of a picture.
        pen: width of the pad's pen in that square.
        picture: 784 bytes, a digit image by rows; empty of a drawing.
    """

    key: str
    label: int
    created: float
    ink: Ink
    pen: float = UNIT_PAD.pen
    picture: bytes = b""

    @property
    def image(self) -> Image:
        """The (28, 28) digit image, read-only: the picture, or the strokes after MNIST's recipe."""
        return _image(self)

    def __hash__(self) -> int:
        """By its content: strokes are long."""
        return hash((self.key, self.label))


def of_ink(ink: Ink, label: int, created: float, pen: float = UNIT_PAD.pen) -> OwnImage:
    """A drawing as a personal digit.

    Raises:
        PictureError: nothing was drawn, or a point is no usable one.
        UsageError: the label is no digit.
    """
    strokes = tuple(tuple(map(_rounded, stroke)) for stroke in ink if stroke)
    if not strokes:
        raise PictureError("Nothing was drawn.", "Draw a digit on the pad.")
    if sum(map(len, strokes)) > MOST_POINTS:
        raise PictureError(
            f"The drawing has more than {MOST_POINTS:,} points.", "Draw one digit with a few lines."
        )
    content = repr([[point[:2] for point in stroke] for stroke in strokes]).encode()
    digit = OwnImage(_key(b"ink", content), _checked(label), created, strokes, pen)
    digit.image  # noqa: B018 - told now and not when it is looked at: what cannot be drawn
    return digit


def of_picture(image: Image, label: int, created: float) -> OwnImage:
    """A digit image (28, 28), white on black, as a personal digit.

    Raises:
        PictureError: nothing is on it.
        UsageError: the label is no digit.
    """
    if image.shape != (SIDE, SIDE) or image.dtype != np.uint8 or not image.any():
        raise PictureError("The picture is empty.", "Open a picture of a digit.")
    content = image.tobytes()
    return OwnImage(_key(b"picture", content), _checked(label), created, (), picture=content)


def digits_of(digits: Sequence[OwnImage]) -> LabeledImages:
    """Images (n, 28, 28) and labels (n,) in the same order."""
    images = np.array([digit.image for digit in digits], dtype=np.uint8)
    labels = np.array([digit.label for digit in digits], dtype=np.uint8)
    return LabeledImages(images.reshape(-1, SIDE, SIDE), labels)


@lru_cache(maxsize=4096)
def _image(digit: OwnImage) -> Image:
    if digit.picture:
        return np.frombuffer(digit.picture, np.uint8).reshape(SIDE, SIDE)
    image = digit_image(digit.ink)
    image.flags.writeable = False
    return image


def _rounded(point: InkPoint) -> InkPoint:
    x, y, time, pressure = point
    if not (isfinite(x) and isfinite(y)):
        raise PictureError("A point lies nowhere on the pad.", "Clear the pad and draw again.")
    return InkPoint(
        round(x, _DECIMALS),
        round(y, _DECIMALS),
        round(time, 3) if isfinite(time) else 0.0,
        round(pressure, 3) if isfinite(pressure) else EVEN,
    )


def _key(kind: bytes, content: bytes) -> str:
    return hashlib.sha256(kind + content).hexdigest()[:32]


def _checked(label: int) -> int:
    if not 0 <= label < CLASSES:
        raise UsageError(f"{label} is no digit.", "Choose a label from 0 to 9.")
    return label
