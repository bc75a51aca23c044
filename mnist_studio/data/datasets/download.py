"""Downloading datasets from their mirrors into the user's cache.

What was received of an archive is stored until its file is complete, so that a download that was
cut, cancelled, or killed resumes where it ended. Whatever was resumed is verified like the rest.
"""

import shutil
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import md5, sha256
from pathlib import Path
from time import time

from mnist_studio import paths
from mnist_studio.data.datasets import folders, idx
from mnist_studio.data.datasets.archives import file_checksum
from mnist_studio.data.datasets.catalog import MNIST, Catalog, RawFile
from mnist_studio.data.datasets.fetch import PATIENCE, Reply, reply
from mnist_studio.data.datasets.network_errors import OTHERWISE, NetworkError
from mnist_studio.data.datasets.published import PUBLISHED, Published, PublishedFile
from mnist_studio.data.datasets.published_import import import_published
from mnist_studio.data.files import make_folder, opened, staged, unwritable
from mnist_studio.data.formats import HEAD, PAGE, format_of
from mnist_studio.errors import DataError, DownloadError
from mnist_studio.formatting import count
from mnist_studio.spec import datasets

MOST_ATTEMPTS = 5
"""For one file from one server, each with more of it than the one before."""

_ABANDONED = 24 * 3600.0
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_OVERHEAD = 1 << 16
_PIECE = 1 << 16
_REMEDY = f"Try again later, {OTHERWISE}"


class _BadContentError(DownloadError):
    """A server that sent something else than the file.

    Attributes:
        reason: as the end of a sentence.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} could not be downloaded: {reason}.", _REMEDY)
        self.reason = f"{name} could not be used because {reason}"


class _Progress:
    """Reports the fraction of all files, which never falls: a file may begin again."""

    def __init__(self, report: Callable[[float], None], size: int) -> None:
        self._report, self._size = report, size
        self._done, self._highest = 0, 0
        report(0.0)

    def received(self, of_file: int) -> None:
        """Takes the unpacked bytes of the current file."""
        self._highest = max(self._highest, self._done + of_file)
        self._report(self._highest / self._size)

    def complete(self, size: int) -> None:
        """Takes the size of a file that is complete."""
        self._done += size
        self.received(0)


@dataclass(frozen=True)
class _Download:
    """Constants of a download.

    Attributes:
        folder: target of the files.
        progress: takes what was received.
        is_cancelled: whether the user has cancelled.
        patience: seconds without data before a server is given up.
    """

    folder: Path
    progress: _Progress
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
        CancelledByUser: by the user; good files stay.
    """
    meter = _Progress(progress, catalog.size)
    work = _Download(paths.mnist_cache(), meter, is_cancelled, patience)
    _sweep(work.folder)
    _sweep(paths.partial_downloads())
    for file in catalog.files:
        if not _is_good(work.folder / file.name, file):
            _from_any_mirror(file, catalog, work)
        _delete_partials(catalog.mirrors, f"{file.name}.gz")
        meter.complete(file.size)


def download_published(
    wanted: Published,
    progress: Callable[[float], None],
    is_cancelled: Callable[[], bool],
    patience: float = PATIENCE,
    known: Sequence[Published] = tuple(PUBLISHED.values()),
) -> tuple[str, ...]:
    """Downloads a published dataset, and stores it as ``data.datasets.stored`` does.

    An archive with several datasets is downloaded once, and all of them are stored.

    Args:
        wanted: the dataset.
        progress: called with the fraction done, by the published sizes.
        is_cancelled: called about twenty times per second.
        patience: seconds without data before a server is given up.
        known: all published datasets.

    Returns:
        The names of the datasets that were stored.

    Raises:
        DownloadError: no mirror has a file, or the disk is full; good archives stay.
        DataError: an archive has the right checksum, but not the dataset.
        CancelledByUser: by the user; good archives stay.
    """
    archives = paths.partial_downloads() / wanted.files[0].md5
    meter = _Progress(progress, round(1e6 * wanted.megabytes))
    work = _Download(archives, meter, is_cancelled, patience)
    _sweep(paths.partial_downloads())
    for file in wanted.files:
        if not _has_archive(archives / file.name, file):
            _archive(file, wanted, work)
        _delete_partials(wanted.mirrors, file.name)
        meter.complete(round(1e6 * file.megabytes))
    together = [one for one in known if one.files == wanted.files]
    for one in together:
        import_published(archives, one, is_cancelled=is_cancelled, known=known)
    shutil.rmtree(archives, ignore_errors=True)
    return tuple(one.name for one in together)


def _has_archive(path: Path, file: PublishedFile) -> bool:
    return path.is_file() and file_checksum(path) == file.md5


def _archive(file: PublishedFile, wanted: Published, work: _Download) -> None:
    def receive(url: str, partial: "_Partial") -> None:
        digest, size = md5(usedforsecurity=False), 0
        with (
            reply(url, work.is_cancelled, work.patience, partial.size) as answer,
            closing(partial.content(answer)) as packed,
            staged(work.folder / file.name) as target,
        ):
            for piece in packed:
                target.write(piece)
                digest.update(piece)
                size += len(piece)
                work.progress.received(min(size, round(1e6 * file.megabytes)))
                if size > 2e6 * file.megabytes + _OVERHEAD:
                    raise _BadContentError(file.name, "the server sends far more than it has")
        # Compared after the file is closed, so that a wrong one is not left under its name.
        if digest.hexdigest() != file.md5:
            (work.folder / file.name).unlink(missing_ok=True)
            raise _BadContentError(file.name, "its checksum does not match the published one")
        partial.delete()

    _from_mirrors(wanted.mirrors, file.name, datasets.title(wanted.name), receive)


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


