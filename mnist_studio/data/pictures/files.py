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
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.files import unreadable
from mnist_studio.data.formats import HEAD, HEIC, format_of
from mnist_studio.data.images import SIDE
from mnist_studio.data.pictures.coarse import block_of, smoothed
from mnist_studio.data.pictures.color import brightness, gray_of
from mnist_studio.data.pictures.components import DIGIT, number_of
from mnist_studio.data.pictures.normalize import Levels, blank, normalize
from mnist_studio.data.pictures.paper import ink_of
from mnist_studio.data.pictures.sheets import sheet_of
from mnist_studio.errors import PictureError
from mnist_studio.formatting import count, listed

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

SUFFIXES = {
    "PNG": ("png",),
    "JPEG": ("jpg", "jpeg"),
    "GIF": ("gif",),
    "BMP": ("bmp",),
    "TIFF": ("tif", "tiff"),
    "WebP": ("webp",),
    "PPM": ("ppm", "pgm", "pbm"),
    "ICO": ("ico",),
    "TGA": ("tga",),
}
"""The formats that can be opened, with the endings of their files."""

HEIC_SUFFIXES = ("heic", "heif")
"""Endings of photos of many phones, which need the library ``pillow-heif``."""

_ENOUGH = 512
"""Longer pictures are reduced to below twice this before they are looked at."""

_WIDE = {"I;16": "I", "I;16B": "I", "I;16L": "I", "I;16N": "I", "I": "I", "F": "F"}
"""Modes with more than 8 bits a pixel, and the one that Pillow can reduce."""

_DEPTHS = (255.0, 1023.0, 4095.0, 65535.0)
"""Full levels of scans of 8, 10, 12, and 16 bits, which are all stored in 16 bits."""

_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError,
    AttributeError, MemoryError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's decoders raise on damaged files, each for reasons of its own."""


@dataclass(frozen=True, eq=False)
class PictureNumber:
    """The digits of a picture, and the marks between them.

    Attributes:
        images: (n, 28, 28) uint8, white on black, in the order of reading.
        pattern: ``components.DIGIT`` for each of them, and the marks, such as ``#.##``.
    """

    images: NDArray[np.uint8]
    pattern: str


def open_picture(path: Path) -> NDArray[np.uint8]:
    """The digit image of a picture file.

    Dark on light is turned light on dark, by what its border is. Where a picture is transparent,
    the opaque part is the ink. Of an animation the first frame is taken.

    Args:
        path: a file of one digit in one of the ``FORMATS``.

    Returns:
        (28, 28) uint8, white on black.

    Raises:
        PictureError: it is missing, no picture, damaged, huge or blank, or has several digits.
    """
    with _named(path):
        return picture_from_levels(_pixels(path))


def open_number(path: Path | IO[bytes]) -> PictureNumber:
    """The digits of a picture file with decimal points, signs, and slashes.

    As ``open_picture`` does, and each digit by itself: a photo of a number has several.

    Args:
        path: of the file; or its content, as it comes from a clipboard.

    Raises:
        PictureError: as ``open_picture``, but a number may have up to ``components.MOST`` digits.
    """
    with _named(path):
        return number_from_levels(_pixels(path))


def open_digits(path: Path | IO[bytes]) -> NDArray[np.uint8]:
    """The images (n, 28, 28) of ``open_number``."""
    return open_number(path).images


def open_gray(path: Path) -> Levels:
    """The gray (h, w) picture of a file, from 0 to 1, upright and laid on a background.

    Raises:
        PictureError: it is missing, no picture, damaged, or huge.
    """
    with _named(path):
        pixels = _pixels(path)
        return pixels if pixels.ndim == 2 else brightness(pixels)


@contextmanager
def _named(path: Path | IO[bytes]) -> Iterator[None]:
    """Names the file in every complaint about it."""
    try:
        yield
    except PictureError as error:
        if not isinstance(path, Path) or path.name in error.problem:
            raise
        raise PictureError(f"{path.name}: {error.problem}", error.remedy) from error


