"""Own images as one JSON file, to save, share, and merge.

    {"format": "mnist-studio-digits", "version": 1, "digits": [
        {"label": 7, "created": 1767322245.0, "pen": 0.072, "strokes": [[[x, y, t, p], ...], ...]},
        {"label": 4, "created": 1767322251.0, "picture": "base64 of 784 bytes"}]}

Points are in a square with sides of length 1, y downward; t is in seconds, p is pressure, 0-1.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np

from mnist_studio.data.files import write_bytes
from mnist_studio.data.formats import HEAD, format_of
from mnist_studio.data.images import SIDE
from mnist_studio.data.ink.rendering import UNIT_PAD, InkPoint
from mnist_studio.data.own_images import OwnImage, of_ink, of_picture
from mnist_studio.errors import DataError, MnistStudioError
from mnist_studio.store.disk import reading

VERSION = 1
MOST_BYTES = 100_000_000
"""About 13,000 drawings of 300 points."""

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
    digits: tuple[msgspec.Raw, ...]


_DIGITS = msgspec.json.Decoder(_Digit)
"""One image after the other, so that not all of them are in memory twice."""


def write(digits: Sequence[OwnImage], path: Path) -> None:
    """Writes images; an existing file is replaced.

    Raises:
        DataError: it cannot be written, or ``read`` would refuse it.
    """
    content = encode(digits)
    if len(content) > MOST_BYTES:
        raise DataError(
            f"The images take {len(content) / 1e6:,.0f} MB, but a file can have at most "
            f"{MOST_BYTES / 1e6:,.0f} MB.",
            "Export fewer images.",
        )
    write_bytes(path, content)


def read(path: Path) -> tuple[OwnImage, ...]:
    """The images of a file, each checked.

    Raises:
        StoreError: it cannot be read.
        DataError: it is not such a file, of a newer version, or an image in it is not valid.
    """
    try:
        with reading(path, named=True), path.open("rb") as file:
            size = path.stat().st_size
            if size > MOST_BYTES:
                raise _wrong(f"it has {size / 1e6:,.0f} MB, more than {MOST_BYTES / 1e6:,.0f} MB")
            return decode(file.read(MOST_BYTES))
    except DataError as error:
        raise DataError(f"{path}: {error.problem}", error.remedy) from error


def encode(digits: Sequence[OwnImage]) -> bytes:
    """The content of a file with these images."""
    stored = (_Digit(one.label, one.created, one.pen, one.ink, one.picture) for one in digits)
    raw = tuple(msgspec.Raw(msgspec.json.encode(one)) for one in stored)
    return msgspec.json.encode(_OwnImageFile("mnist-studio-digits", VERSION, raw)) + b"\n"


def decode(content: bytes) -> tuple[OwnImage, ...]:
    """The images of a content.

    Raises:
        DataError: as ``read``.
    """
    if kind := format_of(content[:HEAD]):
        raise _wrong(f"it is {kind}")
    try:
        file = msgspec.json.decode(content, type=_OwnImageFile)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _wrong(str(error)) from error
    if file.version > VERSION:
        raise DataError(
            f"The file has version {file.version}, but this MNIST Studio reads versions up to "
            f"{VERSION}.",
            "Update MNIST Studio.",
        )
    return tuple(_decoded(one, number) for number, one in enumerate(file.digits, start=1))


def _decoded(content: msgspec.Raw, number: int) -> OwnImage:
    try:
        return _digit(_DIGITS.decode(content), number)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _wrong(f"image {number}: {error}") from error


def _digit(one: _Digit, number: int) -> OwnImage:
    if not one.strokes and len(one.picture) != SIDE * SIDE:
        raise _wrong(f"image {number} has neither strokes nor 784 bytes of pixels")
    try:
        if one.strokes:
            ink = tuple(tuple(InkPoint(*point) for point in stroke) for stroke in one.strokes)
            return of_ink(ink, one.label, one.created, one.pen)
        image = np.frombuffer(one.picture, np.uint8).reshape(SIDE, SIDE)
        return of_picture(image, one.label, one.created)
    except MnistStudioError as error:
        raise DataError(
            f"Image {number} of the file is not valid: {error.problem}", "Correct it or remove it."
        ) from error


def _wrong(why: str) -> DataError:
    return DataError(
        f"This is not a file of exported images: {why}.",
        "Select a file that MNIST Studio exported.",
    )
