"""Backups of the database: after every run, every kept drawing, and whenever it is opened changed.

The last ten stay, one an hour of the last 24 hours with backups, one a day of 31 days, and one a
month of twelve months. A backup has the modification time that the database had, so that a change
is noticed whatever the clock says. Backups dated in the future, which a wrong clock made, are
thinned on their own, so that they push none of the others out.
"""

import logging
import os
import re
import sqlite3
import time
from calendar import timegm
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from mnist_studio.data import files
from mnist_studio.data.files import PRIVATE_FILE
from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.store.database import damaged, explained, limit_cache, read_only, tables_of
from mnist_studio.store.disk import reading, writing

LAST, HOURS, DAYS, MONTHS = 10, 24, 31, 12

FUTURE_SECONDS = 24 * 3600
"""A backup that is dated later than this from now was made with a wrong clock, or now is wrong."""

LOCK, LOCK_SECONDS = "backups.lock", 30.0
"""Next to the folder of the backups."""

PREFIX = "studio-"
_STAMP = "YYYYmmdd-HHMMSS"
_NAME = re.compile(r"studio-(\d{8}-\d{6})(?:-(\d+))?\.sqlite")
"""A number follows the time if there was a backup in the same second."""
_GROUPS = ((len("YYYYmmdd-HH"), HOURS), (len("YYYYmmdd"), DAYS), (len("YYYYmm"), MONTHS))
"""Characters of a stamp that backups of one hour, day or month share, and how many of them stay."""

_TABLES = ("runs", "own_images", "digits", "experiments", "studies")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Backup:
    """A backup in the folder of backups.

    Attributes:
        path: of the file.
        created: seconds since 1970, by its name.
        size: bytes.
    """

    path: Path
    created: float
    size: int


@dataclass(frozen=True)
class Contents:
    """What a backup contains.

    Attributes:
        runs: number of runs.
        own_images: number of own images.
        experiments: number of experiments.
    """

    runs: int
    own_images: int
    experiments: int


def create_if_changed(connection: sqlite3.Connection, database: Path, folder: Path) -> bool:
    """Backs the database up if it has content and differs from the backups; whether it did.

    A failed backup is logged and tried again later, so that it does not interrupt the user.
    """
    try:
        with reading(folder):
            changed = database.stat().st_mtime_ns
            if changed in [status.st_mtime_ns for _, status in _present(folder)]:
                return False
        with explained(database):
            if not has_content(connection):
                return False
            create(connection, folder, PREFIX, changed)
        _thin(folder)
    except (StoreError, sqlite3.OperationalError) as error:
        _LOG.warning("No backup was made. %s", error)
        return False
    return True


def create(
    connection: sqlite3.Connection, folder: Path, prefix: str, changed: int | None = None
) -> Path:
    """Copies the database through the online backup API; the name has the time in UTC.

    Args:
        connection: to the database.
        folder: of the backups.
        prefix: of the name.
        changed: nanoseconds since 1970 of the database's last change; the backup gets them.

    Raises:
        StoreError: the folder is not writable.
    """
    with _alone(folder):
        return _create(connection, folder, prefix, changed)


