"""The user's own images as a file of the home, so that they outlive the database and its backups.

Every line is a JSON document: the row of an image, or the key of one that was deleted. Lines are
appended in the transaction of the database, so that one process writes at a time; the last line
about an image counts. A line that cannot be read costs itself only.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from mnist_studio.data import files
from mnist_studio.data.files import PRIVATE_FILE
from mnist_studio.data.own_images import OwnImage
from mnist_studio.errors import StoreError
from mnist_studio.store.disk import reading, writing
from mnist_studio.store.own_images import confirmed_image_of, row_of

SPARE_LINES = 1000
"""Outdated lines at least before the file is written again without them."""

_Row = tuple[str, int, float, float, str, bytes | None]
_LOG = logging.getLogger(__name__)


class _Deleted(msgspec.Struct, frozen=True):
    deleted: str


_ROW = msgspec.json.Decoder(_Row)
_DELETED = msgspec.json.Decoder(_Deleted)


class OwnImageJournal:
    """One file; the caller holds the lock of the database while it changes it."""

    def __init__(self, path: Path) -> None:
        """Reads and writes nothing yet."""
        self.path = path

    def add(self, images: Iterable[OwnImage]) -> None:
        """Appends images, new ones or with new labels.

        Raises:
            StoreError: the disk is full or does not allow it.
        """
        self._append(msgspec.json.encode(row_of(image)) for image in images)

    def delete(self, keys: Iterable[str]) -> None:
        """Appends that images were deleted.

        Raises:
            StoreError: the disk is full or does not allow it.
        """
        self._append(msgspec.json.encode(_Deleted(key)) for key in keys)

    def read(self) -> tuple[OwnImage, ...]:
        """All images that were not deleted, each compared with its key.

        Raises:
            StoreError: the file cannot be read.
        """
        found = []
        for row in self._rows().values():
            try:
                found.append(confirmed_image_of(row))
            except StoreError as error:
                _LOG.warning("%s: %s", self.path, error)
        return tuple(found)

    def complete(self, images: Iterable[OwnImage]) -> None:
        """Adds images of the database that the file lacks, as an earlier version leaves it.

        An image that only the file has stays in it: the database may be an older one.

        Raises:
            StoreError: the file cannot be read or written.
        """
        rows = self._rows()
        self.add(one for one in images if one.key not in rows or rows[one.key][1] != one.label)
        if self.path.exists() and self._count() > 2 * len(rows) + SPARE_LINES:
            lines = (msgspec.json.encode(row) + b"\n" for row in self._rows().values())
            with writing(self.path):
                files.write_bytes(self.path, b"".join(lines))

    def _append(self, lines: Iterable[bytes]) -> None:
        content = b"".join(line + b"\n" for line in lines)
        if not content:
            return
        with writing(self.path):
            number = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
            with os.fdopen(number, "ab") as file:
                # What a cut of power left of the last line must not join the next one.
                file.write(content if _ends_a_line(self.path) else b"\n" + content)
                file.flush()
                os.fsync(file.fileno())

    def _rows(self) -> dict[str, _Row]:
        found: dict[str, _Row] = {}
        for line in self._lines():
            try:
                if line.startswith(b"{"):
                    found.pop(_DELETED.decode(line).deleted, None)
                else:
                    row = _ROW.decode(line)
                    found[row[0]] = row
            except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
                _LOG.warning("%s: a line cannot be read: %s", self.path, error)
        return found

    def _count(self) -> int:
        return sum(1 for _ in self._lines())

    def _lines(self) -> Iterator[bytes]:
        if not self.path.exists():
            return
        with reading(self.path), self.path.open("rb") as file:
            yield from (line for line in file if line.strip())


def _ends_a_line(path: Path) -> bool:
    """Whether a file is empty or ends in a line break."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
