"""A stored dataset as bytes, to train on it on another computer.

The other computer finds it under its name, as if it had been imported there. Its files are compared
with their checksums when they are read.
"""

import zlib
from pathlib import Path

import msgspec

from mnist_studio import paths
from mnist_studio.data.datasets import sources, stored
from mnist_studio.data.datasets.stored import DatasetDescription
from mnist_studio.data.files import unreadable, write_bytes
from mnist_studio.data.images import SIDE
from mnist_studio.errors import DataError
from mnist_studio.spec.datasets import CATALOG, OWN, check_own_name

LARGEST = 1 << 32
"""Bytes of the four files, unpacked: far more than any dataset has."""

_LEVEL = 1
"""Of compression: images of strokes are mostly black, so the quickest level saves most."""

_HEADER = 16
"""Bytes before the pixels in a file of images."""


class DatasetArchive(msgspec.Struct, frozen=True):
    """A stored dataset.

    Attributes:
        name: of its folder; with ``own/`` for one of yours.
        description: what is known of it without its images.
        files: content of its four files, compressed, by name.
    """

    name: str
    description: DatasetDescription
    files: dict[str, bytes]

    @property
    def content_hash(self) -> str:
        """The same for the same images, labels, and names."""
        return self.description.content_hash


_DECODER = msgspec.msgpack.Decoder(DatasetArchive)


def pack(name: str) -> DatasetArchive:
    """The archive of a stored dataset.

    Raises:
        DataError: it is not on this computer, or its files cannot be read.
    """
    folder = sources.stored_folder(name)
    known = stored.description(folder)
    prefix = OWN if name.startswith(OWN) else ""
    files = {file: zlib.compress(_read(folder / file), _LEVEL) for file in known.files}
    return DatasetArchive(prefix + folder.name, known, files)


def encode(archive: DatasetArchive) -> bytes:
    """The archive as bytes."""
    return msgspec.msgpack.encode(archive)


def unpack(content: bytes, home: Path, cache: Path) -> None:
    """Stores the dataset of an archive, which another computer sent.

    Args:
        content: of ``encode``.
        home: where your own datasets are.
        cache: where published datasets are.

    Raises:
        DataError: it is not an archive of a dataset, or it cannot be written.
        SpecError: the dataset cannot have this name.
    """
    try:
        archive = _DECODER.decode(content)
        files = _unpacked(archive)
    except (msgspec.DecodeError, ValueError, KeyError, zlib.error, RecursionError) as error:
        raise DataError(
            f"The dataset that was sent cannot be read: {error}.",
            "Install the same version of MNIST Studio on both machines.",
        ) from error
    folder = _folder(archive.name, home, cache)
    for name, bytes_ in files.items():
        write_bytes(folder / name, bytes_)
    stored.describe(folder, archive.description)


def _unpacked(archive: DatasetArchive) -> dict[str, bytes]:
    """The content of the four files by name, unpacked to no more than they can have.

    Raises:
        KeyError: a file is missing.
        ValueError: one is larger, or does not end.
        zlib.error: one is damaged.
    """
    pixels = SIDE * SIDE * max(archive.description.train, archive.description.test)
    most = min(pixels + _HEADER, LARGEST)
    files = {}
    for name in stored.FILES:
        decoder = zlib.decompressobj()
        files[name] = decoder.decompress(archive.files[name], most + 1)
        if len(files[name]) > most or not decoder.eof:
            raise ValueError(f"{name} is larger than stated, or incomplete")
    return files


def _folder(name: str, home: Path, cache: Path) -> Path:
    if name in CATALOG:
        return paths.dataset_cache(name, cache)
    own = name.removeprefix(OWN)
    check_own_name(own)
    return paths.own_datasets(home) / own


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(error, path) from error
