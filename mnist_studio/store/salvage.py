"""Reads what can still be read of a database, whole or damaged, of any version."""

import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from mnist_studio.data.own_images import OwnImage
from mnist_studio.errors import MnistStudioError
from mnist_studio.events import Epoch
from mnist_studio.store.database import read_only, tables_of
from mnist_studio.store.disk import reading
from mnist_studio.store.experiments import EXPERIMENT_COLUMNS, Experiment, experiment_of
from mnist_studio.store.migrations import FORMER_TABLES
from mnist_studio.store.own_images import IMAGE_COLUMNS, confirmed_image_of
from mnist_studio.store.rows import (
    ANNOTATION_COLUMNS,
    COLUMNS,
    EPOCH_COLUMNS,
    MEMBER_COLUMNS,
    MemberRow,
    Row,
    RunColumns,
    annotations_of,
    epoch_of,
    member_of,
    run_of,
    typed,
)
from mnist_studio.store.run_record import NO_ANNOTATIONS, Belongs, RunRecord

_LOG = logging.getLogger(__name__)
_Value = TypeVar("_Value")


@dataclass
class Salvaged:
    """What was read of a database. Rows that are damaged are left out.

    Attributes:
        runs: id -> everything about a run.
        experiments: that are stored.
        own_images: of the user.
        unwritten: ids of runs that are newer than the records in their folders.
        complete: whether everything was read, and the file is not damaged.
    """

    runs: dict[str, RunRecord] = field(default_factory=dict)
    experiments: tuple[Experiment, ...] = ()
    own_images: tuple[OwnImage, ...] = ()
    unwritten: frozenset[str] = frozenset()
    complete: bool = False


def salvage(path: Path) -> Salvaged:
    """What can be read of a database, which is not changed.

    Raises:
        StoreError: the file itself cannot be read.
    """
    with _copied(path) as copy:
        return _read(copy)


def listed_records(connection: sqlite3.Connection) -> dict[str, RunRecord]:
    """What a database of the present version says about ended runs whose record was written.

    Args:
        connection: to a database that is whole.
    """
    waiting = {run for (run,) in connection.execute("SELECT run FROM unwritten")}
    runs = _salvaged(_Tables(connection)).runs
    return {
        name: record
        for name, record in runs.items()
        if record.status != "running" and name not in waiting
    }


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """A copy that may be completed from its journal, where a writer was killed."""
    with tempfile.TemporaryDirectory(prefix="mnist-studio-") as folder:
        copy = Path(folder) / path.name
        with reading(path):
            shutil.copyfile(path, copy)
            journal = path.with_name(f"{path.name}-journal")
            if journal.exists():
                shutil.copyfile(journal, copy.with_name(journal.name))
        yield copy


def _read(path: Path) -> Salvaged:
    try:
        # Opened once for writing, so that SQLite applies the journal.
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(read_only(path)) as connection:
            return _salvaged(_Tables(connection))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        _LOG.warning("“%s” cannot be read at all: %s", path, error)
        return Salvaged()


class _Tables:
    """The rows of the tables of a database, whatever its version."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._names = tables_of(connection)
        # A changed id is a readable row too, but does not match the index of the table.
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        self.complete = "runs" in self._names and verdict == "ok"

    def values(self, table: str, columns: str, decode: Callable[[Row], _Value]) -> Iterator[_Value]:
        """The values of all rows that can be read."""
        for row in self._rows(table, columns):
            try:
                yield decode(row)
            except MnistStudioError as error:
                self.complete = False
                _LOG.warning("%s", error)

    def _rows(self, table: str, columns: str) -> Iterable[Row]:
        former, former_columns = FORMER_TABLES.get(table, (table, columns))
        if former in self._names and "own_images" not in self._names:
            table, columns = former, former_columns
        if table not in self._names:
            return ()
        # Around a damaged page, the rows before and after it can be read.
        found: dict[int, Row] = {}
        if not (
            self._collect(found, table, columns, "") or self._collect(found, table, columns, "DESC")
        ):
            self.complete = False
        return [found[rowid] for rowid in sorted(found)]

    def _collect(self, found: dict[int, Row], table: str, columns: str, order: str) -> bool:
        """Collects rows until one cannot be read; whether all could."""
        try:
            query = f"SELECT rowid, {columns} FROM {table} ORDER BY rowid {order}"
            for rowid, *row in self._connection.execute(query):
                found[rowid] = tuple(row)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            _LOG.warning("A part of “%s” cannot be read: %s", table, error)
            self.complete = False
            return False
        return True


def _salvaged(tables: _Tables) -> Salvaged:
    epochs: dict[str, list[Epoch]] = {}
    for run_id, epoch in tables.values("epochs", EPOCH_COLUMNS, _epoch):
        epochs.setdefault(run_id, []).append(epoch)
    members = {row.run: row for row in tables.values("members", MEMBER_COLUMNS, member_of)}
    annotations = dict(tables.values("annotations", ANNOTATION_COLUMNS, annotations_of))
    runs = [
        replace(record, annotations=annotations.get(record.run, NO_ANNOTATIONS))
        for record in tables.values("runs", COLUMNS, lambda row: _record(row, epochs, members))
    ]
    return Salvaged(
        runs={run.run: run for run in runs},
        experiments=tuple(tables.values("experiments", EXPERIMENT_COLUMNS, experiment_of)),
        own_images=tuple(tables.values("own_images", IMAGE_COLUMNS, confirmed_image_of)),
        unwritten=frozenset(tables.values("unwritten", "run", lambda row: str(row[0]))),
        complete=tables.complete,
    )


def _epoch(row: Row) -> tuple[str, Epoch]:
    return row[0], epoch_of(row)


def _record(
    row: Row, epochs: Mapping[str, list[Epoch]], members: Mapping[str, MemberRow]
) -> RunRecord:
    run = run_of(row, Path())
    stored = typed(row, RunColumns, "stored run")
    return RunRecord(
        run=run.id,
        title=run.title,
        spec=stored.spec,
        created=run.created,
        status=run.status,
        terminal=run.terminal,
        epochs=tuple(sorted(epochs.get(run.id, ()), key=lambda epoch: epoch.epoch)),
        belongs=_belongs(members.get(run.id)),
    )


def _belongs(row: MemberRow | None) -> Belongs | None:
    return Belongs(row.experiment or "", row.concurrency, row.host) if row else None
