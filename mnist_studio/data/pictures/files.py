"""Picture files as digit images.

A picture is opened by Pillow, reduced, laid on a background, turned white on black and then goes
through the same normalization as everything else.
"""

import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.files import unreadable
from mnist_studio.data.formats import HEAD, format_of
from mnist_studio.data.images import SIDE
from mnist_studio.data.pictures.components import digits_of
from mnist_studio.data.pictures.normalize import Levels, blank, normalize
from mnist_studio.data.pictures.paper import ink_of
from mnist_studio.errors import PictureError
from mnist_studio.formatting import count

if TYPE_CHECKING:
    from PIL.Image import Image

# Pillow's log of unusual files would otherwise go to standard error.
logging.getLogger("PIL").addHandler(logging.NullHandler())

MOST_BYTES = 300_000_000
"""Larger files are not opened: the most pixels take 200 million bytes unpacked."""

MOST_PIXELS = 50_000_000
"""Larger pictures are refused before anything of them is decoded."""

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA")
"""Plain pixels only: some of Pillow's other formats start programs to decode them."""

_ENOUGH = 512
"""Longer pictures are reduced to below twice this before they are looked at."""

_WIDE = {"I;16": "I", "I;16B": "I", "I;16L": "I", "I;16N": "I", "I": "I", "F": "F"}
"""Modes with more than 8 bits a pixel, and the one that Pillow can reduce."""

_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError,
    AttributeError, MemoryError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's decoders raise on damaged files, each for reasons of its own."""


def open_picture(path: Path) -> NDArray[np.uint8]:
    """The digit image of a picture file.

    Dark on light is turned light on dark, by what its border is. Where a picture is transparent,
    the opaque part is the ink. Of an animation the first frame is taken.

    Args:
        path: a PNG, JPEG, GIF, BMP, TIFF or WebP file of one digit.

    Returns:
        (28, 28) uint8, white on black.

    Raises:
        PictureError: it is missing, no picture, damaged, huge or blank, or has several digits.
    """
    with _named(path):
        return picture_from_levels(_gray(path))


def open_digits(path: Path | IO[bytes]) -> NDArray[np.uint8]:
    """The digits of a picture file, in the order of reading.

    As ``open_picture`` does, and each digit by itself: a photo of a number has several.

    Args:
        path: of the file; or its content, as it comes from a clipboard.

    Returns:
        (n, 28, 28) uint8, white on black, n from 1 to ``components.MOST``.

    Raises:
        PictureError: as ``open_picture``.
    """
    with _named(path):
        return digits_from_levels(_gray(path))


def open_gray(path: Path) -> Levels:
    """The gray (h, w) picture of a file, from 0 to 1, upright and laid on a background.

    Raises:
        PictureError: it is missing, no picture, damaged, or huge.
    """
    with _named(path):
        return _gray(path)


@contextmanager
def _named(path: Path | IO[bytes]) -> Iterator[None]:
    """Names the file in every complaint about it."""
    try:
        yield
    except PictureError as error:
        if not isinstance(path, Path) or path.name in error.problem:
            raise
        raise PictureError(f"{path.name}: {error.problem}", error.remedy) from error


def digits_from_levels(gray: NDArray[Any]) -> NDArray[np.uint8]:
    """The digits (n, 28, 28) of a gray picture; see ``open_digits`` and ``picture_from_levels``.

    Raises:
        PictureError: there is no contrast with its background.
    """
    return np.stack([normalize(part) for part in _parts(ink_of(_levels_of(gray)))])


def _parts(ink: Levels) -> tuple[Levels, ...]:
    # In a picture of few pixels, faint gaps part what is one digit.
    return (ink,) if max(ink.shape) <= 2 * SIDE else digits_of(ink)


def picture_from_levels(gray: NDArray[Any]) -> NDArray[np.uint8]:
    """The digit image of a gray picture, dark on light or light on dark.

    Args:
        gray: (h, w); integers over the range of their type, or 0-1.

    Raises:
        PictureError: there is no contrast with its background, or several digits do.
    """
    found = digits_from_levels(gray)
    if len(found) > 1:
        raise PictureError(
            f"The image must show one digit, but {len(found)} were found.",
            "Crop it to one digit.",
        )
    image: NDArray[np.uint8] = found[0]
    return image


def _levels_of(gray: NDArray[Any]) -> Levels:
    full = np.iinfo(gray.dtype).max if np.issubdtype(gray.dtype, np.integer) else 1
    levels = np.asarray(gray, dtype=np.float32) / np.float32(full)
    if levels.ndim != 2 or not levels.size or not np.isfinite(levels).all():
        raise blank()
    return levels


