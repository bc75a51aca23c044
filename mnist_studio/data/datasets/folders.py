"""What lies in a folder: MNIST's files as published, or as torchvision, Keras, or Kaggle left them.

A file may be there several times, as an interrupted extraction leaves it: empty, with the good
archive next to it. Where checksums are known, the copy that matches is taken.
"""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets import idx, npz
from mnist_studio.data.datasets.catalog import MNIST, Catalog, RawFile
from mnist_studio.data.files import unreadable
from mnist_studio.data.formats import HEAD, format_of
from mnist_studio.errors import DataError
from mnist_studio.formatting import listed

_BENEATH = (".", "MNIST/raw", "raw", "mnist")
_ARCHIVES = (
    "mnist.npz",
    "datasets/mnist.npz",
    ".keras/datasets/mnist.npz",
    "keras/datasets/mnist.npz",
)
_KERAS = ("x_train", "y_train", "x_test", "y_test")
_PACKED = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".7z", ".rar")
_EXPECTED = (
    "Select a folder with the four MNIST IDX files, torchvision's MNIST/raw folder, or Keras' "
    "mnist.npz."
)

Bytes = NDArray[np.uint8]

MOST_FOLDERS = 200
"""Folders one level deeper that are looked into."""


@dataclass(frozen=True)
class Found:
    """Where the files of a dataset may be.

    Attributes:
        copies: the copies of each IDX file by its name in the catalog.
        archives: copies of Keras' ``mnist.npz``.
    """

    copies: dict[str, tuple[Path, ...]]
    archives: tuple[Path, ...]


def locate(place: Path, catalog: Catalog) -> Found:
    """Finds the files in a folder or one level deeper; reads none of them.

    Args:
        place: the folder, an ``mnist.npz``, or one of the IDX files.
        catalog: the files.

    Raises:
        DataError: it does not exist; or says what it is, or what is missing in it.
    """
    try:
        if place.is_file():
            return _of_file(place, catalog)
        if not place.is_dir():
            raise DataError(f"The folder {place} does not exist.", _EXPECTED)
        found = _search(place, catalog)
    except OSError as error:
        raise unreadable(error, place) from error
    if not found.archives and not all(found.copies.values()):
        raise _missing(place, found)
    return found


def raw_files(
    found: Found,
    catalog: Catalog,
    only: Container[str] | None = None,
    on_damaged: Callable[[str], None] = lambda sentence: None,
) -> Iterator[tuple[RawFile, bytes]]:
    """The raw files of the catalog with their verified content, one after the other.

    Args:
        found: where they are.
        catalog: what they must be.
        only: names of those that are wanted; all if not given.
        on_damaged: called with a sentence about each damaged copy that a good one replaces.

    Raises:
        DataError: names the files that are damaged or are not the published ones.
    """
    archives = _Archives(found.archives, catalog)
    for file in catalog.files:
        if only is None or file.name in only:
            content, used, errors = _first_good(file, found, archives)
            for error in errors:
                on_damaged(f"{error.problem} MNIST Studio used {used.name} instead.")
            yield file, content


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
        kind = format_of(raw[:HEAD])
        size = f"it unpacks to {len(raw):,} bytes, not {file.size:,}"
        raise idx.damaged(name, f"it is {kind}" if kind else size)
    if sha256(raw).hexdigest() != file.sha256:
        raise idx.damaged(name, "its checksum does not match the published one")
    return raw


