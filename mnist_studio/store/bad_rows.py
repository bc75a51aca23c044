"""Rows that nothing can read are set aside, so that they cost nothing but themselves.

Each is written to a file before it is deleted from the database, so that nothing is lost.
"""

import logging
import math
import time
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mnist_studio import paths
from mnist_studio.data.files import make_folder, write_bytes
from mnist_studio.errors import MnistStudioError
from mnist_studio.store import folders, run_record
from mnist_studio.store.database import Database
from mnist_studio.store.disk import writing
from mnist_studio.store.record_writer import insert

FOLDER = "set-aside"
"""Folder in the home with the rows that were set aside, one file each."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read."""

    table: str
    rowid: int


def set_aside(rows: Iterable[BadRow], home: Path | None = None) -> tuple[Path, ...]:
    """Moves rows that cannot be read from the database into files.

    A run whose folder has a readable record is then listed again from it.

    Args:
        rows: of a report.
        home: folder of the user's data; the usual one if not given.

    Returns:
        The files, one for each row.

    Raises:
        StoreError: the disk or the database fails. Rows without a file stay.
    """
    database = Database(paths.database(home))
    try:
        folder = paths.database(home).parent / FOLDER
        written = tuple(filter(None, (_set_aside(database, row, folder) for row in rows)))
        _list_again(database, paths.runs(home))
        return written
    finally:
        database.close()


def _set_aside(database: Database, bad: BadRow, folder: Path) -> Path | None:
    """Writes a row into a file and deletes it; None if it no longer exists."""
    columns = [name for _, name, *_ in database.rows(f"PRAGMA table_info({bad.table})")]
    found = database.rows(f"SELECT * FROM {bad.table} WHERE rowid = ?", bad.rowid)
    if not found:
        return None
    content = {"table": bad.table, "row": dict(zip(columns, map(_plain, found[0]), strict=True))}
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    path = folder / f"{stamp}-{bad.table}-{bad.rowid}.json"
    with writing(path):
        make_folder(folder, private=True)
        write_bytes(path, msgspec.json.format(msgspec.json.encode(content)))
    # Epochs and membership of a run go with it; its folder and its record stay.
    database.write(f"DELETE FROM {bad.table} WHERE rowid = ?", bad.rowid)
    return path


def _list_again(database: Database, runs: Path) -> None:
    """Lists the runs whose rows are gone from the records in their folders."""
    known = {run for (run,) in database.rows("SELECT id FROM runs")}
    for folder in folders.all_in(runs):
        if folder.name in known or not run_record.exists(folder):
            continue
        try:
            record = run_record.read(folder)
            record.run_spec()
        except MnistStudioError as error:
            _LOG.warning("%s", error)
            continue
        with database.writing() as connection:
            insert(connection, record)


def _plain(value: object) -> object:
    """A value of the database as JSON; bytes and odd numbers as text that shows what they are."""
    if isinstance(value, bytes):
        return {"base64": b64encode(value).decode()}
    return value if not isinstance(value, float) or math.isfinite(value) else repr(value)
