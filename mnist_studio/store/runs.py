"""The runs that are kept: one row and one folder each.

Only supervisors write here, never the children that train. Several supervisors, the window and the
command line, may work at once: each holds the lock of the folder of every run it supervises.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mnist_studio import events, paths
from mnist_studio.errors import StoreError, UnknownName
from mnist_studio.events import AnyEvent, Crashed, Epoch, Terminal
from mnist_studio.frameworks.registry import entry
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec, check
from mnist_studio.store import backup, folders, locks
from mnist_studio.store.database import connect, explained, transaction
from mnist_studio.store.migrations import migrate
from mnist_studio.store.rows import COLUMNS, Run, epoch_of, run_of

__all__ = ["Run", "RunStore"]

LONGEST_TITLE = 80


class RunStore:
    """The database of runs and their folders. For the one thread that made it.

    Every method raises StoreError, with a remedy, where the disk or the database refuses, and
    UnknownName where there is no such run. An unambiguous beginning of an id is enough everywhere.
    """

    def __init__(self, home: Path | None = None) -> None:
        """Opens and migrates the database, finishes deletions, makes a backup if one is due.

        Args:
            home: folder of the user's data; the usual one if not given.
        """
        self._path = paths.database(home)
        self._runs = paths.runs(home)
        self._backups = paths.backups(home)
        self._locks: dict[str, locks.Lock] = {}
        self._connection = connect(self._path)
        try:
            with explained(self._path):
                migrate(self._connection, self._path, self._backups)
            self._finish_deletions()
            self._back_up()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        """The store itself, closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the store, whatever happened."""
        self.close()

    def close(self) -> None:
        """Lets all locks go and closes the database. May be called twice."""
        for run_id in tuple(self._locks):
            self.release(run_id)
        self._connection.close()

    def create(self, spec: RunSpec) -> Run:
        """A new run that is running, and its folder, whose lock is held until close or release.

        Raises:
            SpecError: the run cannot work.
        """
        check(spec)
        folder = folders.make(self._runs)
        title = f"{spec.recipe} · {entry(spec.framework).title}"
        row = (folder.name, title, codec.encode(spec), "running", time.time(), None)
        try:
            # The lock comes first: a row without it would be taken for crashed.
            self._hold(folder)
            with self._writing():
                self._connection.execute(
                    f"INSERT INTO runs ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row
                )
        except BaseException:
            self.release(folder.name)
            folders.move_to_trash(folder)
            folders.remove_trash(folder)
            raise
        return run_of(row, self._runs)

    def reopen(self, run_id: str) -> Run:
        """Lets a run that has ended go on: it is running again and its lock is held.

        Its epochs stay until they are recorded anew.

        Raises:
            StoreError: also if it is running, here or elsewhere.
        """
        run = self.run(run_id)
        self._hold(run.folder)
        with self._writing():
            self._connection.execute(
                "UPDATE runs SET status = 'running', terminal = NULL WHERE id = ?", (run.id,)
            )
        return replace(run, status="running", terminal=None)

    def release(self, run_id: str) -> None:
        """Lets the lock of a run go, if this store holds it."""
        lock = self._locks.pop(run_id, None)
        if lock:
            lock.release()

    def record(self, event: AnyEvent) -> None:
        """Keeps epochs and the terminal event; other events are for the moment only.

        An epoch that was recorded before is replaced.

        Raises:
            StoreError: also if the run has ended before.
        """
        if isinstance(event, Epoch):
            self._record_epoch(event)
        elif isinstance(event, Terminal):
            if not self._end(self._full_id(event.run), event):
                raise StoreError(f"The run {event.run} has ended before.", "Start a new run.")
            self._back_up()

    def runs(self) -> tuple[Run, ...]:
        """All runs, newest first."""
        rows = self._rows(f"SELECT {COLUMNS} FROM runs ORDER BY created DESC, id DESC")
        return tuple(run_of(row, self._runs) for row in rows)

    def run(self, run_id: str) -> Run:
        """The run of that id."""
        full = self._full_id(run_id)
        (row,) = self._rows(f"SELECT {COLUMNS} FROM runs WHERE id = ?", full)
        return run_of(row, self._runs)

    def epochs(self, run_id: str) -> tuple[Epoch, ...]:
        """The epochs of a run in order."""
        full = self._full_id(run_id)
        rows = self._rows("SELECT event FROM epochs WHERE run = ? ORDER BY epoch", full)
        return tuple(epoch_of(text, full) for (text,) in rows)

    def rename(self, run_id: str, title: str) -> None:
        """Gives a run another title, of 1 to 80 characters.

        Raises:
            StoreError: also if the title is empty or too long.
        """
        # Lone surrogates, which a terminal may hand over, cannot be stored.
        clean = " ".join(title.encode(errors="replace").decode().split())
        if not 1 <= len(clean) <= LONGEST_TITLE:
            raise StoreError(
                f"A title of {len(clean)} characters cannot be kept.",
                f"Choose one of 1 to {LONGEST_TITLE} characters.",
            )
        full = self._full_id(run_id)
        with self._writing():
            self._connection.execute("UPDATE runs SET title = ? WHERE id = ?", (clean, full))

    def delete(self, run_id: str) -> None:
        """Deletes a run with all that it left.

        Raises:
            StoreError: also if it is running, here or elsewhere.
        """
        full = self._full_id(run_id)
        folder = self._runs / full
        if folder.is_dir() and not locks.is_free(folder):
            raise _running(full)
        folders.move_to_trash(folder)
        try:
            self._delete_row(full)
        except BaseException:
            folders.take_from_trash(folder)
            raise
        folders.remove_trash(folder)

    def recover(self) -> tuple[str, ...]:
        """Marks as crashed every running run that nobody supervises any more; gives their ids."""
        running = self._rows("SELECT id FROM runs WHERE status = 'running' ORDER BY id")
        return tuple(
            run_id for (run_id,) in running if run_id not in self._locks and self._crashed(run_id)
        )

    def version(self) -> int:
        """A number that changes when another connection has written."""
        ((version,),) = self._rows("PRAGMA data_version")
        return int(version)

    def _hold(self, folder: Path) -> None:
        lock = locks.take(folder)
        if lock is None:
            raise _running(folder.name)
        self._locks[folder.name] = lock

    def _record_epoch(self, event: Epoch) -> None:
        full = self._full_id(event.run)
        row = (full, event.epoch, events.encode(event).decode())
        with self._writing():
            self._connection.execute("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", row)

    def _end(self, run_id: str, event: Terminal) -> bool:
        """Ends a run that is running; False if it was not, so that the first end stays."""
        status = str(event.__struct_config__.tag)
        row = (status, events.encode(event).decode(), run_id)
        with self._writing():
            cursor = self._connection.execute(
                "UPDATE runs SET status = ?, terminal = ? WHERE id = ? AND status = 'running'", row
            )
        return cursor.rowcount == 1

    def _crashed(self, run_id: str) -> bool:
        """Marks a running run as crashed if its lock can be taken; whether it was marked."""
        run = self.run(run_id)
        reason = "The studio ended while this run was training."
        event = Crashed(run=run_id, framework=run.spec.framework, reason=reason)
        if not run.folder.is_dir():
            return self._end(run_id, event)
        lock = locks.take(run.folder)
        if lock is None:
            return False
        try:
            # A run that ended just before its lock was let go stays as it ended.
            return self._end(run_id, event)
        finally:
            lock.release()

    def _finish_deletions(self) -> None:
        """Completes what a studio that died in the middle of a deletion began."""
        for folder in folders.trashed(self._runs):
            self._delete_row(folder.name)
            folders.remove_trash(folder)

    def _delete_row(self, run_id: str) -> None:
        with self._writing():
            self._connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))

    def _full_id(self, beginning: str) -> str:
        """The one id that begins so."""
        rows = self._rows(
            "SELECT id FROM runs WHERE substr(id, 1, ?) = ?", len(beginning), beginning
        )
        # Nothing is the beginning of every id, but never what was meant.
        found = [str(run_id) for (run_id,) in rows] if beginning else []
        match found:
            case [run_id]:
                return run_id
            case []:
                raise UnknownName(f"There is no run “{beginning}”.", "Look at the list of runs.")
            case _:
                raise UnknownName(
                    f"{len(found)} runs begin with “{beginning}”.", "Write more of the id."
                )

    def _rows(self, query: str, *values: object) -> list[Any]:
        with explained(self._path):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with explained(self._path), transaction(self._connection):
            yield

    def _back_up(self) -> None:
        backup.keep_if_due(self._connection, self._path, self._backups)


def _running(run_id: str) -> StoreError:
    return StoreError(f"The run {run_id} is still running.", "Stop it first.")