def _create(connection: sqlite3.Connection, folder: Path, prefix: str, changed: int | None) -> Path:
    path = _new_path(folder, f"{prefix}{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}")
    with writing(path), files.staged(path) as stage:
        # An empty file is an empty database to SQLite, which fills it under its own handle.
        with closing(sqlite3.connect(stage.name, isolation_level=None)) as target:
            limit_cache(target)
            connection.backup(target)
        # Before the rename: afterwards another process may have thinned this backup out.
        if changed is not None:
            os.utime(stage.name, ns=(changed, changed))
    return path


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lets one process at a time choose a name and use it, or two would share that of a second.

    Raises:
        StoreError: the folder cannot be written, or another process holds the lock for too long.
    """
    path = folder.with_name(LOCK)
    lock = FileLock(path, mode=PRIVATE_FILE, is_singleton=False)
    with writing(path):
        files.make_folder(path.parent, private=True)
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except Timeout as error:
            raise StoreError("Another process is making a backup.", "Try again.") from error
    try:
        yield
    finally:
        lock.release()


def has_content(connection: sqlite3.Connection) -> bool:
    """Whether a database has anything that would be lost: runs, own images, or experiments."""
    tables = [table for table in _TABLES if table in tables_of(connection)]
    return any(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in tables)


def all_in(folder: Path) -> tuple[Backup, ...]:
    """All backups, newest first; those dated in the future last.

    Raises:
        StoreError: the folder cannot be read.
    """
    with reading(folder):
        found = [
            Backup(copy, _created(copy), status.st_size)
            for copy, status in reversed(_present(folder))
        ]
    # The sort is stable, so that of backups of one second the last one comes first.
    return tuple(sorted(found, key=lambda one: (in_future(one.created), -one.created)))


def in_future(created: float) -> bool:
    """Whether a backup is dated in the future, so that a clock is or was wrong."""
    return created > time.time() + FUTURE_SECONDS


def contents(path: Path) -> Contents:
    """What a backup contains.

    Raises:
        StoreDamaged: it is damaged, or not a database of MNIST Studio.
        StoreError: it cannot be read.
    """
    with explained(path), closing(read_only(path)) as connection:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise damaged(path, verdict)
        tables = [table for table in _TABLES if table in tables_of(connection)]
        if "runs" not in tables:
            raise damaged(path, "it has no runs")
        counts = {
            table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in tables
        }
        return Contents(
            runs=counts["runs"],
            own_images=counts.get("own_images", counts.get("digits", 0)),
            experiments=counts.get("experiments", counts.get("studies", 0)),
        )


def newest_whole(folder: Path) -> Backup | None:
    """The newest backup that is not damaged; None if there is none.

    Raises:
        StoreError: the folder cannot be read.
    """
    for backup in all_in(folder):
        try:
            contents(backup.path)
        except StoreDamaged as error:
            _LOG.warning("%s", error)
        else:
            return backup
    return None


def _thin(folder: Path) -> None:
    copies = _copies(folder)
    late = [copy for copy in copies if in_future(_created(copy))]
    retained = {*_retained(late), *_retained([copy for copy in copies if copy not in late])}
    with writing(folder):
        for copy in copies:
            if copy not in retained:
                copy.unlink(missing_ok=True)


def _retained(copies: Sequence[Path]) -> Iterable[Path]:
    """The backups that stay, of copies in the order of their names."""
    retained = {*copies[-LAST:]}
    for characters, most in _GROUPS:
        # In order, so that the last backup of a group represents it.
        groups = {copy.name[len(PREFIX) : len(PREFIX) + characters]: copy for copy in copies}
        retained |= {*list(groups.values())[-most:]}
    return retained


def _new_path(folder: Path, name: str) -> Path:
    """A path that no backup of the same second has."""
    path, number = folder / f"{name}.sqlite", 2
    while path.exists():
        path, number = folder / f"{name}-{number}.sqlite", number + 1
    return path


def _copies(folder: Path) -> list[Path]:
    """The backups in a folder, oldest first."""
    found = [copy for copy in folder.glob(f"{PREFIX}*.sqlite") if _NAME.fullmatch(copy.name)]
    return sorted(found, key=_order)


def _present(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """The backups, oldest first, without those that another process removes meanwhile."""
    found = []
    for copy in _copies(folder):
        with suppress(FileNotFoundError):
            found.append((copy, copy.stat()))
    return found


def _order(copy: Path) -> tuple[str, int]:
    match = _NAME.fullmatch(copy.name)
    assert match is not None
    return match[1], int(match[2] or 1)


def _created(copy: Path) -> float:
    stamp = copy.name[len(PREFIX) : len(PREFIX) + len(_STAMP)]
    try:
        return float(timegm(time.strptime(stamp, "%Y%m%d-%H%M%S")))
    except (ValueError, OverflowError):
        # Such as month 13: not made by MNIST Studio, and older than all others.
        return 0.0
