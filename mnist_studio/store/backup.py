"""Backups of the database, at most every half hour: the last ten, and one per month."""

import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from mnist_studio.data import files
from mnist_studio.errors import StoreError
from mnist_studio.store.disk import reading, writing

INTERVAL_SECONDS = 30 * 60
LAST = 10
MONTHS = 12

_PREFIX = "studio-"
_LOG = logging.getLogger(__name__)


def create_if_due(connection: sqlite3.Connection, database: Path, folder: Path) -> None:
    """Backs up a changed database, unless the newest backup is recent enough.

    A failed backup is logged and tried again later, so that it does not interrupt the user.
    """
    try:
        with reading(folder):
            newest = max((copy.stat().st_mtime for copy in _copies(folder)), default=0.0)
            changed = database.stat().st_mtime > newest
        if changed and time.time() - newest >= INTERVAL_SECONDS:
            create(connection, folder, _PREFIX)
            _thin(folder)
    except (StoreError, sqlite3.OperationalError) as error:
        _LOG.warning("No backup was made. %s", error)


def create(connection: sqlite3.Connection, folder: Path, prefix: str) -> Path:
    """Copies the database through the online backup API; the name has the time in UTC.

    Raises:
        StoreError: the folder is not writable.
    """
    path = folder / f"{prefix}{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.sqlite"
    with (
        writing(path),
        files.staged(path) as stage,
        # An empty file is an empty database to SQLite, which fills it under its own handle.
        closing(sqlite3.connect(stage.name, isolation_level=None)) as target,
    ):
        connection.backup(target)
    return path


def _thin(folder: Path) -> None:
    copies = _copies(folder)
    # In order, so that the last backup of a month represents it.
    months = {copy.name[len(_PREFIX) : len(_PREFIX) + len("YYYYmm")]: copy for copy in copies}
    retained = {*copies[-LAST:], *list(months.values())[-MONTHS:]}
    with writing(folder):
        for copy in copies:
            if copy not in retained:
                copy.unlink(missing_ok=True)


def _copies(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_PREFIX}*.sqlite"))
