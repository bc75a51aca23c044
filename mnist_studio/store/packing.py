"""Turns a finished run into a bundled model, for ``resources/models/make.py``."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from mnist_studio.data.files import write_bytes
from mnist_studio.errors import StoreError
from mnist_studio.events import Epoch, Finished
from mnist_studio.spec import codec
from mnist_studio.store import artifacts, titles
from mnist_studio.store.bundled import (
    DESCRIPTION,
    FILES,
    MANIFEST,
    NAME,
    VERSION,
    Description,
    Manifest,
    content_of,
    digest,
    read_sums,
)
from mnist_studio.store.disk import writing
from mnist_studio.store.rows import BUNDLED, Run


def pack(run: Run, epochs: Sequence[Epoch], root: Path, name: str) -> Path:
    """Creates or replaces the bundled model of a finished run.

    Its description does not name the computer that trained it: device and threads are the defaults.
    Its seconds stay, as those of another computer.

    Args:
        run: finished, its folder complete.
        epochs: of it.
        root: folder of all models, with their manifest.
        name: of the model and its folder: small letters, digits and hyphens.

    Returns:
        The model's folder.

    Raises:
        StoreError: the run has not finished, its artifacts are damaged, or a file is not writable.
    """
    if not isinstance(run.terminal, Finished) or not NAME.fullmatch(name):
        raise StoreError(
            f"{run.name} cannot be packed as “{name}”: it has not finished.", "Train it."
        )
    artifacts.load_weights(run.folder, run.spec)
    artifacts.load_test_logits(run.folder, len(run.spec.class_names))
    models, folder = read_sums(root), root / name
    for file in (artifacts.WEIGHTS, artifacts.TEST_LOGITS):
        _write(folder / file, content_of(run.folder / file))
    _write(folder / DESCRIPTION, _described(run, run.terminal, epochs, BUNDLED + name))
    models[name] = {file: digest(content_of(folder / file)) for file in FILES}
    _write(root / MANIFEST, _text(Manifest(VERSION, dict(sorted(models.items())))))
    return folder


def _described(run: Run, ended: Finished, epochs: Sequence[Epoch], model: str) -> bytes:
    replace = msgspec.structs.replace
    spec = replace(run.spec, device="auto", threads=0)
    description = Description(
        version=VERSION,
        id=model,
        title=f"{titles.base(spec)}, bundled",
        created=run.created,
        spec=msgspec.Raw(codec.encode(spec)),
        finished=replace(ended, run=model),
        epochs=tuple(replace(epoch, run=model) for epoch in epochs),
    )
    return _text(description)


def _text(value: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _write(path: Path, content: bytes) -> None:
    with writing(path):
        write_bytes(path, content)