def _from_any_mirror(file: RawFile, catalog: Catalog, work: _Download) -> None:
    def receive(url: str, partial: "_Partial") -> None:
        _from_reply(url, file, partial, work)

    _from_mirrors(catalog.mirrors, f"{file.name}.gz", "MNIST", receive)


_Receive = Callable[[str, "_Partial"], None]
"""Gets a file from an address; the second argument is what was received of it before."""


def _from_mirrors(mirrors: Sequence[str], name: str, title: str, receive: _Receive) -> None:
    """Gets a file from the first mirror that has it.

    Raises:
        DownloadError: none has it, or the disk is full.
    """
    failures: list[NetworkError | _BadContentError] = []
    for mirror in mirrors:
        try:
            return _from_mirror(f"{mirror}{name}", receive)
        except (NetworkError, _BadContentError) as error:
            failures.append(error)
        except DataError as error:
            # An error of the disk, which no other mirror can solve.
            raise DownloadError(error.problem, error.remedy) from error
    raise _all_failed(failures, title)


def _all_failed(failures: list[NetworkError | _BadContentError], title: str) -> DownloadError:
    if not failures:
        problem = f"{title} could not be downloaded because there is no mirror."
        return DownloadError(problem, _REMEDY)
    if len(failures) == 1 and isinstance(failures[0], _BadContentError):
        return failures[0]  # It names the file.
    reasons = "; ".join(dict.fromkeys(error.reason for error in failures))
    return DownloadError(f"{title} could not be downloaded: {reasons}.", failures[0].remedy)


def _from_mirror(url: str, receive: _Receive) -> None:
    """Downloads a file; goes on where a connection was cut, as long as more of it comes."""
    partial = _Partial(url)
    for attempt in range(MOST_ATTEMPTS):
        before = partial.size
        try:
            return receive(url, partial)
        except _BadContentError:
            partial.delete()
            if not before:
                raise
            # What was stored may be of another version of the archive.
        except NetworkError as error:
            stuck = partial.size <= before or attempt == MOST_ATTEMPTS - 1
            if stuck or not error.resumable:
                raise
    raise AssertionError("The last attempt raises or returns.")


def _from_reply(url: str, file: RawFile, partial: "_Partial", work: _Download) -> None:
    digest, size = sha256(), 0
    with (
        reply(url, work.is_cancelled, work.patience, partial.size) as answer,
        closing(partial.content(answer)) as packed,
        staged(work.folder / file.name) as target,
    ):
        for raw in unpacked(packed, file, url):
            target.write(raw)
            digest.update(raw)
            size += len(raw)
            work.progress.received(size)
        if digest.hexdigest() != file.sha256:
            raise _BadContentError(file.name, "its checksum does not match the published one")
    partial.delete()


class _Partial:
    """What was received of an archive from one address."""

    def __init__(self, url: str) -> None:
        address = sha256(url.encode()).hexdigest()[:12]
        name = url.rpartition("/")[2].removesuffix(".gz")
        self._path = paths.partial_downloads() / f".{name}.{address}.part"

    @property
    def size(self) -> int:
        """Bytes that are stored."""
        return self._path.stat().st_size if self._path.is_file() else 0

    def content(self, answer: Reply) -> Generator[bytes, None, None]:
        """What is stored and then what comes, which is stored too.

        Raises:
            DataError: it cannot be stored.
            NetworkError: as the reply.
        """
        try:
            make_folder(self._path.parent)
            with self._path.open("r+b") if answer.start else opened(self._path, "wb") as file:
                left = answer.start
                while left and (piece := file.read(min(_PIECE, left))):
                    left -= len(piece)
                    yield piece
                for piece in answer.pieces:
                    file.write(piece)
                    file.flush()
                    yield piece
        except OSError as error:
            raise unwritable(error, self._path) from error

    def delete(self) -> None:
        """Removes what is stored, unless another download on Windows has it open."""
        with suppress(PermissionError):
            self._path.unlink(missing_ok=True)


def _delete_partials(mirrors: Sequence[str], name: str) -> None:
    """Removes what was received of a file from any mirror, once the file is stored."""
    for mirror in mirrors:
        _Partial(f"{mirror}{name}").delete()


def unpacked(packed: Iterator[bytes], file: RawFile, url: str) -> Iterator[bytes]:
    """The unpacked content of a gzip stream, limited to the size of the file."""
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    left, received, head = file.size, 0, b""
    try:
        for piece in packed:
            received += len(piece)
            head += piece[: HEAD - len(head)]
            raw = unpacker.decompress(piece, left + 1)
            left -= len(raw)
            if left < 0 or received > file.size + _OVERHEAD:
                raise _BadContentError(file.name, f"it has more than {count(file.size)} bytes")
            yield raw
            if unpacker.eof:
                return  # Whatever follows is not part of the file.
    except zlib.error as error:
        host = url.split("/")[2] if url.count("/") > 2 else url
        if format_of(head) == PAGE:
            reason = f"{host} sent a web page instead of a gzip archive, so you may have to sign in"
            raise _BadContentError(file.name, reason) from error
        raise _BadContentError(file.name, f"{host} did not send a gzip archive") from error
    # Not bad content: the rest may come the next time.
    raise NetworkError(f"{file.name} ended too early", _REMEDY)
