"""Own images: digits that the user drew or opened, with their labels.

Strokes are stored, not only images, so that a later version can render them differently.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.data.ink.rendering import UNIT_PAD, Ink, InkPoint, digit_image
from mnist_studio.data.ink.strokes import EVEN
from mnist_studio.errors import PictureError, UsageError
from mnist_studio.spec.run import DIGITS

Image = NDArray[np.uint8]

MOST_POINTS = 20_000
"""Limit for one drawing; a long drawing with a fast pen has a few hundred points."""

_DECIMALS = 5
"""Decimals of a coordinate on a canvas with sides of length 1: a hundredth of a screen pixel."""


@dataclass(frozen=True)
class OwnImage:
    """A drawing or a picture with its label. Equal content means the same image.

    Attributes:
        key: hash of the content without the label, 32 hexadecimal digits.
        label: 0-9.
        created: seconds since 1970.
        ink: strokes in a square with sides of length 1; empty for a picture.
        pen: pen width in that square.
        picture: 784 bytes, an image by rows; empty for a drawing.
    """

    key: str
    label: int
    created: float
    ink: Ink
    pen: float = UNIT_PAD.pen
    picture: bytes = b""

    @property
    def image(self) -> Image:
        """The (28, 28) image, read-only: the picture, or the strokes rendered like MNIST."""
        return _image(self)

    def __hash__(self) -> int:
        """Hashes the key, because strokes are long."""
        return hash((self.key, self.label))


def of_ink(ink: Ink, label: int, created: float, pen: float = UNIT_PAD.pen) -> OwnImage:
    """A drawing as an own image.

    Raises:
        PictureError: nothing was drawn, or a point is not valid.
        UsageError: the label is not a digit.
    """
    strokes = tuple(tuple(map(_rounded, stroke)) for stroke in ink if stroke)
    if not strokes:
        raise PictureError("The canvas is empty.", "Draw a digit on it.")
    if sum(map(len, strokes)) > MOST_POINTS:
        raise PictureError(
            f"A drawing can have at most {MOST_POINTS:,} points.",
            "Draw one digit with a few strokes.",
        )
    digit = OwnImage(_key(b"ink", _content(strokes)), _checked(label), created, strokes, pen)
    digit.image  # noqa: B018 - raises now, not later, if the ink cannot be rendered
    return digit


def of_picture(image: Image, label: int, created: float) -> OwnImage:
    """An image (28, 28), white on black, as an own image.

    Raises:
        PictureError: it is empty.
        UsageError: the label is not a digit.
    """
    if image.shape != (SIDE, SIDE) or image.dtype != np.uint8 or not image.any():
        raise PictureError("The image is empty.", "Open an image of a digit.")
    content = image.tobytes()
    return OwnImage(_key(b"picture", content), _checked(label), created, (), picture=content)


def labeled_images(images: Sequence[OwnImage]) -> LabeledImages:
    """Images (n, 28, 28) and labels (n,) in the same order."""
    pixels = np.array([one.image for one in images], dtype=np.uint8)
    labels = np.array([one.label for one in images], dtype=np.uint8)
    return LabeledImages(pixels.reshape(-1, SIDE, SIDE), labels)


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
        raise PictureError(
            "A point of the drawing is outside the canvas.", "Clear the canvas and draw again."
        )
    return InkPoint(
        round(x, _DECIMALS),
        round(y, _DECIMALS),
        round(time, 3) if isfinite(time) else 0.0,
        round(pressure, 3) if isfinite(pressure) else EVEN,
    )


def has_its_key(image: OwnImage) -> bool:
    """Whether the key of an image is that of its content, so that neither was changed."""
    if image.picture:
        return image.key == _key(b"picture", image.picture)
    return image.key == _key(b"ink", _content(image.ink))


def _content(strokes: Ink) -> bytes:
    """What makes a drawing equal to another: its points."""
    return repr([[point[:2] for point in stroke] for stroke in strokes]).encode()


def _key(kind: bytes, content: bytes) -> str:
    return hashlib.sha256(kind + content).hexdigest()[:32]


def _checked(label: int) -> int:
    if not 0 <= label < len(DIGITS):
        raise UsageError(f"Label must be 0 to 9, got {label}.", "Choose another label.")
    return label
