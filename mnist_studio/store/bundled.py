"""Bundled models: trained models that are part of the program, read in place, never changed.

A model is a folder with the weights and the test logits of a finished run and ``run.json``, the
rest of its data; ``models.json`` next to the folders has the SHA-256 of every file.
``store.packing`` makes them.
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from mnist_studio.errors import MnistStudioError, StoreError
from mnist_studio.events import Epoch, Finished
from mnist_studio.spec import codec
from mnist_studio.store import artifacts
from mnist_studio.store.disk import reading
from mnist_studio.store.rows import BUNDLED, Run

MANIFEST = "models.json"
DESCRIPTION = "run.json"
FILES = (DESCRIPTION, artifacts.WEIGHTS, artifacts.TEST_LOGITS)

VERSION = 1
"""Of both JSON files."""

_REMEDY = "Reinstall MNIST Studio."
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class BundledModel:
    """A bundled model.

    Attributes:
        run: like a stored run; its folder may be read-only.
        epochs: in order.
    """

    run: Run
    epochs: tuple[Epoch, ...]


class BundledModels:
    """The models of a folder, read on first use."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def by_id(self) -> Mapping[str, BundledModel]:
        """All undamaged models, newest first."""
        found = (one for one in self._found if isinstance(one, BundledModel))
        whole = sorted(found, key=lambda model: model.run.created, reverse=True)
        return {model.run.id: model for model in whole}

    @property
    def problems(self) -> tuple[StoreError, ...]:
        """The errors of the others."""
        return tuple(one for one in self._found if isinstance(one, StoreError))

    @cached_property
    def _found(self) -> tuple[BundledModel | StoreError, ...]:
        """Every model, or the error, which is logged."""
        try:
            sums = read_sums(self._root)
        except MnistStudioError as error:
            return (_left_out("The bundled models cannot be loaded.", error),)
        return tuple(_usable(self._root / name, sums[name]) for name in sums)


Sums = dict[str, dict[str, str]]
"""Name of a model -> name of a file -> SHA-256 in hexadecimal."""


class Manifest(msgspec.Struct, frozen=True):
    """The content of ``models.json``."""

    version: int
    models: Sums


class Description(msgspec.Struct, frozen=True):
    """The content of ``run.json``; ``spec`` is the JSON of ``spec.codec``."""

    version: int
    id: str
    title: str
    created: float
    spec: msgspec.Raw
    finished: Finished
    epochs: tuple[Epoch, ...]


_Described = TypeVar("_Described", Manifest, Description)


def read_sums(root: Path) -> Sums:
    """The sums of every file of every model; empty if there are no models.

    Raises:
        StoreError: the manifest is missing or damaged.
    """
    path = root / MANIFEST
    if not path.exists() and not any(root.glob(f"*/{DESCRIPTION}")):
        return {}
    return _decoded(path, content_of(path), Manifest).models


def _usable(folder: Path, sums: Mapping[str, str]) -> BundledModel | StoreError:
    """A model, or the error."""
    try:
        return _read(folder, sums)
    except MnistStudioError as error:
        return _left_out(f"The bundled model “{folder.name}” cannot be loaded.", error)


def _left_out(what: str, why: MnistStudioError) -> StoreError:
    found = StoreError(f"{what} {why.problem}", _REMEDY)
    _LOG.warning("%s", found)
    return found


def _read(folder: Path, sums: Mapping[str, str]) -> BundledModel:
    """A model whose files all have the sums of the manifest.

    Raises:
        MnistStudioError: a file has another sum, or is not valid.
    """
    if not NAME.fullmatch(folder.name) or sums.keys() != set(FILES):
        raise _damaged(folder, f"{MANIFEST} does not list its files")
    contents = {file: content_of(folder / file) for file in FILES}
    for file, content in contents.items():
        if digest(content) != sums[file]:
            raise _damaged(folder / file, "its hash does not match")
    described = _decoded(folder / DESCRIPTION, contents[DESCRIPTION], Description)
    if described.id != BUNDLED + folder.name:
        raise _damaged(folder / DESCRIPTION, f"it belongs to {described.id}")
    spec = codec.decode(bytes(described.spec))
    run = Run(
        described.id,
        described.title,
        spec,
        "finished",
        described.created,
        folder,
        described.finished,
    )
    return BundledModel(run, described.epochs)


def _decoded(path: Path, content: bytes, kind: type[_Described]) -> _Described:
    try:
        found = msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if found.version > VERSION:
        raise _damaged(path, "it was written by a newer version")
    return found


def content_of(path: Path) -> bytes:
    """The content of a file.

    Raises:
        StoreError: it cannot be read.
    """
    with reading(path):
        return path.read_bytes()


def digest(content: bytes) -> str:
    """The SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(f"{path} is damaged: {why}.", _REMEDY)
