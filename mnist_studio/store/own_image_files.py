"""The personal test set as one readable file, to keep, to share and to merge: JSON.

    {"format": "mnist-studio-digits", "version": 1, "digits": [
        {"label": 7, "created": 1767322245.0, "pen": 0.072, "strokes": [[[x, y, t, p], ...], ...]},
        {"label": 4, "created": 1767322251.0, "picture": "base64 of 784 bytes"}]}

Points lie in a square with sides of length 1, y downwards; t are seconds, p is pressure, 0-1.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np

from mnist_studio.data.files import write_bytes
from mnist_studio.data.images import SIDE
from mnist_studio.data.ink.rendering import UNIT_PAD, InkPoint
from mnist_studio.data.own_images import OwnImage, of_ink, of_picture
from mnist_studio.errors import DataError, MnistStudioError
from mnist_studio.store.disk import reading

VERSION = 1
MOST_BYTES = 200_000_000

# The year 3000: beyond it some systems know no date.
_Moment = Annotated[float, msgspec.Meta(ge=0, le=32_503_680_000)]
_Width = Annotated[float, msgspec.Meta(gt=0, le=1)]
_Stroke = tuple[tuple[float, float, float, float], ...]


class _Digit(msgspec.Struct, frozen=True, omit_defaults=True):
    label: int
    created: _Moment
    pen: _Width = UNIT_PAD.pen
    strokes: tuple[_Stroke, ...] = ()
    picture: bytes = b""


class _OwnImageFile(msgspec.Struct, frozen=True):
    format: Literal["mnist-studio-digits"]
    version: int
    digits: tuple[_Digit, ...]


def write(digits: Sequence[OwnImage], path: Path) -> None:
    """Writes digits; a file that is there is replaced as a whole.

    Raises:
        DataError: it cannot be written.
    """
    write_bytes(path, encode(digits))


def read(path: Path) -> tuple[OwnImage, ...]:
    """The digits of a file, each checked.

    Raises:
        StoreError: it cannot be read.
        DataError: it is no such file, of a newer version, or a digit in it is none.
    """
    with reading(path):
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise _wrong(f"it has {size / 1e6:,.0f} MB, more than digits need")
        return decode(path.read_bytes())


def encode(digits: Sequence[OwnImage]) -> bytes:
    """The content of a file with these digits."""
    kept = (_Digit(one.label, one.created, one.pen, one.ink, one.picture) for one in digits)
    return msgspec.json.encode(_OwnImageFile("mnist-studio-digits", VERSION, tuple(kept))) + b"\n"


def decode(content: bytes) -> tuple[OwnImage, ...]:
    """The digits of such a content.

    Raises:
        DataError: as ``read``.
    """
    try:
        file = msgspec.json.decode(content, type=_OwnImageFile)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _wrong(str(error)) from error
    if file.version > VERSION:
        raise DataError(
            f"This file of digits has version {file.version}; this studio knows up to {VERSION}.",
            "Update MNIST Studio.",
        )
    return tuple(_digit(one, number) for number, one in enumerate(file.digits, start=1))


def _digit(one: _Digit, number: int) -> OwnImage:
    if not one.strokes and len(one.picture) != SIDE * SIDE:
        raise _wrong(f"digit {number} has neither strokes nor a picture of 784 bytes")
    try:
        if one.strokes:
            ink = tuple(tuple(InkPoint(*point) for point in stroke) for stroke in one.strokes)
            return of_ink(ink, one.label, one.created, one.pen)
        image = np.frombuffer(one.picture, np.uint8).reshape(SIDE, SIDE)
        return of_picture(image, one.label, one.created)
    except MnistStudioError as error:
        raise DataError(
            f"Digit {number} of the file: {error.problem}", "Correct it there or leave it out."
        ) from error


def _wrong(why: str) -> DataError:
    return DataError(
        f"This is not a file of digits: {why}.", "Choose a file that was exported by the studio."
    )
