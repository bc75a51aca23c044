"""The database's schema, version by version. A released version is never edited, only followed."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from mnist_studio.errors import StoreError, StoreTooNew
from mnist_studio.store import backup
from mnist_studio.store.database import damaged, transaction

_IMPOSSIBLE = 1000
"""No version will be this high: a bit of the header was flipped."""

Migration = tuple[str, ...]
"""The statements that lead from one version to the next."""

_VERSION_1: Migration = (
    """
    CREATE TABLE runs (
        id       TEXT PRIMARY KEY,
        title    TEXT NOT NULL,
        spec     TEXT NOT NULL,  -- JSON of spec.codec, with its own version
        status   TEXT NOT NULL,  -- 'running' or the type of the terminal event
        created  REAL NOT NULL,  -- seconds since 1970
        terminal TEXT            -- JSON of the terminal event
    )
    """,
    """
    CREATE TABLE epochs (
        run   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        event TEXT NOT NULL,     -- JSON of the epoch event
        PRIMARY KEY (run, epoch)
    )
    """,
)

_VERSION_2: Migration = (
    """
    CREATE TABLE studies (
        id      TEXT PRIMARY KEY,
        title   TEXT NOT NULL,
        text    TEXT NOT NULL,   -- TOML of spec.study_files, with its own format
        created REAL NOT NULL    -- seconds since 1970
    )
    """,
    """
    CREATE TABLE members (
        run     TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        study   TEXT REFERENCES studies (id) ON DELETE SET NULL,
        abreast INTEGER NOT NULL, -- runs that were trained at a time
        place   TEXT NOT NULL     -- machine that trained it; empty for this one
    )
    """,
    "CREATE INDEX members_of_study ON members (study)",
)

_VERSION_3: Migration = (
    """
    CREATE TABLE digits (
        key     TEXT PRIMARY KEY, -- of the content, see data.personal
        label   INTEGER NOT NULL,
        created REAL NOT NULL,    -- seconds since 1970
        pen     REAL NOT NULL,    -- width on a pad with sides of length 1
        strokes TEXT NOT NULL,    -- JSON: strokes of points x, y, seconds, pressure
        picture BLOB              -- 784 bytes of what was no drawing
    )
    """,
)

_VERSION_4: Migration = (
    "ALTER TABLE studies RENAME TO experiments",
    "ALTER TABLE members RENAME COLUMN study TO experiment",
    "ALTER TABLE members RENAME COLUMN abreast TO concurrency",
    "ALTER TABLE members RENAME COLUMN place TO host",
    "DROP INDEX members_of_study",
    "CREATE INDEX members_of_experiment ON members (experiment)",
    "ALTER TABLE digits RENAME TO own_images",
)

FORMER_TABLES = {
    "experiments": ("studies", "id, title, text, created"),
    "members": ("members", "run, study, abreast, place"),
    "own_images": ("digits", "key, label, created, pen, strokes, picture"),
}
"""Table -> its name and its columns before version 4, for databases that cannot be migrated."""

_VERSION_5: Migration = (
    """
    CREATE TABLE unwritten (
        run TEXT PRIMARY KEY      -- whose record in its folder is to be written; see record_writer
    )
    """,
    "INSERT OR IGNORE INTO unwritten SELECT id FROM runs",
)

_VERSION_6: Migration = (
    """
    CREATE TABLE annotations (
        run      TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        tags     TEXT NOT NULL,    -- separated by spaces
        note     TEXT NOT NULL,
        archived INTEGER NOT NULL, -- 0 or 1
        trashed  REAL              -- seconds since 1970; NULL if it is not in the trash
    )
    """,
)

MIGRATIONS: tuple[Migration, ...] = (
    _VERSION_1,
    _VERSION_2,
    _VERSION_3,
    _VERSION_4,
    _VERSION_5,
    _VERSION_6,
)


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    backups: Path,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> None:
    """Migrates the database to the newest version, after a backup of an existing one.

    Args:
        connection: to the database.
        path: of the database, for error messages.
        backups: folder of the backups.
        migrations: from version 0 on.

    Raises:
        StoreTooNew: it was written by a newer version.
        StoreError: it belongs to another program, or the backup cannot be written.
    """
    version = _checked_version(connection, path, len(migrations))
    if 0 < version < len(migrations):
        backup.create(connection, backups, f"before-version-{len(migrations)}-")
    if version < len(migrations):
        with transaction(connection):
            _apply(connection, path, migrations)


def _apply(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    # Checked again inside the transaction, because another process may have migrated it.
    version = _checked_version(connection, path, len(migrations))
    for migration in migrations[version:]:
        for statement in migration:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(migrations)}")


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses a database that a newer version wrote; a damaged one is accepted.

    Raises:
        StoreTooNew: it is of a newer version.
    """
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return
    if version <= _IMPOSSIBLE:
        _check_newest(int(version), path, len(MIGRATIONS))


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses a database that cannot be checked as it is.

    Raises:
        StoreTooNew: a newer version wrote it.
        StoreDamaged: it belongs to another program.
        StoreError: an earlier version wrote it.
    """
    if _checked_version(connection, path, len(MIGRATIONS)) < len(MIGRATIONS):
        raise StoreError(
            f"The database “{path}” was written by an earlier MNIST Studio.",
            "List the runs once, which migrates it: mnist-studio runs",
        )


def _check_newest(version: int, path: Path, newest: int) -> None:
    if version > _IMPOSSIBLE:
        raise damaged(path, f"its header names version {version}")
    if version > newest:
        raise StoreTooNew(
            f"The database “{path}” has version {version}, but this MNIST Studio reads versions "
            f"up to {newest}.",
            "Update MNIST Studio. Nothing was changed.",
        )


def _checked_version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    _check_newest(version, path, newest)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version <= 0 and tables:
        raise damaged(path, "it belongs to another program")
    return int(version)
