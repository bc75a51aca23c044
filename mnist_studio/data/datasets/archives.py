"""Files in a folder and beneath it, also those that are packed in ZIP archives, by their names.

Whoever looks for a file need not know whether torchvision unpacked it, Keras or a browser left the
archive, or a browser numbered it because it was there before.
"""

import bz2
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from hashlib import file_digest, md5
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO

from mnist_studio.data.datasets.idx import LARGEST, damaged
from mnist_studio.data.files import unreadable
from mnist_studio.data.formats import HEAD, format_of

MOST_FOLDERS, MOST_FILES = 500, 20_000
_DEEPEST = 4
_MOST_MEMBERS = 20_000
_NUMBERED = re.compile(r" ?\(\d+\)|-copy|-kopie", re.IGNORECASE)
_PACKED = re.compile(r"\.(gz|bz2|xz)$", re.IGNORECASE)
_BROKEN = (
    EOFError, zlib.error, BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError,
    RuntimeError, ValueError, KeyError,
)  # fmt: skip


@dataclass(frozen=True)
class FoundFile:
    """One file.

    Attributes:
        path: of the file, or of the archive that has it.
        member: its name in the archive; empty if it is not in one.
    """

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """Its name without folders, as it is."""
        return (self.member or self.path.name).rpartition("/")[2]

    @property
    def plain_name(self) -> str:
        """Its name as published, without the ending of an archive."""
        return _plain(self.name)

    @property
    def place(self) -> str:
        """The folder that holds it, also one in an archive."""
        whole = f"{self.path.as_posix()}/{self.member}" if self.member else self.path.as_posix()
        return whole.rpartition("/")[0]

    @property
    def places(self) -> tuple[str, ...]:
        """What may hold it: files that belong together have one of these in common.

        Kaggle has each file in a folder of its own with the name of the file.
        """
        above, _, name = self.place.rpartition("/")
        return (self.place, above) if name and _plain(name) == self.plain_name else (self.place,)

    def packed(self) -> bytes:
        """The bytes of the file as they are.

        Raises:
            DataError: they cannot be read, or are too many.
        """
        try:
            if not self.member:
                with self.path.open("rb") as file:
                    return _limited(file, self.name)
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as inner:
                return _limited(inner, self.name)
        except _BROKEN as error:
            raise damaged(self.name, "its archive is incomplete or damaged") from error
        except OSError as error:
            raise unreadable(error, self.path) from error


def _plain(name: str) -> str:
    return _PACKED.sub("", _NUMBERED.sub("", name)).replace(".idx", "-idx").casefold()


def unpacked(packed: bytes, name: str) -> bytes:
    """The content of a gzip or bzip2 archive; anything else as it is.

    Raises:
        DataError: the archive is damaged, or unpacks to too much.
    """
    try:
        if packed.startswith(b"\x1f\x8b"):
            return _limited(GzipFile(fileobj=BytesIO(packed)), name)
        if packed.startswith(b"BZh"):
            return _limited(bz2.BZ2File(BytesIO(packed)), name)
    except (*_BROKEN, OSError) as error:
        raise damaged(name, "its archive is incomplete or damaged") from error
    return packed


def checksum(packed: bytes) -> str:
    """The md5 of a content: it guards against accidents, not against people."""
    return md5(packed, usedforsecurity=False).hexdigest()


def file_checksum(path: Path) -> str:
    """The md5 of a file."""
    with path.open("rb") as file:
        return file_digest(file, lambda: md5(usedforsecurity=False)).hexdigest()


def files_in(place: Path) -> list[FoundFile]:
    """All files in a folder, four levels deep at most, and those in its ZIP archives.

    Args:
        place: a folder, a ZIP archive, or one of the files.

    Raises:
        DataError: it cannot be read.
    """
    try:
        if place.is_file() and not zipfile.is_zipfile(place):
            place = place.parent
        paths = [place] if place.is_file() else list(islice(_beneath(place), MOST_FILES))
        return [found for path in paths for found in _with_members(path)]
    except OSError as error:
        raise unreadable(error, place) from error


def _beneath(folder: Path) -> Iterator[Path]:
    """Files, those that are less deep first."""
    level = [folder]
    for _ in range(_DEEPEST):
        deeper: list[Path] = []
        for one in level[:MOST_FOLDERS]:
            try:
                entries = sorted(islice(one.iterdir(), MOST_FILES))
            except PermissionError:
                continue
            yield from (path for path in entries if path.is_file())
            deeper += [path for path in entries if path.is_dir() and not path.is_symlink()]
        level = deeper


def _with_members(path: Path) -> Iterator[FoundFile]:
    yield FoundFile(path)
    if path.suffix.lower() != ".zip":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in islice(archive.infolist(), _MOST_MEMBERS):
                if not entry.is_dir():
                    yield FoundFile(path, entry.filename)
    except (*_BROKEN, OSError):
        return  # A damaged archive that is not needed does no harm.


def _limited(file: IO[bytes] | GzipFile | bz2.BZ2File, name: str) -> bytes:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        kind = format_of(content[:HEAD])
        reason = f"it is {kind}" if kind else f"it has more than {LARGEST:,} bytes"
        raise damaged(name, reason)
    return content
