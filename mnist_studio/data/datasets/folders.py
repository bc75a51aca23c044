"""What lies in a folder: MNIST's files as published, or as torchvision or Keras left them."""

import zipfile
import zlib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets import idx
from mnist_studio.data.datasets.catalog import Catalog, RawFile
from mnist_studio.errors import DataError

_BENEATH = (".", "MNIST/raw", "raw", "mnist")
_ARCHIVES = (
    "mnist.npz",
    "datasets/mnist.npz",
    ".keras/datasets/mnist.npz",
    "keras/datasets/mnist.npz",
)
_EXPECTED = (
    "Select a folder with the four MNIST IDX files, torchvision's MNIST/raw folder, or Keras' "
    "mnist.npz."
)


@dataclass(frozen=True)
class IdxFiles:
    """IDX files by the name in the catalog."""

    paths: dict[str, Path]


@dataclass(frozen=True)
class KerasArchive:
    """Keras' ``mnist.npz``."""

    path: Path


def locate(folder: Path, catalog: Catalog) -> IdxFiles | KerasArchive:
    """Finds the files in a folder, or takes an ``mnist.npz`` itself; reads none of them.

    Raises:
        DataError: the folder does not exist, or names what is missing in it.
    """
    if folder.is_file() and folder.suffix == ".npz":
        return KerasArchive(folder)
    if not folder.is_dir():
        raise DataError(f"The folder {folder} does not exist.", _EXPECTED)
    best = max((_idx_files(folder / part, catalog) for part in _BENEATH), key=len)
    if len(best) == len(catalog.files):
        return IdxFiles(best)
    archives = [folder / name for name in _ARCHIVES if (folder / name).is_file()]
    if archives:
        return KerasArchive(archives[0])
    raise _missing(folder, best, catalog)


def raw_files(
    found: IdxFiles | KerasArchive, catalog: Catalog, only: Container[str] | None = None
) -> Iterator[tuple[RawFile, bytes]]:
    """The raw files of the catalog with their verified content, one after the other.

    Args:
        found: where they are.
        catalog: what they must be.
        only: names of those that are wanted; all if not given.

    Raises:
        DataError: names the file that is damaged or is not the published one.
    """
    match found:
        case IdxFiles(paths):
            for file in catalog.files:
                path = paths[file.name]
                if only is None or file.name in only:
                    yield file, verified(idx.read_raw(path, file.size), file, path.name)
        case KerasArchive(path):
            for file, array in zip(catalog.files, _arrays(path, catalog), strict=True):
                if only is None or file.name in only:
                    yield file, verified(idx.build(array), file, path.name)


def verified(raw: bytes, file: RawFile, name: str) -> bytes:
    """The content of a file, if it is the published one.

    Args:
        raw: unpacked content.
        file: what it must be.
        name: of the file it came from.

    Raises:
        DataError: it is not.
    """
    if len(raw) != file.size:
        raise idx.damaged(name, f"it unpacks to {len(raw):,} bytes, not {file.size:,}")
    if sha256(raw).hexdigest() != file.sha256:
        raise idx.damaged(name, "its checksum does not match the published one")
    return raw


def find_file(folder: Path, file: RawFile) -> Path | None:
    """The file under any of its spellings."""
    paths = (folder / spelling for spelling in file.spellings)
    return next((path for path in paths if path.is_file()), None)


def _idx_files(folder: Path, catalog: Catalog) -> dict[str, Path]:
    found = ((file.name, find_file(folder, file)) for file in catalog.files)
    return {name: path for name, path in found if path}


def _missing(folder: Path, found: dict[str, Path], catalog: Catalog) -> DataError:
    if not found:
        return DataError(f"The folder {folder} does not contain MNIST.", _EXPECTED)
    names = ", ".join(file.name for file in catalog.files if file.name not in found)
    return DataError(f"The folder {folder} does not contain {names}.", _EXPECTED)


def _arrays(path: Path, catalog: Catalog) -> list[NDArray[np.uint8]]:
    """The arrays of Keras' archive in the order of the catalog."""
    try:
        _refuse_bomb(path, catalog)
        # Without allow_pickle=False an archive could run code.
        with np.load(path, allow_pickle=False) as archive:
            arrays = [archive[key] for key in ("x_train", "y_train", "x_test", "y_test")]
    except KeyError as error:
        raise idx.damaged(path.name, "it does not contain the arrays of Keras' file") from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise idx.damaged(path.name, "it is incomplete or damaged") from error
    if any(array.dtype != np.uint8 for array in arrays):
        raise idx.damaged(path.name, "its arrays are not bytes")
    return arrays


def _refuse_bomb(path: Path, catalog: Catalog) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    # Some archives store the same pixels as wider numbers, at most eight bytes each.
    if size > 9 * catalog.size:
        raise idx.damaged(path.name, f"it would unpack to {size:,} bytes")