def pair(
    place: Path, images: RawFile, labels: RawFile
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (n, h, w) and labels (n,) of any dataset in IDX files, without known checksums.

    Args:
        place: their folder, the one above it, or one of the files; or an archive like Keras'.
        images: names the images.
        labels: names the labels.

    Raises:
        DataError: there are none; or names what is missing or damaged, or which folders there are.
    """
    if place.suffix == ".npz":
        return _keras_part(place, 2)
    try:
        folder = _folder_of(place)
        folders = _with_both(folder, images, labels)
    except OSError as error:
        raise unreadable(error, place) from error
    if not folders:
        raise _lacking(folder, images, labels)
    return _parsed(folders[0], images, 3), _parsed(folders[0], labels, 1)


def quad(place: Path) -> tuple[tuple[Bytes, Bytes], tuple[Bytes, Bytes]]:
    """Images (n, h, w) and labels (n,) to train and to test on, without known checksums.

    Raises:
        DataError: as ``pair``.
    """
    if place.suffix == ".npz":
        return _keras_part(place, 0), _keras_part(place, 2)
    return (
        pair(place, MNIST.train_images, MNIST.train_labels),
        pair(place, MNIST.test_images, MNIST.test_labels),
    )


def _keras_part(path: Path, first: int) -> tuple[Bytes, Bytes]:
    """One part of an archive like Keras'; labels of other integers become bytes."""
    images, labels = _npz(path, _KERAS[first : first + 2], idx.LARGEST)
    if labels.dtype.kind in "iu" and labels.size and 0 <= labels.min() <= labels.max() <= 255:
        labels = labels.astype(np.uint8)
    return images, labels


def _folder_of(place: Path) -> Path:
    """The folder itself, or that of one of its IDX files."""
    if not place.is_file():
        return place
    if not _is_idx_file(place):
        raise _wrong_file(place)
    return place.parent


def _with_both(folder: Path, images: RawFile, labels: RawFile) -> list[Path]:
    """The folders with both files: this one or a known one beneath, else the only other."""
    if not folder.is_dir():
        raise DataError(f"The folder {folder} does not exist.", "Select a folder with IDX files.")
    known = [folder / part for part in _BENEATH]
    for group in (known, [one for one in _deeper(folder) if one not in known]):
        found = [one for one in group if _copies([one], images) and _copies([one], labels)]
        if len(found) > 1 and group is not known:
            names = listed([str(one.relative_to(folder)) for one in found])
            raise DataError(
                f"The folder {folder} contains several datasets: {names}.", "Select one of them."
            )
        if found:
            return found
    # Kaggle's layout has a folder for each file, so that no folder has both.
    kaggle = _copies(_kaggle(folder, images), images), _copies(_kaggle(folder, labels), labels)
    return [folder] if all(kaggle) else []


def _parsed(folder: Path, file: RawFile, dimensions: int) -> NDArray[np.uint8]:
    """The elements of the first copy that is not damaged."""
    errors: list[DataError] = []
    for path in _copies([folder, *_kaggle(folder, file)], file):
        try:
            return idx.parse(idx.read_raw(path), path.name, dimensions)
        except DataError as error:
            errors.append(error)
    again = "Get the file again, or select another folder."
    raise _together(errors, again if errors[0].remedy == idx.REMEDY else errors[0].remedy)


def _lacking(folder: Path, images: RawFile, labels: RawFile) -> DataError:
    names = [file.name for file in (images, labels) if not _copies(_folders(folder), file)]
    if not names:
        names = [f"{images.name} and {labels.name} in the same folder"]
    return DataError(
        f"The folder {folder} does not contain {listed(names)}{_but(folder)}.",
        "Select a folder with the IDX files of the test set, gzipped or not.",
    )


class _Archives:
    """Copies of Keras' archive, each read at most once."""

    def __init__(self, paths: tuple[Path, ...], catalog: Catalog) -> None:
        self.paths = paths
        self._catalog = catalog
        self._read: dict[Path, list[NDArray[np.uint8]]] = {}

    def content(self, path: Path, file: RawFile) -> bytes:
        """The raw file that an archive has the array of."""
        if path not in self._read:
            self._read[path] = _arrays(path, self._catalog)
        return idx.build(self._read[path][self._catalog.files.index(file)])


def _first_good(
    file: RawFile, found: Found, archives: _Archives
) -> tuple[bytes, Path, list[DataError]]:
    """The content of the first copy that matches, its path, and the errors of those before it."""
    errors: list[DataError] = []
    for path in (*found.copies[file.name], *archives.paths):
        try:
            packed = path in archives.paths
            raw = archives.content(path, file) if packed else idx.read_raw(path, file.size)
            return verified(raw, file, path.name), path, errors
        except DataError as error:
            errors.append(error)
    raise _together(errors, errors[0].remedy)


def _together(errors: list[DataError], remedy: str) -> DataError:
    """One error for all copies of a file."""
    return DataError(" ".join(dict.fromkeys(error.problem for error in errors)), remedy)


def _search(folder: Path, catalog: Catalog) -> Found:
    folders = _folders(folder)
    copies = {
        file.name: _copies([*folders, *_kaggle(folder, file)], file) for file in catalog.files
    }
    archives = [folder / name for name in _ARCHIVES]
    archives += [one / "mnist.npz" for one in folders]
    return Found(copies, tuple(dict.fromkeys(path for path in archives if path.is_file())))


def _folders(folder: Path) -> list[Path]:
    """The folder, those that torchvision and others make in it, and all one level deeper."""
    found = [folder / part for part in _BENEATH]
    return list(dict.fromkeys([*found, *_deeper(folder)]))


def _deeper(folder: Path) -> list[Path]:
    first = sorted(islice((one for one in folder.iterdir() if one.is_dir()), MOST_FOLDERS))
    return [path for one in first for path in (one, one / "raw")]


def _kaggle(folder: Path, file: RawFile) -> list[Path]:
    """Folders with the name of the file, in which some archives have it."""
    return [folder / name for name in file.spellings if (folder / name).is_dir()]


def _copies(folders: list[Path], file: RawFile) -> tuple[Path, ...]:
    """The file under any of its spellings."""
    paths = [folder / spelling for folder in folders for spelling in file.spellings]
    return tuple(path for path in paths if path.is_file())


def _of_file(path: Path, catalog: Catalog) -> Found:
    """What a file is good for, if it is given in place of a folder."""
    if path.suffix == ".npz":
        return Found({file.name: () for file in catalog.files}, (path,))
    if not _is_idx_file(path):
        raise _wrong_file(path)
    found = _search(path.parent, catalog)
    if not all(found.copies.values()):
        raise _missing(path.parent, found)
    return found


def _is_idx_file(path: Path) -> bool:
    return idx.is_idx(idx.head(path))


def _wrong_file(path: Path) -> DataError:
    kind = format_of(idx.head(path, unpack=False)) or format_of(idx.head(path))
    if kind.endswith("archive"):
        return DataError(
            f"{path} is {kind}, not a folder with MNIST.",
            "Unpack it, and select the folder that it creates.",
        )
    return DataError(f"{path} is {kind or 'not an MNIST file'}.", _EXPECTED)


def _missing(folder: Path, found: Found) -> DataError:
    if not any(found.copies.values()):
        return DataError(f"The folder {folder} does not contain MNIST{_but(folder)}.", _EXPECTED)
    names = ", ".join(name for name, copies in found.copies.items() if not copies)
    return DataError(f"The folder {folder} does not contain {names}{_but(folder)}.", _EXPECTED)


def _but(folder: Path) -> str:
    """What a folder has in place of the files, if that is an archive or a table."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    packed = [name for name in names if name.lower().endswith(_PACKED)]
    tables = [name for name in names if name.lower().endswith(".csv")]
    if packed:
        return f", but it contains the archive {packed[0]}, which you can unpack"
    return f", but it contains the table {tables[0]}, which has another format" if tables else ""


def _arrays(path: Path, catalog: Catalog) -> list[NDArray[np.uint8]]:
    """The arrays of Keras' archive in the order of the catalog."""
    # Some archives store the same pixels as wider numbers, at most eight bytes each.
    arrays = _npz(path, _KERAS, 9 * catalog.size)
    if any(array.dtype != np.uint8 for array in arrays):
        raise idx.damaged(path.name, "its arrays are not bytes")
    return arrays


def _npz(path: Path, names: tuple[str, ...], largest: int) -> list[NDArray[Any]]:
    try:
        return npz.read_arrays(path, names, largest)
    except npz.ArrayMissing as error:
        reason = f"it does not contain the arrays of Keras' file ({error} is missing)"
        raise idx.damaged(path.name, reason) from error
    except npz.NpzError as error:
        raise idx.damaged(path.name, str(error)) from error
    except OSError as error:
        raise unreadable(error, path) from error
