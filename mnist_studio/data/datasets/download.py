"""Downloading MNIST from its mirrors into the user's cache.

What was received of an archive is stored until its file is complete, so that a download that was
cut, cancelled, or killed resumes where it ended. Whatever was resumed is verified like the rest.
"""

import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import time

from mnist_studio import paths
from mnist_studio.data.datasets import folders, idx
from mnist_studio.data.datasets.catalog import MNIST, Catalog, RawFile
from mnist_studio.data.datasets.fetch import PATIENCE, Reply, reply
from mnist_studio.data.datasets.network_errors import OTHERWISE, NetworkError
from mnist_studio.data.files import staged, unwritable
from mnist_studio.data.formats import HEAD, PAGE, format_of
from mnist_studio.errors import DataError, DownloadError
from mnist_studio.formatting import count

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

    def __init__(self, file: RawFile, reason: str) -> None:
        super().__init__(f"{file.name} could not be downloaded: {reason}.", _REMEDY)
        self.reason = f"{file.name} could not be used because {reason}"


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
        meter.complete(file.size)


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
    failures: list[NetworkError | _BadContentError] = []
    for mirror in catalog.mirrors:
        try:
            return _from_mirror(f"{mirror}{file.name}.gz", file, work)
        except (NetworkError, _BadContentError) as error:
            failures.append(error)
        except DataError as error:
            # An error of the disk, which no other mirror can solve.
            raise DownloadError(error.problem, error.remedy) from error
    raise _all_failed(failures)


def _all_failed(failures: list[NetworkError | _BadContentError]) -> DownloadError:
    if not failures:
        problem = "MNIST could not be downloaded because there is no mirror."
        return DownloadError(problem, _REMEDY)
    if len(failures) == 1:
        return failures[0]
    reasons = "; ".join(dict.fromkeys(error.reason for error in failures))
    return DownloadError(f"MNIST could not be downloaded: {reasons}.", failures[0].remedy)


def _from_mirror(url: str, file: RawFile, work: _Download) -> None:
    """Downloads a file; goes on where a connection was cut, as long as more of it comes."""
    partial = _Partial(url, file)
    for attempt in range(MOST_ATTEMPTS):
        before = partial.size
        try:
            return _from_reply(url, file, partial, work)
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
            raise _BadContentError(file, "its checksum does not match the published one")
    partial.delete()


class _Partial:
    """What was received of an archive from one address."""

    def __init__(self, url: str, file: RawFile) -> None:
        address = sha256(url.encode()).hexdigest()[:12]
        self._path = paths.partial_downloads() / f".{file.name}.{address}.part"

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
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("r+b" if answer.start else "wb") as file:
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
        """Removes what is stored."""
        self._path.unlink(missing_ok=True)


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
                raise _BadContentError(file, f"it has more than {count(file.size)} bytes")
            yield raw
            if unpacker.eof:
                return  # Whatever follows is not part of the file.
    except zlib.error as error:
        host = url.split("/")[2] if url.count("/") > 2 else url
        if format_of(head) == PAGE:
            reason = f"{host} sent a web page instead of a gzip archive, so you may have to sign in"
            raise _BadContentError(file, reason) from error
        raise _BadContentError(file, f"{host} did not send a gzip archive") from error
    # Not bad content: the rest may come the next time.
    raise NetworkError(f"{file.name} ended too early", _REMEDY)
