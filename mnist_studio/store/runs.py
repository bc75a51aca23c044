"""The stored runs, one row and one folder each, and the bundled models.

Only supervisors write here, never the children that train. Several supervisors, the window and the
command line, may work at once: each holds the lock of the folder of every run it supervises.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from mnist_studio import events, paths
from mnist_studio.errors import StoreError
from mnist_studio.events import AnyEvent, Epoch, Terminal
from mnist_studio.formatting import counted, listed
from mnist_studio.spec import codec, known_bugs
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.run_checks import check
from mnist_studio.store import backup, folders, housekeeping, locks, rows, titles
from mnist_studio.store.annotations import Change
from mnist_studio.store.bundled import BundledModels
from mnist_studio.store.database import Database, explained, is_empty, lost, tables_of
from mnist_studio.store.experiments import JOIN, ExperimentRows, Membership, joining
from mnist_studio.store.migrations import migrate
from mnist_studio.store.own_image_journal import OwnImageJournal
from mnist_studio.store.own_images import OwnImages
from mnist_studio.store.own_recipes import OwnRecipes
from mnist_studio.store.record_writer import RecordWriter, adopt_epochs, from_database
from mnist_studio.store.rows import ANNOTATE, COLUMNS, IN_TRASH, Row, Run, annotations_row, run_of
from mnist_studio.store.run_file import PortableRun, bundled_record
from mnist_studio.store.run_ids import Where, full_id
from mnist_studio.store.run_import import RunImports
from mnist_studio.store.run_reader import RunReader
from mnist_studio.store.run_record import Annotations
from mnist_studio.store.trash import Trash


class RunStore:
    """The database of runs and their folders. For the one thread that made it.

    Every method raises StoreError, with a remedy, where the disk or the database refuses, and
    UnknownName where there is no such run. An unambiguous beginning of an id is enough everywhere.

    Attributes:
        experiments: the experiments of these runs.
        own_images: of the user.
        own_recipes: of the user.
        imports: of runs in run files.
        trash: the runs that were deleted, until it is emptied.
    """

    def __init__(self, home: Path | None = None) -> None:
        """Opens and migrates the database, finishes deletions, and makes a backup if one is due.

        Args:
            home: folder of the user's data; the usual one if not given.
        """
        self._runs = paths.runs(home)
        self._backups = paths.backups(home)
        self._locks = locks.Locks()
        _refuse_lost(paths.database(home), self._runs, self._backups)
        self._database = Database(paths.database(home))
        self._reader = RunReader(self._database, self._runs)
        self._models = BundledModels(paths.models())
        self._records = RecordWriter(self._database, self._runs)
        self.experiments = ExperimentRows(
            self._database, self._records, self._runs, paths.experiments(home), self._models
        )
        journal = OwnImageJournal(paths.own_image_journal(home))
        self.own_images = OwnImages(self._database, journal, self._back_up)
        self.own_recipes = OwnRecipes(home)
        self.imports = RunImports(self._database, self._runs, self.experiments)
        self.trash = Trash(self._database, self._runs, self._annotate)
        try:
            with explained(self._database.path):
                if not tables_of(self._database.connection):
                    _refuse_lost(self._database.path, self._runs, self._backups, empty=True)
                migrate(self._database.connection, self._database.path, self._backups)
            folders.finish(self._database, self._runs)
            self._records.write_missing()
            self.experiments.write_missing()
            self.own_images.complete_journal()
            housekeeping.sweep_if_due(self._database.path.parent)
            self._back_up()
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        """The store itself, closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the store, whatever happened."""
        self.close()

    def close(self) -> None:
        """Releases all locks and closes the database. May be called twice."""
        self._locks.release_all()
        self.experiments.close()
        self._database.close()

    def create(self, spec: RunSpec, membership: Membership | None = None) -> Run:
        """A new run that is running, and its folder, whose lock is held until close or release.

        Args:
            spec: what is trained.
            membership: of an experiment; None without one.

        Raises:
            SpecError: the run is not valid.
        """
        check(spec)
        known_bugs.check(spec)
        started = time.time()
        title, text = self._title(spec, started), codec.encode(spec)
        folder = folders.make(self._runs)
        row = (folder.name, title, text, "running", started, None)
        try:
            # The lock comes first, because a row without a lock counts as crashed.
            self._locks.hold(folder)
            self._records.begin(row, membership.belongs if membership else None)
            self._insert(row, membership)
        except BaseException:
            self._locks.release(folder.name)
            folders.move_to_trash(folder)
            folders.remove_trash(folder)
            raise
        return run_of(row, self._runs)

    def _insert(self, row: Row, membership: Membership | None) -> None:
        """Inserts a run and its membership in one transaction."""
        with self._database.writing() as connection:
            connection.execute(f"INSERT INTO runs ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)
            if membership:
                connection.execute(JOIN, joining(row[0], membership))

    def _title(self, spec: RunSpec, started: float) -> str:
        taken = self._database.rows("SELECT title FROM runs")
        return titles.unique(spec, started, {title for (title,) in taken})

    def reopen(self, run_id: str) -> Run:
        """Resumes a run that has ended: it is running again, and its lock is held.

        Its epochs stay until they are recorded again. If it had weights and ends without new ones,
        its previous end is restored.

        Raises:
            StoreError: also if it is running, here or elsewhere.
        """
        run = self.run(self._own_id(run_id))
        self._locks.hold(run.folder)
        try:
            self._records.begin_again(run.id)
            self._database.write("UPDATE runs SET status = 'running' WHERE id = ?", run.id)
        except BaseException:
            with suppress(StoreError):
                self._records.refresh(run.id)
            self._locks.release(run.id)
            raise
        return replace(run, status="running", terminal=None)

    def release(self, run_id: str) -> None:
        """Releases the lock of a run if this store holds it; takes the whole id."""
        self._locks.release(run_id)

    def record(self, event: AnyEvent) -> None:
        """Stores epochs and the terminal event; other events are not stored.

        An epoch that was recorded before is replaced.

        Raises:
            StoreError: also if the run has ended before.
        """
        if isinstance(event, Epoch):
            row = (self._own_id(event.run), event.epoch, events.encode(event).decode())
            self._database.write("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", *row)
        elif isinstance(event, Terminal):
            run_id = self._own_id(event.run)
            if not rows.end(self._database, run_id, event):
                raise StoreError(f"The run {event.run} has already ended.", "Start a new run.")
            self._records.refresh(run_id)
            self._back_up()

    def runs(self) -> tuple[Run, ...]:
        """All runs but those in the trash, newest first, then the bundled models.

        A run whose row is damaged is logged and skipped.
        """
        query = f"SELECT {COLUMNS} FROM runs WHERE NOT {IN_TRASH} ORDER BY created DESC, id DESC"
        own = self._reader.read(query)
        return (*own, *(model.run for model in self._models.by_id.values()))

    def run(self, run_id: str) -> Run:
        """The run of that id.

        Raises:
            UnknownName: also if it is in the trash.
        """
        full = self._full_id(run_id, "listed")
        if full in self._models.by_id:
            return self._models.by_id[full].run
        row: Row
        (row,) = self._database.rows(f"SELECT {COLUMNS} FROM runs WHERE id = ?", full)
        return run_of(row, self._runs, rows.annotations_of_run(self._database, full))

    def epochs(self, run_id: str) -> tuple[Epoch, ...]:
        """The epochs of a run in order; one whose row is damaged is logged and skipped."""
        full = self._full_id(run_id)
        if full in self._models.by_id:
            return self._models.by_id[full].epochs
        return rows.epochs_of(self._database, full)

    def portable(self, run_ids: Sequence[str]) -> tuple[PortableRun, ...]:
        """Runs with all that a run file needs of them; see ``store.run_file``."""
        full = dict.fromkeys(self._full_id(each, "listed") for each in run_ids)
        return tuple(map(self._portable, full))

    def _portable(self, run_id: str) -> PortableRun:
        if model := self._models.by_id.get(run_id):
            return PortableRun(bundled_record(model.run, model.epochs), model.run.folder)
        folder = self._runs / run_id
        return PortableRun(from_database(self._database, folder), folder)

    def rename(self, run_id: str, title: str) -> None:
        """Changes the title of a run, to 1 to 80 characters.

        Raises:
            StoreError: also if the title is empty or too long, or the run is a bundled model.
        """
        row = (titles.tidy(title), self._own_id(run_id))
        with self._records.changing([row[1]]) as connection:
            connection.execute("UPDATE runs SET title = ? WHERE id = ?", row)

    def annotate(self, run_ids: Sequence[str], change: Change) -> dict[str, Annotations]:
        """Changes tags, note, or archived state of runs: of all of them, or of none.

        Args:
            run_ids: of any runs.
            change: what changes; see ``store.annotations``.

        Returns:
            The former annotations by the whole id, for ``revert``.

        Raises:
            StoreError: also if one is a bundled model.
        """
        return self._annotate([self._own_id(each) for each in run_ids], change)

    def revert(self, former: Mapping[str, Annotations]) -> None:
        """Brings annotations back; runs that were deleted meanwhile are left out."""
        known = {run for (run,) in self._database.rows("SELECT id FROM runs")}
        stay = {run: old for run, old in former.items() if run in known}
        self._write_annotations(stay)

    def move_to_trash(self, run_ids: Sequence[str]) -> tuple[str, ...]:
        """Moves runs to the trash and returns their whole ids.

        Raises:
            StoreError: also if one is running, here or elsewhere, or is a bundled model. Then none
                is moved.
        """
        full = tuple(dict.fromkeys(self._own_id(each, "listed") for each in run_ids))
        self.trash.put(full)
        return full

    def _annotate(self, run_ids: Sequence[str], change: Change) -> dict[str, Annotations]:
        former = {each: rows.annotations_of_run(self._database, each) for each in run_ids}
        self._write_annotations({each: change(old) for each, old in former.items()})
        return former

    def _write_annotations(self, changed: Mapping[str, Annotations]) -> None:
        with self._records.changing(tuple(changed)) as connection:
            for run_id, annotations in changed.items():
                connection.execute(ANNOTATE, annotations_row(run_id, annotations))

    def delete(self, run_id: str) -> None:
        """Deletes a run and its folder for good, wherever it is.

        Raises:
            StoreError: also if it is running, here or elsewhere, or is a bundled model.
        """
        folders.delete(self._database, self._runs / self._own_id(run_id))

    def recover(self) -> tuple[str, ...]:
        """Marks running runs without a supervisor as crashed and returns their ids.

        Epochs that the supervisor had not stored come back from the record in the folder.
        """
        query = f"SELECT {COLUMNS} FROM runs WHERE status = 'running' ORDER BY id"
        running = rows.whole(self._run_of, self._database.rows(query))
        return tuple(run.id for run in running if run.id not in self._locks and self._crash(run))

    def _crash(self, run: Run) -> bool:
        """Ends a run that has no supervisor; False if it has one."""
        if not run.folder.is_dir():
            return rows.crash(self._database, run)
        if not self._locks.try_hold(run.folder):
            return False
        try:
            adopt_epochs(self._database, run.folder)
            # A run that ended just before its lock was released stays as it is.
            crashed = rows.crash(self._database, run)
            self._records.refresh(run.id)
            return crashed
        finally:
            self._locks.release(run.id)

    def back_up(self) -> Path:
        """Makes a backup now and returns its path."""
        with explained(self._database.path):
            return backup.create(self._database.connection, self._backups, backup.PREFIX)

    @property
    def problems(self) -> tuple[StoreError, ...]:
        """Why bundled models could not be loaded."""
        return self._models.problems

    def version(self) -> int:
        """A number that changes when another connection has written."""
        ((version,),) = self._database.rows("PRAGMA data_version")
        return int(version)

    def _run_of(self, row: Row) -> Run:
        return run_of(row, self._runs)

    def _full_id(self, beginning: str, where: Where = "anywhere") -> str:
        """The one id with that prefix."""
        return full_id(self._database, self._models.by_id, beginning, where)

    def _own_id(self, beginning: str, where: Where = "anywhere") -> str:
        """The full id of a run that may be changed.

        Raises:
            StoreError: it is a bundled model.
        """
        full = self._full_id(beginning, where)
        if full in self._models.by_id:
            title = self._models.by_id[full].run.title
            raise StoreError(
                f"“{title}” cannot be changed because it is a bundled model.",
                "Train its recipe to get a run that you can change.",
            )
        return full

    def _back_up(self) -> None:
        backup.create_if_changed(self._database.connection, self._database.path, self._backups)


def _refuse_lost(database: Path, runs: Path, backups: Path, empty: bool = False) -> None:
    """Refuses to begin a new database next to runs, own images, and backups of a lost one.

    Args:
        database: its path.
        runs: folder of the runs' folders.
        backups: folder of the backups.
        empty: whether the database is known to be empty.

    Raises:
        StoreDamaged: the database is missing or empty, and something else is there.
    """
    if not (empty or is_empty(database)):
        return
    trained = sum(map(folders.has_content, folders.all_in(runs)))
    remains = [counted(trained, "run")] if trained else []
    images = len(OwnImageJournal(paths.own_image_journal(database.parent)).read())
    remains += [counted(images, "labeled image")] if images else []
    copies = len(backup.all_in(backups))
    remains += [counted(copies, "backup")] if copies else []
    if remains:
        raise lost(database, listed(remains))
