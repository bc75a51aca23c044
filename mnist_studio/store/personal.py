"""The personal test set in the store's database: digits that the user wrote and labelled."""

from collections.abc import Sequence

import msgspec

from mnist_studio.data.ink import Point
from mnist_studio.data.personal import PersonalDigit
from mnist_studio.errors import StoreError, UnknownName
from mnist_studio.store.database import Database

_COLUMNS = "key, label, created, pen, strokes, picture"
_INSERT = f"INSERT OR IGNORE INTO digits ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
_STROKES = msgspec.json.Decoder(tuple[tuple[tuple[float, float, float, float], ...], ...])
_Row = tuple[str, int, float, float, str, bytes | None]


class Personal:
    """The user's own digits; ``RunStore.personal`` is one. For its one thread.

    Every method raises StoreError, with a remedy, where the disk or the database refuses.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[PersonalDigit, ...]:
        """All digits, oldest first."""
        query = f"SELECT {_COLUMNS} FROM digits ORDER BY created, key"
        return tuple(map(_digit, self._database.rows(query)))

    def summary(self) -> tuple[tuple[str, int], ...]:
        """Key and label of all digits, oldest first: equal while nothing has changed."""
        return tuple(self._database.rows("SELECT key, label FROM digits ORDER BY created, key"))

    def keep(self, digits: Sequence[PersonalDigit]) -> int:
        """Keeps digits, together or not at all; one that is kept already stays as it is.

        Returns:
            How many are new.
        """
        with self._database.writing() as connection:
            before = connection.total_changes
            connection.executemany(_INSERT, map(_row, digits))
            return connection.total_changes - before

    def relabel(self, key: str, label: int) -> None:
        """Gives a digit another label.

        Raises:
            UnknownName: there is no such digit.
        """
        changed = self._database.write("UPDATE digits SET label = ? WHERE key = ?", label, key)
        if not changed:
            raise UnknownName("This digit is not there any more.", "Look at the list of digits.")

    def delete(self, keys: Sequence[str]) -> None:
        """Deletes digits; those that are not there any more count as deleted."""
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM digits WHERE key = ?", [(key,) for key in keys])


def _row(digit: PersonalDigit) -> _Row:
    strokes = msgspec.json.encode(digit.ink).decode()
    return digit.key, digit.label, digit.created, digit.pen, strokes, digit.picture or None


def _digit(row: _Row) -> PersonalDigit:
    key, label, created, pen, strokes, picture = row
    try:
        ink = tuple(tuple(Point(*point) for point in stroke) for stroke in _STROKES.decode(strokes))
    except msgspec.DecodeError as error:
        raise StoreError(
            f"What is kept of your digit {key} cannot be read: {error}.", "Update MNIST Studio."
        ) from error
    return PersonalDigit(key, label, created, ink, pen, picture or b"")
