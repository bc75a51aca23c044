"""Downloading MNIST from its mirrors into the user's cache."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import time

from mnist_studio import paths
from mnist_studio.data.datasets import folders, idx
from mnist_studio.data.datasets.catalog import MNIST, Catalog, RawFile
from mnist_studio.data.datasets.fetch import PATIENCE, pieces
from mnist_studio.data.files import staged
from mnist_studio.errors import DataError, DownloadError

_ABANDONED = 24 * 3600.0
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_REMEDY = "Try again later, import a folder with MNIST, or use the built-in dataset."


@dataclass(frozen=True)
class _Download:
    """Constants of a download.

    Attributes:
        folder: target of the files.
        progress: called with the fraction of all files.
        is_cancelled: whether the user has cancelled.
        patience: seconds without data before a server is given up.
    """

    folder: Path
    progress: Callable[[float], None]
    is_cancelled: Callable[[], bool]
    patience: float


def download_mnist(
    progress: Callable[[float], None],
    is_cancelled: Callable[[], bool],
    catalog: Catalog = MNIST,
    patience: float = PATIENCE,
) -> None:
    """Downloads MNIST into the user's cache; good files there are not downloaded again.

    Args:
        progress: called with the fraction done, counted in unpacked bytes.
        is_cancelled: called about twenty times per second.
        catalog: the files and their mirrors.
        patience: seconds without data before a server is given up.

    Raises:
        DownloadError: no mirror has a file, or the disk is full; good files stay.
        Cancelled: by the user; good files stay.
    """
    work = _Download(paths.mnist_cache(), progress, is_cancelled, patience)
    _sweep(work.folder)
    done = 0
    progress(0.0)
    for file in catalog.files:
        if not _is_good(work.folder / file.name, file):
            _from_any_mirror(file, catalog, done, work)
        done += file.size
        progress(done / catalog.size)


def _sweep(folder: Path) -> None:
    """Removes partial files of killed processes; younger ones may belong to a running download."""
    for part in folder.glob(".*.part"):
        if time() - part.stat().st_mtime > _ABANDONED:
            part.unlink(missing_ok=True)


def _is_good(path: Path, file: RawFile) -> bool:
    if not path.is_file():
        return False
    try:
        folders.verified(idx.read_raw(path, file.size), file, path.name)
    except DataError:
        return False  # A damaged file is downloaded again.
    return True


def _from_any_mirror(file: RawFile, catalog: Catalog, done: int, work: _Download) -> None:
    problem = DownloadError("MNIST could not be downloaded because there is no mirror.", _REMEDY)
    for mirror in catalog.mirrors:
        try:
            return _from_mirror(f"{mirror}{file.name}.gz", file, _meter(done, catalog, work), work)
        except DownloadError as error:
            problem = error
        except DataError as error:
            # An error of the disk, which no other mirror can solve.
            raise DownloadError(error.problem, error.remedy) from error
    raise problem


def _meter(done: int, catalog: Catalog, work: _Download) -> Callable[[int], None]:
    """Reports the fraction of all files from the bytes of the current one."""
    return lambda received: work.progress((done + received) / catalog.size)


def _from_mirror(url: str, file: RawFile, received: Callable[[int], None], work: _Download) -> None:
    digest, size = sha256(), 0
    packed = pieces(url, work.is_cancelled, work.patience)
    with closing(packed), staged(work.folder / file.name) as target:
        for raw in _unpacked(packed, file):
            target.write(raw)
            digest.update(raw)
            size += len(raw)
            received(size)
        if digest.hexdigest() != file.sha256:
            raise _bad(file, "its checksum does not match the published one")


def _unpacked(packed: Iterator[bytes], file: RawFile) -> Iterator[bytes]:
    """The unpacked content of a gzip stream, limited to the size of the file."""
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    left = file.size
    try:
        for piece in packed:
            raw = unpacker.decompress(piece, left + 1)
            left -= len(raw)
            if left < 0:
                raise _bad(file, f"it has more than {file.size:,} bytes")
            yield raw
    except zlib.error as error:
        raise _bad(file, "the server did not send a gzip archive") from error
    if not unpacker.eof:
        raise _bad(file, "it ended too early")


def _bad(file: RawFile, why: str) -> DownloadError:
    return DownloadError(f"{file.name} could not be downloaded: {why}.", _REMEDY)
