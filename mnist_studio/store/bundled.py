"""Trained models that come with the studio: read where they lie, never copied, never changed.

A model is a folder with the weights and the test logits of a finished run and ``run.json``, the
rest of what is kept of it; ``models.json`` beside the folders has the SHA-256 of every file.
``resources/models/make.py`` makes them.
"""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from mnist_studio.data.files import write_bytes
from mnist_studio.errors import StoreError, StudioError
from mnist_studio.events import Epoch, Finished
from mnist_studio.spec import codec
from mnist_studio.store import artefacts, titles
from mnist_studio.store.disk import reading, writing
from mnist_studio.store.rows import BUNDLED, Run

MANIFEST = "models.json"
DESCRIPTION = "run.json"
FILES = (DESCRIPTION, artefacts.WEIGHTS, artefacts.TEST_LOGITS)

VERSION = 1
"""Of both JSON files."""

_REMEDY = "Install MNIST Studio again."
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Model:
    """A model that comes with the studio.

    Attributes:
        run: as if the store had kept it; its folder may be read-only.
        epochs: in order.
    """

    run: Run
    epochs: tuple[Epoch, ...]


class Models:
    """The models of a folder, read when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def by_id(self) -> Mapping[str, Model]:
        """All whose files are what they were, newest first."""
        found = (one for one in self._found if isinstance(one, Model))
        whole = sorted(found, key=lambda model: model.run.created, reverse=True)
        return {model.run.id: model for model in whole}

    @property
    def problems(self) -> tuple[StoreError, ...]:
        """What is wrong with the others."""
        return tuple(one for one in self._found if isinstance(one, StoreError))

    @cached_property
    def _found(self) -> tuple[Model | StoreError, ...]:
        """Every model, or why it is left out, which is logged."""
        try:
            sums = _sums(self._root)
        except StudioError as error:
            return (_left_out("The models that come with the studio are left out.", error),)
        return tuple(_usable(self._root / name, sums[name]) for name in sums)


_Sums = dict[str, dict[str, str]]
"""Name of a model -> name of a file -> SHA-256 in hexadecimal."""


class _Manifest(msgspec.Struct, frozen=True):
    """What ``models.json`` holds."""

    version: int
    models: _Sums


class _Description(msgspec.Struct, frozen=True):
    """What ``run.json`` holds; ``spec`` is the JSON of ``spec.codec``."""

    version: int
    id: str
    title: str
    created: float
    spec: msgspec.Raw
    finished: Finished
    epochs: tuple[Epoch, ...]


_Described = TypeVar("_Described", _Manifest, _Description)


def pack(run: Run, epochs: Sequence[Epoch], root: Path, name: str) -> Path:
    """Makes a model of a finished run, or makes it anew.

    Its description says nothing of the machine that trained it: device and threads are left to the
    reader's. Its seconds stay, as those of another machine.

    Args:
        run: finished, its folder complete.
        epochs: of it.
        root: folder of all models, with their manifest.
        name: of the model and its folder: small letters, digits and hyphens.

    Returns:
        The model's folder.

    Raises:
        StoreError: the run has not finished, its artefacts are damaged, or the disk refuses.
    """
    if not isinstance(run.terminal, Finished) or not _NAME.fullmatch(name):
        raise StoreError(f"{run.title} cannot be packed as “{name}”.", "Train it to its end.")
    artefacts.load_weights(run.folder, run.spec)
    artefacts.load_test_logits(run.folder)
    models, folder = _sums(root), root / name
    for file in (artefacts.WEIGHTS, artefacts.TEST_LOGITS):
        _write(folder / file, _content(run.folder / file))
    _write(folder / DESCRIPTION, _described(run, run.terminal, epochs, BUNDLED + name))
    models[name] = {file: _sum(_content(folder / file)) for file in FILES}
    _write(root / MANIFEST, _text(_Manifest(VERSION, dict(sorted(models.items())))))
    return folder


def _described(run: Run, ended: Finished, epochs: Sequence[Epoch], model: str) -> bytes:
    replace = msgspec.structs.replace
    spec = replace(run.spec, device="auto", threads=0)
    description = _Description(
        version=VERSION,
        id=model,
        title=f"{titles.of(spec)}, bundled",
        created=run.created,
        spec=msgspec.Raw(codec.encode(spec)),
        finished=replace(ended, run=model),
        epochs=tuple(replace(epoch, run=model) for epoch in epochs),
    )
    return _text(description)


def _text(value: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _sums(root: Path) -> _Sums:
    """The sums of every file of every model; nothing where there are no models.

    Raises:
        StoreError: the manifest is missing or damaged.
    """
    path = root / MANIFEST
    if not path.exists() and not any(root.glob(f"*/{DESCRIPTION}")):
        return {}
    return _decoded(path, _content(path), _Manifest).models


def _usable(folder: Path, sums: Mapping[str, str]) -> Model | StoreError:
    """A model, or why it cannot be used."""
    try:
        return _read(folder, sums)
    except StudioError as error:
        return _left_out(f"The model “{folder.name}” of the studio is left out.", error)


def _left_out(what: str, why: StudioError) -> StoreError:
    found = StoreError(f"{what} {why.problem}", _REMEDY)
    _LOG.warning("%s", found)
    return found


def _read(folder: Path, sums: Mapping[str, str]) -> Model:
    """A model whose files all have the sums of the manifest.

    Raises:
        StudioError: they have not, or cannot be understood.
    """
    if not _NAME.fullmatch(folder.name) or sums.keys() != set(FILES):
        raise _damaged(folder, f"{MANIFEST} does not describe it")
    contents = {file: _content(folder / file) for file in FILES}
    for file, content in contents.items():
        if _sum(content) != sums[file]:
            raise _damaged(folder / file, "it does not have the hash that it came with")
    told = _decoded(folder / DESCRIPTION, contents[DESCRIPTION], _Description)
    if told.id != BUNDLED + folder.name:
        raise _damaged(folder / DESCRIPTION, f"it is of {told.id}")
    spec = codec.decode(bytes(told.spec))
    run = Run(told.id, told.title, spec, "finished", told.created, folder, told.finished)
    return Model(run, told.epochs)


def _decoded(path: Path, content: bytes, kind: type[_Described]) -> _Described:
    try:
        found = msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if found.version > VERSION:
        raise _damaged(path, "it is of a newer version of the studio")
    return found


def _write(path: Path, content: bytes) -> None:
    with writing(path):
        write_bytes(path, content)


def _content(path: Path) -> bytes:
    with reading(path):
        return path.read_bytes()


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(f"{path} is damaged: {why}.", _REMEDY)