def digits_from_levels(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """The images (n, 28, 28) of ``number_from_levels``."""
    return number_from_levels(levels).images


def number_from_levels(levels: NDArray[Any]) -> PictureNumber:
    """The digits of a picture; see ``open_number`` and ``picture_from_levels``.

    Raises:
        PictureError: there is no contrast with its background.
    """
    gray = gray_of(sheet_of(_levels_of(levels)))
    ink, block = ink_of(gray), block_of(gray)
    # In a picture of few pixels, faint gaps part what is one digit.
    parts, pattern = ((ink,), DIGIT) if max(ink.shape) <= 2 * SIDE else number_of(ink)
    return PictureNumber(np.stack([normalize(smoothed(part, block)) for part in parts]), pattern)


def picture_from_levels(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """The digit image of a picture, dark on light or light on dark.

    Args:
        levels: (h, w), or (h, w, 3) in color; integers over the range of their type, or 0-1.

    Raises:
        PictureError: there is no contrast with its background, or several digits do.
    """
    found = number_from_levels(levels)
    if len(found.images) > 1:
        raise PictureError(
            f"The image must show one digit, but {len(found.images)} were found.",
            "Crop it to one digit.",
        )
    if found.pattern != DIGIT:
        raise PictureError(
            f"The image must show one digit, but it also shows “{found.pattern.strip(DIGIT)}”.",
            "Crop it to the digit.",
        )
    image: NDArray[np.uint8] = found.images[0]
    return image


def _levels_of(pixels: NDArray[Any]) -> Levels:
    """(h, w, c) of 0-1, c being 1 for gray and 3 for color."""
    full = np.iinfo(pixels.dtype).max if np.issubdtype(pixels.dtype, np.integer) else 1
    levels = np.asarray(pixels, dtype=np.float32) / np.float32(full)
    levels = levels[..., np.newaxis] if levels.ndim == 2 else levels
    good = levels.ndim == 3 and levels.shape[2] in (1, 3) and levels.size
    if not good or not np.isfinite(levels).all():
        raise blank()
    return levels


def _pixels(path: Path | IO[bytes]) -> Levels:
    """The picture as (h, w) gray or (h, w, 3) color of 0-1, upright and laid on a background."""
    from PIL import Image, UnidentifiedImageError

    with _quiet():
        try:
            _refuse_large(path)
            with Image.open(path, formats=_readable()) as picture:
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
        return wide / np.float32(_full(picture.mode, float(wide.max(initial=0.0))))
    if picture.mode == "LAB":
        return _bytes(_reduced(picture.getchannel(0)))
    if picture.has_transparency_data:
        return _laid(_reduced(picture.convert("RGBA")))
    if picture.mode in ("1", "L"):
        return _bytes(_reduced(picture.convert("L")))
    return _bytes(_reduced(picture.convert("RGB")))


def _full(mode: str, highest: float) -> float:
    """The level of white, where the file does not name its bits."""
    usual = (1.0,) if mode == "F" else _DEPTHS
    return next((full for full in usual if highest <= full), highest)


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
        levels = levels.swapaxes(0, 1)
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


def _readable() -> tuple[str, ...]:
    """Pillow's names of the formats that can be opened."""
    return (*_FORMATS, "HEIF") if _heic_is_readable() else _FORMATS


@cache
def _heic_is_readable() -> bool:
    """Whether the library for HEIC is installed; if so, Pillow can use it from now on."""
    try:
        library = import_module("pillow_heif")
        library.register_heif_opener(thumbnails=False)
    except (ImportError, AttributeError):
        return False
    return True


def formats() -> tuple[str, ...]:
    """Names of the formats that can be opened."""
    return (*SUFFIXES, "HEIC") if _heic_is_readable() else tuple(SUFFIXES)


def suffixes() -> tuple[str, ...]:
    """Endings of the files that can be opened."""
    usual = tuple(suffix for endings in SUFFIXES.values() for suffix in endings)
    return usual + HEIC_SUFFIXES if _heic_is_readable() else usual


def _no_picture(path: Path | None) -> PictureError:
    if path and path.stat().st_size == 0:
        return PictureError(f"{path.name} is empty.", "Select another file.")
    name, kind = path.name if path else "This", _kind(path) if path else ""
    if kind == HEIC:
        return PictureError(
            f"{name} is {kind}, which MNIST Studio cannot open.",
            "Save it as JPEG with a photo viewer, or run: pip install pillow-heif",
        )
    return PictureError(
        f"{name} is {kind}, not an image in a supported format."
        if kind and not kind.endswith("image")
        else f"{name} is not an image in a supported format.",
        f"Select a file in one of these formats: {listed(formats(), 'or')}.",
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
