"""The personal test set in the store's database: digits that the user wrote and labeled."""

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
    """The user's own digits; ``RunStore.personal`` is one. For its one thread.

    Every method raises StoreError, with a remedy, where the disk or the database refuses.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[OwnImage, ...]:
        """All digits, oldest first; one that cannot be understood is logged and left out."""
        query = f"SELECT {_COLUMNS} FROM own_images ORDER BY created, key"
        return tuple(filter(None, map(_digit, self._database.rows(query))))

    def summary(self) -> tuple[tuple[str, int], ...]:
        """Key and label of all digits, oldest first: equal while nothing has changed."""
        return tuple(self._database.rows("SELECT key, label FROM own_images ORDER BY created, key"))

    def keep(self, digits: Sequence[OwnImage]) -> int:
        """Keeps digits, together or not at all; one that is kept already stays as it is.

        Returns:
            How many are new.
        """
        return self.change((), digits)

    def relabel(self, key: str, label: int) -> None:
        """Gives a digit another label.

        Raises:
            UnknownName: there is no such digit.
        """
        changed = self._database.write("UPDATE own_images SET label = ? WHERE key = ?", label, key)
        if not changed:
            raise UnknownName("This digit is not there any more.", "Look at the list of digits.")

    def delete(self, keys: Sequence[str]) -> None:
        """Deletes digits; those that are not there any more count as deleted."""
        self.change(keys, ())

    def change(self, gone: Sequence[str], digits: Sequence[OwnImage]) -> int:
        """Deletes digits by their keys and keeps others, as ``delete`` and ``keep``, in one step.

        Returns:
            How many are new.
        """
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM own_images WHERE key = ?", [(key,) for key in gone])
            before = connection.total_changes
            connection.executemany(_INSERT, map(_row, digits))
            return connection.total_changes - before


def _row(digit: OwnImage) -> _Row:
    strokes = msgspec.json.encode(digit.ink).decode()
    return digit.key, digit.label, digit.created, digit.pen, strokes, digit.picture or None


def _digit(row: _Row) -> OwnImage | None:
    key, label, created, pen, strokes, picture = row
    try:
        ink = tuple(
            tuple(InkPoint(*point) for point in stroke) for stroke in _STROKES.decode(strokes)
        )
    except msgspec.DecodeError as error:
        _LOG.warning("What is kept of the user's digit %s cannot be read: %s", key, error)
        return None
    return OwnImage(key, label, created, ink, pen, picture or b"")
