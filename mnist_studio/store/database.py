"""One SQLite database, opened carefully and written in short transactions.

The rollback journal, not WAL: SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when two
connections write at once. ``synchronous=FULL`` preserves commits through a power failure.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mnist_studio.errors import StoreError
from mnist_studio.store.disk import writing

BUSY_SECONDS = 10

_PRAGMAS = ("foreign_keys = ON", "journal_mode = DELETE", "synchronous = FULL")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REMEDIES = {
    sqlite3.SQLITE_FULL: "Free some space on the disk.",
    sqlite3.SQLITE_BUSY: "Another MNIST Studio is writing. Try again in a moment.",
    sqlite3.SQLITE_READONLY: "Change the permissions of the folder.",
    sqlite3.SQLITE_PERM: "Change the permissions of the folder.",
    sqlite3.SQLITE_CANTOPEN: "Change the permissions of the folder.",
    sqlite3.SQLITE_IOERR: "Make sure that the disk is connected and has free space.",
}


class Database:
    """An open database with explained errors. Only for the thread that opened it.

    Attributes:
        path: of its file.
        connection: for functions of SQLite itself.
    """

    def __init__(self, path: Path) -> None:
        """Opens it; see ``connect``."""
        self.path = path
        self.connection = connect(path)

    def rows(self, query: str, *values: object) -> list[Any]:
        """All rows that a query finds.

        Raises:
            StoreError: the database cannot be read.
        """
        with explained(self.path):
            return self.connection.execute(query, values).fetchall()

    def write(self, statement: str, *values: object) -> int:
        """Executes one statement in a transaction of its own; how many rows it changed.

        Raises:
            StoreError: the database cannot be written; nothing was changed.
        """
        with self.writing() as connection:
            return connection.execute(statement, values).rowcount

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Several statements in one transaction.

        Raises:
            StoreError: the database cannot be written; nothing was changed.
        """
        with explained(self.path), transaction(self.connection):
            yield self.connection

    def close(self) -> None:
        """Closes it. May be called twice."""
        self.connection.close()


def connect(path: Path) -> sqlite3.Connection:
    """Opens the database, for the calling thread only, and checks that it is whole.

    Nothing is begun implicitly; write inside ``transaction``.

    Raises:
        StoreError: it is damaged, not a database, or cannot be opened; it was not changed.
    """
    with explained(path):
        with writing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commits everything inside or nothing; other writers wait."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk or an I/O error has already rolled back.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns errors of SQLite into errors with a remedy.

    Raises:
        StoreError: names the database, the reason, and the remedy.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        # A bug in the code, such as a store that a second thread uses; not for users.
        raise
    except sqlite3.Error as error:
        raise _explanation(path, error) from error


def damaged(path: Path, why: str) -> StoreError:
    """The error for a damaged database."""
    return StoreError(
        f"The database “{path}” is damaged: {why}.",
        f"Nothing was changed. Replace it with the newest file of “{path.parent / 'backups'}”, or "
        "move it away to start without runs.",
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    # Checked before any pragma that could write.
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise damaged(path, verdict)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _explanation(path: Path, error: sqlite3.Error) -> StoreError:
    # The low byte is the primary code, the rest says more of the same.
    full = getattr(error, "sqlite_errorcode", 0)
    code = full & 0xFF
    if code in _DAMAGED:
        return damaged(path, str(error))
    if full == sqlite3.SQLITE_READONLY_DBMOVED:
        return StoreError(
            f"The database “{path}” was moved or deleted, or is no longer accessible.",
            "Restore it and restart MNIST Studio. Nothing was changed.",
        )
    return StoreError(
        f"The database “{path}” cannot be used: {error}.",
        _REMEDIES.get(code, "Close other windows of MNIST Studio and try again."),
    )
