"""The IDX format, in which MNIST's authors publish it (LeCun, Cortes & Burges).

Two zero bytes, the type of the elements (8 is an unsigned byte), the number of dimensions, every
dimension as a big-endian 32-bit number, then the elements, the last dimension fastest.
"""

import gzip
import struct
import zlib
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.files import unreadable
from mnist_studio.data.formats import HEAD, format_of
from mnist_studio.errors import DataError

LARGEST = 1 << 28
"""Limit for unpacked files; an archive that unpacks to more is malicious or a mistake."""

_UNSIGNED_BYTE, _INTEGER = 8, 12
_BYTE = 255
_GZIP = b"\x1f\x8b"
REMEDY = "Get the file again. MNIST Studio can download published datasets."


def read_raw(path: Path, largest: int = LARGEST) -> bytes:
    """The content of a file, unpacked if it is gzipped, regardless of its name.

    Raises:
        DataError: it is missing, not readable, a damaged archive, or larger than ``largest``.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            raw = file.read(largest + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path.name, "its archive is incomplete or damaged") from error
    except OSError as error:
        raise unreadable(error, path) from error
    if len(raw) > largest:
        kind = format_of(raw[:HEAD])
        reason = f"it is {kind}" if kind else f"it has more than {largest:,} bytes"
        raise damaged(path.name, reason)
    return raw


def head(path: Path, unpack: bool = True) -> bytes:
    """The first bytes of a file, unpacked if it is gzipped; packed ones if that fails.

    Raises:
        DataError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            first = file.read(HEAD)
        if not unpack or not first.startswith(_GZIP):
            return first
        with gzip.open(path) as file:
            return file.read(HEAD)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return first
    except OSError as error:
        raise unreadable(error, path) from error


def parse(raw: bytes, name: str, dimensions: int) -> NDArray[np.uint8]:
    """The elements of a raw IDX file.

    Args:
        raw: its content.
        name: of the file, for errors.
        dimensions: 3 for images, 1 for labels.

    Returns:
        A writable array of that many dimensions; some frameworks do not take read-only ones.

    Raises:
        DataError: it is not such a file, or has too few or too many bytes.
    """
    begin = 4 + 4 * dimensions
    if len(raw) >= 4 and raw[:4] != bytes([0, 0, _UNSIGNED_BYTE, dimensions]):
        raise damaged(name, _instead(raw, dimensions))
    if len(raw) < begin:
        raise damaged(name, f"it ends after {len(raw)} bytes")
    shape = struct.unpack(f">{dimensions}I", raw[4:begin])
    # With a size of 0 the others may be anything, but NumPy multiplies them too.
    if len(raw) - begin != prod(shape) or prod(max(size, 1) for size in shape) > LARGEST:
        raise damaged(name, f"it has {len(raw) - begin:,} elements, not {prod(shape):,}")
    return np.frombuffer(raw, dtype=np.uint8, offset=begin).reshape(shape).copy()


def parse_wide_labels(raw: bytes, name: str) -> NDArray[np.uint8]:
    """The classes (n,) in a raw IDX file of QMNIST: the first of eight 32-bit numbers in a row.

    Raises:
        DataError: it is not such a file.
    """
    if raw[:4] != bytes([0, 0, _INTEGER, 2]) or len(raw) < 12:
        raise damaged(name, "it is not an IDX file with rows of 32-bit numbers")
    rows, columns = struct.unpack(">2I", raw[4:12])
    if columns < 1 or len(raw) - 12 != 4 * rows * columns:
        raise damaged(name, f"it has {len(raw) - 12:,} bytes, not {4 * rows * columns:,}")
    first = np.frombuffer(raw, dtype=">i4", offset=12).reshape(rows, columns)[:, 0]
    if rows and not 0 <= int(first.min()) <= int(first.max()) <= _BYTE:
        raise damaged(name, "its labels are not from 0 to 255")
    return first.astype(np.uint8)


def is_idx(head: bytes) -> bool:
    """Whether a content begins like an IDX file of images or labels."""
    return head[:3] == bytes([0, 0, _UNSIGNED_BYTE]) and head[3:4] in (b"\x01", b"\x03")


def _instead(raw: bytes, dimensions: int) -> str:
    """What a content is instead of an IDX file of so many dimensions."""
    if is_idx(raw):
        kinds = ("labels", "images") if dimensions == 1 else ("images", "labels")
        return f"it is not an IDX file with {kinds[0]}, but one with {kinds[1]}"
    kind = format_of(raw[:HEAD])
    return "it is not an IDX file" + (f", but {kind}" if kind else "")


def build(array: NDArray[np.uint8]) -> bytes:
    """The raw IDX file of an array of bytes."""
    head = bytes([0, 0, _UNSIGNED_BYTE, array.ndim])
    return head + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def damaged(name: str, why: str) -> DataError:
    """The error for a damaged or wrong file."""
    return DataError(f"{name} is damaged: {why}.", REMEDY)
