"""Copies of the database: at most half an hour old, the last ten and one of every month."""

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


def keep_if_due(connection: sqlite3.Connection, database: Path, folder: Path) -> None:
    """Backs up a database that changed, unless the newest backup is recent enough.

    A backup that fails is logged and tried again next time: it must not end the user's work.
    """
    try:
        with reading(folder):
            newest = max((copy.stat().st_mtime for copy in _copies(folder)), default=0.0)
            changed = database.stat().st_mtime > newest
        if changed and time.time() - newest >= INTERVAL_SECONDS:
            keep(connection, folder, _PREFIX)
            _thin(folder)
    except (StoreError, sqlite3.OperationalError) as error:
        _LOG.warning("No backup was made. %s", error)


def keep(connection: sqlite3.Connection, folder: Path, prefix: str) -> Path:
    """Copies the database through the online backup API; the name has the time in UTC.

    Raises:
        StoreError: the folder cannot be written.
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
    # In order, so that the last backup of a month stands for it.
    months = {copy.name[len(_PREFIX) : len(_PREFIX) + len("YYYYmm")]: copy for copy in copies}
    kept = {*copies[-LAST:], *list(months.values())[-MONTHS:]}
    with writing(folder):
        for copy in copies:
            if copy not in kept:
                copy.unlink(missing_ok=True)


def _copies(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_PREFIX}*.sqlite"))
