"""One SQLite database, opened carefully and written in short transactions.

The rollback journal, not WAL: SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when two
connections write at once. ``synchronous=FULL`` preserves commits through a power failure.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mnist_studio.data.files import PRIVATE_FILE, make_folder, no_room_for_files
from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.store.disk import reading, writing

BUSY_SECONDS = 10

CHECK = "mnist-studio store check"
REBUILD = "mnist-studio store rebuild"
RESTORE = "mnist-studio store restore"

CACHE_KIB = 256
"""Memory for pages of a connection. SQLite's own 2 MB grow with the database, in every thread.

The operating system holds the file in memory anyway.
"""

_PRAGMAS = ("foreign_keys = ON", "journal_mode = DELETE", "synchronous = FULL")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REMEDIES = {
    sqlite3.SQLITE_FULL: "Free some space on the disk.",
    sqlite3.SQLITE_BUSY: "Another MNIST Studio is writing. Close other windows, or try again.",
    sqlite3.SQLITE_LOCKED: "Another MNIST Studio is writing. Close other windows, or try again.",
    sqlite3.SQLITE_READONLY: "Change the permissions of the folder.",
    sqlite3.SQLITE_PERM: "Change the permissions of the folder.",
    sqlite3.SQLITE_CANTOPEN: "Check the disk and the permissions of the folder.",
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
            make_folder(path.parent, private=True)
            if not path.exists():
                path.touch(PRIVATE_FILE)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.text_factory = _text
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def read_only(path: Path) -> sqlite3.Connection:
    """Opens a database that must not be changed, for the calling thread only.

    Raises:
        sqlite3.Error: it cannot be opened; see ``explained``.
    """
    # Immutable: neither locked nor completed from a journal, which would write.
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.text_factory = _text
    return connection


def limit_cache(connection: sqlite3.Connection) -> None:
    """Makes a connection use at most ``CACHE_KIB`` for pages.

    Raises:
        sqlite3.Error: the database cannot be read; see ``explained``.
    """
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def tables_of(connection: sqlite3.Connection) -> frozenset[str]:
    """The names of everything in a database.

    Raises:
        sqlite3.Error: it cannot be read; see ``explained``.
    """
    return frozenset(str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master"))


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
    except UnicodeDecodeError as error:
        # The message of SQLite's own error quotes damaged bytes of the schema.
        raise damaged(path, "its schema cannot be read") from error


def damaged(path: Path, why: str) -> StoreDamaged:
    """The error for a damaged database."""
    return StoreDamaged(
        f"The database “{path}” is damaged: {why}.",
        f"Nothing was changed. Rebuild it from the folders of your runs: {REBUILD}. "
        f"You can also go back to a backup: {RESTORE}",
    )


def lost(path: Path, remains: str) -> StoreDamaged:
    """The error for a missing or empty database whose runs or backups still exist.

    Args:
        path: of the database.
        remains: what still exists, such as ``4 runs``.
    """
    state = "is empty" if path.exists() else "is missing"
    return StoreDamaged(
        f"The database “{path}” {state}, but “{path.parent}” still has {remains}.",
        f"Rebuild it from the folders of your runs: {REBUILD}. "
        f"You can also go back to a backup: {RESTORE}",
    )


def is_empty(path: Path) -> bool:
    """Whether the database is missing, or a file without content."""
    with reading(path):
        return not path.exists() or (path.is_file() and not path.stat().st_size)


def _text(content: bytes) -> str | bytes:
    """A text of the database; one that is not UTF-8 stays bytes and costs only its row."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    limit_cache(connection)
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
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL) and no_room_for_files(path.parent):
        return StoreError(
            f"The database “{path}” cannot be written because the disk cannot hold more files, "
            f"although it has free space.",
            "Delete files that you no longer need. Nothing was changed.",
        )
    if full == sqlite3.SQLITE_READONLY_DBMOVED:
        return StoreError(
            f"The database “{path}” was moved or deleted, or is no longer accessible.",
            "Restore it and restart MNIST Studio. Nothing was changed.",
        )
    return StoreError(
        f"The database “{path}” cannot be used: {error}.",
        _REMEDIES.get(code, f"Check your data: {CHECK}"),
    )
