"""Trained models that come with the studio: read where they lie, never copied, never changed.

A model is a folder with the weights and the test logits of a finished run and ``run.json``, the
rest of what is kept of it; ``models.json`` beside the folders has the SHA-256 of every file.
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

_REMEDY = "Install MNIST Studio again."
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class BundledModel:
    """A model that comes with the studio.

    Attributes:
        run: as if the store had kept it; its folder may be read-only.
        epochs: in order.
    """

    run: Run
    epochs: tuple[Epoch, ...]


class BundledModels:
    """The models of a folder, read when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def by_id(self) -> Mapping[str, BundledModel]:
        """All whose files are what they were, newest first."""
        found = (one for one in self._found if isinstance(one, BundledModel))
        whole = sorted(found, key=lambda model: model.run.created, reverse=True)
        return {model.run.id: model for model in whole}

    @property
    def problems(self) -> tuple[StoreError, ...]:
        """What is wrong with the others."""
        return tuple(one for one in self._found if isinstance(one, StoreError))

    @cached_property
    def _found(self) -> tuple[BundledModel | StoreError, ...]:
        """Every model, or why it is left out, which is logged."""
        try:
            sums = read_sums(self._root)
        except MnistStudioError as error:
            return (_left_out("The models that come with the studio are left out.", error),)
        return tuple(_usable(self._root / name, sums[name]) for name in sums)


Sums = dict[str, dict[str, str]]
"""Name of a model -> name of a file -> SHA-256 in hexadecimal."""


class Manifest(msgspec.Struct, frozen=True):
    """What ``models.json`` holds."""

    version: int
    models: Sums


class Description(msgspec.Struct, frozen=True):
    """What ``run.json`` holds; ``spec`` is the JSON of ``spec.codec``."""

    version: int
    id: str
    title: str
    created: float
    spec: msgspec.Raw
    finished: Finished
    epochs: tuple[Epoch, ...]


_Described = TypeVar("_Described", Manifest, Description)


def read_sums(root: Path) -> Sums:
    """The sums of every file of every model; nothing where there are no models.

    Raises:
        StoreError: the manifest is missing or damaged.
    """
    path = root / MANIFEST
    if not path.exists() and not any(root.glob(f"*/{DESCRIPTION}")):
        return {}
    return _decoded(path, content_of(path), Manifest).models


def _usable(folder: Path, sums: Mapping[str, str]) -> BundledModel | StoreError:
    """A model, or why it cannot be used."""
    try:
        return _read(folder, sums)
    except MnistStudioError as error:
        return _left_out(f"The model “{folder.name}” of the studio is left out.", error)


def _left_out(what: str, why: MnistStudioError) -> StoreError:
    found = StoreError(f"{what} {why.problem}", _REMEDY)
    _LOG.warning("%s", found)
    return found


def _read(folder: Path, sums: Mapping[str, str]) -> BundledModel:
    """A model whose files all have the sums of the manifest.

    Raises:
        StudioError: they have not, or cannot be understood.
    """
    if not NAME.fullmatch(folder.name) or sums.keys() != set(FILES):
        raise _damaged(folder, f"{MANIFEST} does not describe it")
    contents = {file: content_of(folder / file) for file in FILES}
    for file, content in contents.items():
        if digest(content) != sums[file]:
            raise _damaged(folder / file, "it does not have the hash that it came with")
    told = _decoded(folder / DESCRIPTION, contents[DESCRIPTION], Description)
    if told.id != BUNDLED + folder.name:
        raise _damaged(folder / DESCRIPTION, f"it is of {told.id}")
    spec = codec.decode(bytes(told.spec))
    run = Run(told.id, told.title, spec, "finished", told.created, folder, told.finished)
    return BundledModel(run, told.epochs)


def _decoded(path: Path, content: bytes, kind: type[_Described]) -> _Described:
    try:
        found = msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if found.version > VERSION:
        raise _damaged(path, "it is of a newer version of the studio")
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
