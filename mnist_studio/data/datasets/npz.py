"""Reading NumPy's ``.npz`` archives that somebody else wrote: every size is checked before use."""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO
from math import prod
from os import SEEK_END
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets.idx import LARGEST, damaged
from mnist_studio.data.formats import HEAD, format_of

MOST_ENTRIES = 64
_EXPECTED = ("a ZIP archive", "an empty ZIP archive")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_LONGEST_HEADER = 4096
_HEADER = re.compile(
    r"\{'descr': '(?P<type>[<>|=]?[biufcSUV?]\d{0,3})', "
    r"'fortran_order': (?P<order>True|False), "
    r"'shape': \((?P<shape>(?:\d{1,12}(?:, ?|(?=\))))*)\),? ?\} *\n?",
    re.ASCII,
)
"""As NumPy writes it. Types that need more than a letter and a size are not for images."""

_PIECE = 1 << 20
_OVERHEAD = 1 << 20
"""For headers and the directory of an archive."""
BROKEN = (
    OSError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError, MemoryError,
    RuntimeError, NotImplementedError, AssertionError, AttributeError, struct.error,
    zipfile.BadZipFile, zlib.error, lzma.LZMAError,
)  # fmt: skip
"""What ``zipfile`` and NumPy raise on damaged archives, each for reasons of its own."""


class NpzError(Exception):
    """Why an archive cannot be used, as the end of a sentence that starts with its name."""


class ArrayMissing(NpzError):
    """An archive that lacks an array; its text is the name."""


def read_arrays(path: Path, names: Sequence[str], largest: int) -> list[NDArray[Any]]:
    """Arrays of an archive, by their names.

    Nothing is unpickled. Sizes are those of the headers, which are checked before anything is
    unpacked, and what is unpacked is held to them.

    Args:
        path: of the archive.
        names: of the arrays, without ``.npy``.
        largest: bytes that the whole archive may unpack to.

    Raises:
        ArrayMissing: it lacks an array.
        NpzError: it is damaged or too large; says why.
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        kind = format_of(file.read(HEAD))
        if kind not in _EXPECTED:
            raise NpzError(f"it is {kind or 'not a NumPy archive'}")
        size = file.seek(0, SEEK_END)
        if size > largest + _OVERHEAD:
            # Before zipfile reads its directory, which may be as large as the file.
            raise NpzError(f"it has {size:,} bytes")
        try:
            with zipfile.ZipFile(file) as archive:
                _check_directory(archive, names, largest)
                return [_array(archive, f"{name}.npy", largest) for name in names]
        except BROKEN as error:
            raise NpzError("it is incomplete or damaged") from error


def first_array(content: bytes, name: str) -> NDArray[np.uint8]:
    """The only array of an archive that NumPy wrote without names, of bytes.

    Raises:
        DataError: it is damaged, or has another form.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_directory(archive, ("arr_0",), LARGEST)
            array = _array(archive, "arr_0.npy", LARGEST)
    except (*BROKEN, NpzError) as error:
        raise damaged(name, "it is not an array as NumPy saves it") from error
    if array.dtype != np.uint8:
        raise damaged(name, "its array is not of bytes")
    return array.copy()


def _check_directory(archive: zipfile.ZipFile, names: Sequence[str], largest: int) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise NpzError(f"it has {len(entries):,} entries, more than {MOST_ENTRIES}")
    size = sum(entry.file_size for entry in entries)
    if size > largest:
        raise NpzError(f"it would unpack to {size:,} bytes")
    present = {entry.filename for entry in entries}
    missing = [name for name in names if f"{name}.npy" not in present]
    if missing:
        raise ArrayMissing(missing[0])


def _array(archive: zipfile.ZipFile, name: str, largest: int) -> NDArray[Any]:
    entry = archive.getinfo(name)
    if entry.compress_type not in _METHODS:
        raise NpzError("it uses an unsupported compression method")
    if entry.flag_bits & 1:
        raise NpzError("it is password-protected")
    with archive.open(entry) as file:
        shape, fortran, kind = _header(file)
        size = prod(shape) * kind.itemsize
        if kind.hasobject or size > min(largest, entry.file_size):
            raise NpzError("it is incomplete or damaged")
        content = _read(file, size)
    array = np.frombuffer(content, kind)
    return array.reshape(shape[::-1]).transpose() if fortran else array.reshape(shape)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order, and type.

    NumPy's own parser takes far more than NumPy writes, by ``ast`` and ``tokenize``, and raises
    what these raise.
    """
    start = file.read(8)
    if start[:6] != b"\x93NUMPY" or start[6:8] not in (b"\x01\x00", b"\x02\x00", b"\x03\x00"):
        raise ValueError("not an array of NumPy")
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(file.read(width), "little")
    found = _HEADER.fullmatch(file.read(min(length, _LONGEST_HEADER)).decode("latin-1"))
    if not found:
        raise ValueError("not a header of NumPy")
    shape = tuple(int(size) for size in found["shape"].replace(",", " ").split())
    return shape, found["order"] == "True", np.dtype(found["type"])


def _read(file: IO[bytes], size: int) -> bytearray:
    """Exactly this many bytes, to the end of the entry, whose checksum is then checked."""
    content = bytearray()
    while piece := file.read(_PIECE):
        content += piece
        if len(content) > size:
            break
    if len(content) != size:
        raise ValueError(f"{len(content)} bytes, not {size}")
    return content
