"""Named arrays in one safetensors file, with a hash, replaced as a whole."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialize

from mnist_studio.data import files
from mnist_studio.errors import StoreError
from mnist_studio.frameworks.base import Array
from mnist_studio.store.disk import reading, writing

_HASH = "sha256"


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
    header = {**(notes or {}), _HASH: _hash(dense)}
    with writing(path):
        files.write_bytes(path, serialize(dense, header))


def load(path: Path) -> Tensors:
    """Reads the file and checks its hash.

    Raises:
        StoreError: missing or damaged.
    """
    try:
        # Opened here too, because safe_open does not report errors of the system.
        with reading(path), path.open("rb"), safe_open(path, framework="numpy") as file:
            notes = dict(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise damaged(path, str(error)) from error
    if notes.pop(_HASH, "") != _hash(arrays):
        raise damaged(path, "its content does not match its hash")
    return Tensors(arrays, notes)


def damaged(path: Path, why: str) -> StoreError:
    """The error for a damaged file."""
    return StoreError(f"{path} is damaged: {why}.", "Train this run again.")


def _hash(arrays: Mapping[str, Array]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.name} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
