"""Keeps the record in each run's folder equal to what the database knows about the run.

A record is written before the database where something begins or changes, and after it where a run
ends. A failure to write it is logged and remembered in the table ``unwritten``, and made good when
the store is opened again; runs of earlier versions are in that table from the start.
"""

import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mnist_studio import events
from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.events import Epoch, Finished, Stopped, Terminal
from mnist_studio.store import artifacts, folders, run_record, step_curve
from mnist_studio.store.database import Database
from mnist_studio.store.rows import (
    ANNOTATE,
    COLUMNS,
    MEMBER_COLUMNS,
    Row,
    RunColumns,
    annotations_of_run,
    annotations_row,
    epochs_of,
    member_of,
    run_of,
    terminal_of,
    typed,
    whole,
)
from mnist_studio.store.run_record import NO_ANNOTATIONS, Belongs, RunRecord, Steps

SECONDS_PER_OPENING = 0.5
"""How long an opening may write missing records, so that a large old store opens quickly."""

_LOG = logging.getLogger(__name__)


class RecordWriter:
    """Writes the records of the runs of one database. Only for the thread of the store."""

    def __init__(self, database: Database, runs: Path) -> None:
        """For ``RunStore``.

        Args:
            database: open and migrated.
            runs: folder of the runs' folders.
        """
        self._database = database
        self._runs = runs

    def begin(self, row: Row, belongs: Belongs | None) -> None:
        """Writes the record of a new run, before its row exists.

        Raises:
            StoreError: it cannot be written.
        """
        run_id, title, spec, _, created, _ = row
        record = RunRecord(run=run_id, title=title, spec=spec, created=created, belongs=belongs)
        run_record.write(self._runs / run_id, record)

    def begin_again(self, run_id: str) -> None:
        """Writes that an ended run is running again, before its row says so.

        Raises:
            StoreError: it cannot be written.
        """
        folder = self._runs / run_id
        with run_record.changing(folder):
            record = self._merged(folder)
            run_record.write(folder, replace(record, status="running", steps=None, files=()))

    def refresh(self, run_id: str) -> None:
        """Writes what the database knows about a run into its folder, if the folder exists.

        Raises:
            StoreError: only if the database fails; a record that fails is written later.
        """
        folder = self._runs / run_id
        if not folder.is_dir():
            return
        try:
            self._refresh(folder)
        except StoreError as error:
            _LOG.warning("The record of the run %s was not written. %s", run_id, error)
            self._database.write("INSERT OR IGNORE INTO unwritten VALUES (?)", run_id)

    def write_missing(self, seconds: float = SECONDS_PER_OPENING) -> None:
        """Writes records that are missing, for a limited time; the others are written later."""
        deadline = time.monotonic() + seconds
        for (run_id,) in self._database.rows("SELECT run FROM unwritten"):
            if time.monotonic() >= deadline:
                return
            try:
                self._write_missing(run_id)
            except StoreError as error:
                _LOG.warning("The record of the run %s was not written. %s", run_id, error)
                return

    def _write_missing(self, run_id: object) -> None:
        folder = self._runs / str(run_id)
        if folders.is_id(run_id) and folder.is_dir():
            try:
                self._refresh(folder)
            except StoreDamaged as error:
                # The check names the row; no record can be made from it.
                _LOG.warning("%s", error)
        self._database.write("DELETE FROM unwritten WHERE run = ?", run_id)

    @contextmanager
    def changing(self, run_ids: Sequence[str]) -> Iterator[sqlite3.Connection]:
        """Changes rows of runs in one transaction, and then their records.

        A change whose record was not written yet is remembered in the same transaction.

        Raises:
            StoreError: the database cannot be written; nothing was changed.
        """
        each = [(run_id,) for run_id in run_ids]
        with self._database.writing() as connection:
            yield connection
            connection.executemany("INSERT OR IGNORE INTO unwritten VALUES (?)", each)
        written = [run for run in each if self._written(run[0])]
        try:
            with self._database.writing() as connection:
                connection.executemany("DELETE FROM unwritten WHERE run = ?", written)
        except StoreError as error:
            # The change is stored. The next opening writes these records again.
            _LOG.warning("%s", error)

    def _written(self, run_id: str) -> bool:
        folder = self._runs / run_id
        try:
            if folder.is_dir():
                self._refresh(folder)
        except StoreError as error:
            _LOG.warning("The record of the run %s was not written. %s", run_id, error)
            return False
        return True

    def _refresh(self, folder: Path) -> None:
        with run_record.changing(folder):
            run_record.write(folder, self._merged(folder))

    def _merged(self, folder: Path) -> RunRecord:
        """The record of the database, with what only the child that trained it knows."""
        record = from_database(self._database, folder)
        ended = record.status != "running"
        if ended:
            files, steps = artifacts.files_of(folder), _sealed_steps(record, folder)
            record = replace(record, files=files, steps=steps)
        try:
            old = run_record.read(folder)
        except StoreError:
            # Missing in a run of an earlier version, or damaged: the database is enough.
            return record
        return replace(
            record,
            step=old.step,
            seconds=old.seconds,
            device=old.device,
            measures=old.measures,
            epochs=joined(record.epochs, old.epochs)
            if record.status == "running"
            else record.epochs,
        )


