"""Named arrays in one safetensors file, with a hash, replaced as a whole."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialize

from mnist_studio.data import files
from mnist_studio.errors import StoreError
from mnist_studio.frameworks.base import Array
from mnist_studio.store.disk import reading, writing

_HASH = "sha256"
_NOTES_HASH = "notes-sha256"

LARGEST = 1 << 32
"""Bytes of a file: a billion weights. None of the networks that can be described has more."""

_BROKEN = (SafetensorError, TypeError, AttributeError, ValueError, OverflowError, MemoryError)
"""What safetensors raises for damaged files, and for types such as bfloat16 that NumPy lacks."""


@dataclass(frozen=True)
class Tensors:
    """The content of a file: arrays and notes by name."""

    arrays: dict[str, Array]
    notes: dict[str, str]


def save(path: Path, arrays: Mapping[str, Array], notes: Mapping[str, str] | None = None) -> None:
    """Replaces the file atomically.

    Raises:
        StoreError: the file cannot be written; its old content is unchanged.
    """
    dense = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    header = {_HASH: _hash(dense)}
    if notes:
        # The order of several entries is random, and files without notes are equal byte for byte.
        header |= {**notes, _NOTES_HASH: _hash_of_notes(notes)}
    with writing(path):
        files.write_bytes(path, serialize(dense, header))


def load(path: Path) -> Tensors:
    """Reads the file and checks its hash.

    Raises:
        StoreError: missing or damaged.
    """
    with reading(path), _opened(path) as file:
        header = dict(file.metadata() or {})
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if header.get(_HASH) != _hash(arrays):
        raise damaged(path, "the hash of its content does not match")
    return Tensors(arrays, _checked_notes(path, header))


def load_notes(path: Path) -> dict[str, str]:
    """Reads the notes alone, which takes no time even if the arrays are large.

    Raises:
        StoreError: missing or damaged.
    """
    with reading(path), _opened(path) as file:
        return _checked_notes(path, dict(file.metadata() or {}))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file for safetensors, which maps it into memory and does not report errors of the disk.

    Raises:
        StoreError: it is damaged or too large.
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        size = file.seek(0, SEEK_END)
    if size > LARGEST:
        raise damaged(path, f"it has {size:,} bytes")
    try:
        with safe_open(path, framework="numpy") as tensors:
            yield tensors
    except _BROKEN as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, why: str) -> StoreError:
    """The error for a damaged file."""
    return StoreError(f"{path} is damaged: {why}.", "Train this run again.")


def _checked_notes(path: Path, header: dict[str, str]) -> dict[str, str]:
    """The notes among the metadata of a file. Files of earlier versions have no hash of them."""
    notes = {name: note for name, note in header.items() if name not in (_HASH, _NOTES_HASH)}
    if header.get(_NOTES_HASH, _hash_of_notes(notes)) != _hash_of_notes(notes):
        raise damaged(path, "the hash of its metadata does not match")
    return notes


def _hash_of_notes(notes: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(notes.items())).encode("utf-8", "replace")).hexdigest()


def _hash(arrays: Mapping[str, Array]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.name} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
