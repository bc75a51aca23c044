"""The user's own images in the database."""

import logging
from collections.abc import Sequence

import msgspec

from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import OwnImage
from mnist_studio.errors import UnknownName
from mnist_studio.store.database import Database

_LOG = logging.getLogger(__name__)
_COLUMNS = "key, label, created, pen, strokes, picture"
_INSERT = f"INSERT OR IGNORE INTO own_images ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
_STROKES = msgspec.json.Decoder(tuple[tuple[tuple[float, float, float, float], ...], ...])
_Row = tuple[str, int, float, float, str, bytes | None]


class OwnImages:
    """The user's own images; ``RunStore.own_images`` is one. Only for the thread of the store.

    Every method raises StoreError, with a remedy, if the disk or the database fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[OwnImage, ...]:
        """All own images, oldest first; a damaged one is logged and skipped."""
        query = f"SELECT {_COLUMNS} FROM own_images ORDER BY created, key"
        return tuple(filter(None, map(_image, self._database.rows(query))))

    def summary(self) -> tuple[tuple[str, int], ...]:
        """Key and label of all own images, oldest first; equal while nothing has changed."""
        return tuple(self._database.rows("SELECT key, label FROM own_images ORDER BY created, key"))

    def add(self, images: Sequence[OwnImage]) -> int:
        """Adds images in one transaction; images that are already stored stay unchanged.

        Returns:
            The number of new images.
        """
        return self.change((), images)

    def relabel(self, key: str, label: int) -> None:
        """Changes the label of an image.

        Raises:
            UnknownName: there is no such image.
        """
        changed = self._database.write("UPDATE own_images SET label = ? WHERE key = ?", label, key)
        if not changed:
            raise UnknownName("This image no longer exists.", "Choose another of your own images.")

    def delete(self, keys: Sequence[str]) -> None:
        """Deletes images; missing ones are ignored."""
        self.change(keys, ())

    def change(self, removed: Sequence[str], added: Sequence[OwnImage]) -> int:
        """Deletes images by their keys and adds others in one transaction.

        Returns:
            The number of new images.
        """
        with self._database.writing() as connection:
            connection.executemany(
                "DELETE FROM own_images WHERE key = ?", [(key,) for key in removed]
            )
            before = connection.total_changes
            connection.executemany(_INSERT, map(_row, added))
            return connection.total_changes - before


def _row(image: OwnImage) -> _Row:
    strokes = msgspec.json.encode(image.ink).decode()
    return image.key, image.label, image.created, image.pen, strokes, image.picture or None


def _image(row: _Row) -> OwnImage | None:
    key, label, created, pen, strokes, picture = row
    try:
        ink = tuple(
            tuple(InkPoint(*point) for point in stroke) for stroke in _STROKES.decode(strokes)
        )
    except msgspec.DecodeError as error:
        _LOG.warning("The own image %s is damaged: %s", key, error)
        return None
    return OwnImage(key, label, created, ink, pen, picture or b"")