def from_database(database: Database, folder: Path) -> RunRecord:
    """The record of a run as the database knows it.

    Raises:
        StoreDamaged: its row is damaged.
        StoreError: there is no such row, or the database fails.
    """
    found = database.rows(f"SELECT {COLUMNS} FROM runs WHERE id = ?", folder.name)
    if not found:
        raise StoreError(f"There is no run {folder.name}.", "Check the list of runs.")
    row = typed(found[0], RunColumns, "stored run")
    run_of(found[0], folder.parent)  # Raises if the description or the outcome is damaged.
    return RunRecord(
        run=row.id,
        title=row.title,
        spec=row.spec,
        created=row.created,
        status=row.status,
        terminal=_terminal(row),
        epochs=epochs_of(database, row.id),
        belongs=_belongs(database, row.id),
        annotations=annotations_of_run(database, row.id),
    )


def adopt_epochs(database: Database, folder: Path) -> None:
    """Stores the epochs that the child wrote into the record and that the database lacks.

    A supervisor that was slow and then died had not read them. A record that is missing or damaged
    changes nothing.

    Raises:
        StoreError: the database cannot be written.
    """
    try:
        record = run_record.read(folder)
    except StoreError as error:
        if run_record.exists(folder):
            _LOG.warning("%s", error)
        return
    known = {epoch.epoch for epoch in epochs_of(database, folder.name)}
    missing = [epoch for epoch in record.epochs if epoch.epoch not in known]
    if missing:
        with database.writing() as connection:
            insert_epochs(connection, folder.name, missing)


def insert(connection: sqlite3.Connection, record: RunRecord) -> None:
    """Inserts or replaces everything that the database knows about a run.

    Epochs of a run that has ended are those of the record. Those of a running one are added.
    """
    terminal = events.encode(record.terminal).decode() if record.terminal else None
    row = (record.run, record.title, record.spec, record.status, record.created, terminal)
    connection.execute(_INSERT_RUN, row)
    if record.status != "running":
        connection.execute("DELETE FROM epochs WHERE run = ?", (record.run,))
    insert_epochs(connection, record.run, record.epochs)
    if record.annotations != NO_ANNOTATIONS:
        connection.execute(ANNOTATE, annotations_row(record.run, record.annotations))
    if record.belongs:
        _insert_membership(connection, record.run, record.belongs)


def insert_epochs(connection: sqlite3.Connection, run_id: str, epochs: Iterable[Epoch]) -> None:
    """Inserts or replaces epochs of a run."""
    rows = [(run_id, epoch.epoch, events.encode(epoch).decode()) for epoch in epochs]
    connection.executemany("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", rows)


def joined(some: Iterable[Epoch], more: Iterable[Epoch]) -> tuple[Epoch, ...]:
    """The epochs of both in order; of two of the same number, the first is taken."""
    by_number = {epoch.epoch: epoch for epoch in (*more, *some)}
    return tuple(by_number[number] for number in sorted(by_number))


_INSERT_RUN = f"""
    INSERT INTO runs ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    title = excluded.title, spec = excluded.spec, status = excluded.status,
    created = excluded.created, terminal = excluded.terminal
"""
_INSERT_MEMBER = """
    INSERT INTO members VALUES (?, (SELECT id FROM experiments WHERE id = ?), ?, ?)
    ON CONFLICT (run) DO UPDATE SET experiment = COALESCE(excluded.experiment, experiment),
    concurrency = max(concurrency, excluded.concurrency), host = excluded.host
"""


def _insert_membership(connection: sqlite3.Connection, run_id: str, belongs: Belongs) -> None:
    row = (run_id, belongs.experiment, belongs.concurrency, belongs.host)
    connection.execute(_INSERT_MEMBER, row)


def _sealed_steps(record: RunRecord, folder: Path) -> Steps | None:
    """What the file of steps contains; None if that contradicts how the run ended."""
    steps = step_curve.summary(folder)
    ended = record.terminal
    trained = ended.step if isinstance(ended, Finished | Stopped) else steps.count
    return steps if steps.count == trained else None


def _terminal(row: RunColumns) -> Terminal | None:
    """How the run ended, or while a resumed run trains, its previous end."""
    try:
        return terminal_of(row.terminal)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _belongs(database: Database, run_id: str) -> Belongs | None:
    query = f"SELECT {MEMBER_COLUMNS} FROM members WHERE run = ?"
    for row in whole(member_of, database.rows(query, run_id)):
        return Belongs(row.experiment or "", row.concurrency, row.host)
    return None