def _gray(path: Path | IO[bytes]) -> Levels:
    """The picture as (h, w) gray of 0-1, upright and laid on a background."""
    from PIL import Image, UnidentifiedImageError

    with _quiet():
        try:
            _refuse_large(path)
            with Image.open(path, formats=_FORMATS) as picture:
                # A JPEG can be decoded at an eighth of its size: what counts is what is decoded.
                picture.draft(None, (_ENOUGH, _ENOUGH))
                _refuse_huge(*picture.size)
                return _upright(_levels(picture), picture)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _huge() from error
        except UnidentifiedImageError as error:
            raise _no_picture(path if isinstance(path, Path) else None) from error
        except _BROKEN as error:
            raise _broken(error, path if isinstance(path, Path) else None) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Hides Pillow's warnings about unusual files, but not those about their size."""
    from PIL.Image import DecompressionBombWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", DecompressionBombWarning)
        yield


def _levels(picture: "Image") -> Levels:
    if picture.mode in _WIDE:
        wide = np.asarray(_reduced(picture.convert(_WIDE[picture.mode])), dtype=np.float32)
        usual = 1.0 if picture.mode == "F" else 65535.0
        return wide / np.float32(max(usual, float(wide.max(initial=0.0))))
    if picture.mode == "LAB":
        return _bytes(_reduced(picture.getchannel(0)))
    if picture.has_transparency_data:
        return _laid(_reduced(picture.convert("RGBA")))
    return _bytes(_reduced(picture.convert("L")))


def _laid(picture: "Image") -> Levels:
    """An RGBA picture laid on what lets its opaque part be seen.

    A digit on nothing is laid on its opposite. An opaque sheet with a digit on it, such as a
    scan with rounded corners, is laid on the color of the sheet.
    """
    gray, opaque = _bytes(picture.convert("RGB").convert("L")), _bytes(picture.getchannel("A"))
    seen = gray[opaque > 0.5]
    if not seen.size:
        raise blank()
    sheet = seen.size > gray.size / 2 and float(np.ptp(seen)) > 0.5
    middle = float(np.median(seen))
    background = middle if sheet else float(middle < 0.5)
    return np.asarray(gray * opaque + np.float32(background) * (1 - opaque))


def _bytes(picture: "Image") -> Levels:
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


def _reduced(picture: "Image") -> "Image":
    """Means over square blocks, so that the longer side is below twice ``_ENOUGH``."""
    step = max(picture.size) // _ENOUGH
    return picture.reduce(step) if step > 1 else picture


def _upright(levels: Levels, picture: "Image") -> Levels:
    """Rotated by the camera's EXIF orientation (1-8; TIFF 6.0, tag 274)."""
    orientation = picture.getexif().get(274, 1)
    if orientation in (5, 6, 7, 8):
        levels = levels.T
    if orientation in (3, 4, 7, 8):
        levels = levels[::-1]
    if orientation in (2, 3, 6, 7):
        levels = levels[:, ::-1]
    return levels


def _refuse_large(path: Path | IO[bytes]) -> None:
    if isinstance(path, Path) and (size := path.stat().st_size) > MOST_BYTES:
        raise PictureError(
            f"{path.name} has {count(size / 1e6)} MB, but an image can have at most "
            f"{count(MOST_BYTES / 1e6)} MB.",
            "Save it in a smaller size.",
        )


def _refuse_huge(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _huge()


def _huge() -> PictureError:
    return PictureError(
        f"The image has more than {MOST_PIXELS // 1_000_000} million pixels.",
        "Crop it to the digit, or save it in a smaller size.",
    )


def _no_picture(path: Path | None) -> PictureError:
    if path and path.stat().st_size == 0:
        return PictureError(f"{path.name} is empty.", "Select another file.")
    name, kind = path.name if path else "This", _kind(path) if path else ""
    return PictureError(
        f"{name} is {kind}, not an image in a supported format."
        if kind and not kind.endswith("image")
        else f"{name} is not an image in a supported format.",
        "Select a PNG, JPEG, GIF, or BMP file.",
    )


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        return format_of(file.read(HEAD))


def _broken(error: Exception, path: Path | None) -> PictureError:
    if path and isinstance(error, OSError) and error.errno is not None:
        failure = unreadable(error, path)
        return PictureError(failure.problem, failure.remedy)
    return PictureError(
        f"{path.name if path else 'The image'} is incomplete or damaged.",
        "Save it again, or select another image.",
    )
