"""JSON files with a hash of their content, replaced as a whole.

    {"version": 1, "sha256": "of the bytes of content", "content": {...}}

So a flipped bit is noticed even where the result would still be valid JSON.
"""

import hashlib
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from mnist_studio.data.files import write_bytes
from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.store.disk import reading, writing

VERSION = 1
LARGEST = 64_000_000
"""Bytes of a file: far more than the epochs of any run."""

_Content = TypeVar("_Content", bound=msgspec.Struct)


class _File(msgspec.Struct, frozen=True):
    version: Annotated[int, Meta(ge=1)]
    sha256: str
    content: msgspec.Raw


def write(path: Path, value: msgspec.Struct) -> None:
    """Replaces the file atomically.

    Raises:
        StoreError: it cannot be written, or its folder was deleted; the old file is unchanged.
    """
    if not path.parent.is_dir():  # Writing would create it again.
        raise StoreError(f"The folder {path.parent} no longer exists.", "Select another run.")
    content = msgspec.json.encode(value)
    file = _File(VERSION, hashlib.sha256(content).hexdigest(), msgspec.Raw(content))
    with writing(path):
        write_bytes(path, msgspec.json.encode(file) + b"\n")


def read(path: Path, kind: type[_Content]) -> _Content:
    """The content of the file.

    Raises:
        StoreDamaged: it is not what was written.
        StoreError: it is missing, cannot be read, or is of a newer version.
    """
    with reading(path), path.open("rb") as stream:
        text = stream.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise damaged(path, f"it has more than {LARGEST:,} bytes")
    try:
        return _decoded(path, text, kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, why: str) -> StoreDamaged:
    """The error for a damaged file."""
    return StoreDamaged(f"{path} is damaged: {why}.", "Check your data: mnist-studio store check")


def _decoded(path: Path, text: bytes, kind: type[_Content]) -> _Content:
    file = msgspec.json.decode(text, type=_File)
    if file.version > VERSION:
        raise StoreError(
            f"{path} has version {file.version}, but this MNIST Studio reads versions up to "
            f"{VERSION}.",
            "Update MNIST Studio.",
        )
    if file.sha256 != hashlib.sha256(file.content).hexdigest():
        raise damaged(path, "the hash of its content does not match")
    return msgspec.json.decode(file.content, type=kind)
