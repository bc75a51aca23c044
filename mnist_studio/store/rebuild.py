"""Rebuilds the database from the folders of the runs, alone or on top of a backup.

Records in the folders are newer than any backup, so they win. So is the file of own images. What
only a database has comes from the chosen backup and from what can be read of the present database,
or from the newest backup. The present file is moved to the backups, never deleted.
"""

import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.data.files import PRIVATE_FILE, make_folder
from mnist_studio.data.own_images import OwnImage
from mnist_studio.errors import CancelledByUser, MnistStudioError, StoreError
from mnist_studio.store import backup, folders, hashed_json, locks, run_record
from mnist_studio.store.database import (
    connect,
    damaged,
    explained,
    is_empty,
    read_only,
    transaction,
)
from mnist_studio.store.disk import writing
from mnist_studio.store.experiments import Experiment, ExperimentRecord, experiment_of
from mnist_studio.store.migrations import migrate, refuse_newer
from mnist_studio.store.own_image_journal import OwnImageJournal
from mnist_studio.store.own_images import INSERT_IMAGE, row_of
from mnist_studio.store.record_writer import insert, joined
from mnist_studio.store.run_record import RECORD, RunRecord
from mnist_studio.store.salvage import Salvaged, salvage

Progress = Callable[[float], object]
IsCancelled = Callable[[], bool]

LOCK = "rebuild.lock"
REPLACED = "replaced-"
"""Prefix of a database that was replaced, in the folder of the backups."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuilt database contains.

    Attributes:
        runs: number of runs.
        from_folders: of these, those with a record in their folder.
        without_folder: of these, those without a folder, so without weights.
        experiments: number of experiments.
        own_images: number of own images.
        unreadable: folders with files of a run that nothing describes.
        backup: that was used; None for none.
        replaced: where the former database is now; None if there was none.
    """

    runs: int
    from_folders: int
    without_folder: int
    experiments: int
    own_images: int
    unreadable: tuple[Path, ...]
    backup: Path | None
    replaced: Path | None


@dataclass
class _Contents:
    """What the new database gets."""

    runs: dict[str, RunRecord] = field(default_factory=dict)
    experiments: dict[str, Experiment] = field(default_factory=dict)
    own_images: dict[str, OwnImage] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)
    unreadable: list[Path] = field(default_factory=list)
    unwritten: frozenset[str] = frozenset()

    def add(self, source: Salvaged, runs: Path | None) -> None:
        """Adds what is not there yet; with ``runs``, only runs that have a folder in it."""
        for run_id, record in source.runs.items():
            if runs is None or (runs / run_id).is_dir():
                self.runs.setdefault(run_id, record)
        for experiment in source.experiments:
            self.experiments.setdefault(experiment.id, experiment)
        for image in source.own_images:
            self.own_images.setdefault(image.key, image)


def rebuild(
    home: Path | None = None,
    chosen: Path | None = None,
    progress: Progress = lambda fraction: None,
    is_cancelled: IsCancelled = lambda: False,
) -> Rebuilt:
    """Replaces the database by one with everything that the folders and a backup contain.

    Args:
        home: folder of the user's data; the usual one if not given.
        chosen: the backup to go back to; None to start from what the present database still has.
        progress: gets fractions of 1.
        is_cancelled: checked between runs.

    Raises:
        CancelledByUser: nothing was changed.
        StoreDamaged: the chosen backup is damaged; nothing was changed.
        StoreTooNew: a newer version wrote the database; nothing was changed.
        StoreError: something trains, or the disk fails; nothing was changed.
    """
    database, runs = paths.database(home), paths.runs(home)
    with _alone(database):
        for folder in (*folders.all_in(runs), *folders.all_in(paths.experiments(home))):
            if (folder / locks.NAME).exists() and not locks.is_free(folder):
                raise locks.running(folder.name)
        contents, used = _gathered(home, chosen)
        _add_experiments(contents, paths.experiments(home))
        for fraction, folder in _with_fractions(folders.all_in(runs)):
            if is_cancelled():
                raise CancelledByUser("The rebuild was canceled.", "Nothing was changed.")
            _add_folder(contents, folder)
            progress(fraction)
        replaced = _replace(database, paths.backups(home), contents)
    return Rebuilt(
        runs=len(contents.runs),
        from_folders=len(contents.recorded),
        without_folder=sum(not (runs / run_id).is_dir() for run_id in contents.runs),
        experiments=len(contents.experiments),
        own_images=len(contents.own_images),
        unreadable=tuple(contents.unreadable),
        backup=used,
        replaced=replaced,
    )


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Keeps other processes from rebuilding the same database.

    Raises:
        StoreError: one does already.
    """
    with writing(database):
        make_folder(database.parent, private=True)
    lock = FileLock(database.with_name(LOCK), mode=PRIVATE_FILE, is_singleton=False)
    with writing(database.with_name(LOCK)):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreError(
                "Another process is already rebuilding the database.", "Wait for it to finish."
            ) from error
    try:
        yield
    finally:
        lock.release()


def _gathered(home: Path | None, chosen: Path | None) -> tuple[_Contents, Path | None]:
    """What databases and backups contain, and the backup that was used."""
    contents, database, runs = _Contents(), paths.database(home), paths.runs(home)
    present = Salvaged()
    if not is_empty(database):
        with explained(database), closing(read_only(database)) as connection:
            refuse_newer(connection, database)
        present = salvage(database)
    contents.unwritten = present.unwritten
    if chosen:
        backup.contents(chosen)
        base = salvage(chosen)
        if not base.complete:
            raise damaged(chosen, "parts of it cannot be read")
        contents.add(base, None)
        # Runs of today that were deleted would come back.
        contents.add(present, runs)
        return contents, chosen
    # In a damaged database, a run without a folder may be a changed id.
    contents.add(present, None if present.complete else runs)
    if present.complete:
        return contents, None
    used = _add_backups(contents, home)
    # The last, as they may be newer: the database with the labels of today is damaged or lost.
    for image in OwnImageJournal(paths.own_image_journal(home)).read():
        contents.own_images[image.key] = image
    return contents, used


def _add_backups(contents: _Contents, home: Path | None) -> Path | None:
    """Adds backups, the newest first, until one in which every row can be read."""
    for copy in backup.all_in(paths.backups(home)):
        try:
            found = salvage(copy.path)
        except StoreError as error:
            _LOG.warning("%s", error)
            continue
        contents.add(found, paths.runs(home))
        if found.complete:
            return copy.path
    return None


def _add_experiments(contents: _Contents, home: Path) -> None:
    """Adds the experiments that have a record in their folder."""
    for folder in folders.all_in(home):
        if not (folder / RECORD).exists():
            continue
        try:
            record = hashed_json.read(folder / RECORD, ExperimentRecord)
            experiment = experiment_of((record.id, record.title, record.text, record.created))
        except StoreError as error:
            _LOG.warning("%s", error)
            continue
        if experiment.id == folder.name:
            contents.experiments[experiment.id] = experiment


def _add_folder(contents: _Contents, folder: Path) -> None:
    """Adds or replaces the run of a folder by its record."""
    known = contents.runs.get(folder.name)
    try:
        record = run_record.read(folder)
        record.run_spec()
    except MnistStudioError as error:
        if run_record.exists(folder):
            _LOG.warning("%s", error)
        if known is None and folders.has_content(folder):
            contents.unreadable.append(folder)
        return
    contents.recorded.add(folder.name)
    newer = _newer(record, known)
    if known and folder.name in contents.unwritten:
        newer = replace(newer, title=known.title, annotations=known.annotations)
    contents.runs[folder.name] = newer


def _newer(record: RunRecord, known: RunRecord | None) -> RunRecord:
    """The record of a folder, completed by what a database knows of the same run."""
    if known is None:
        return record
    belongs = record.belongs or known.belongs
    if record.status == "running" and known.status != "running":
        # The record of its end could not be written.
        return replace(known, epochs=joined(known.epochs, record.epochs), belongs=belongs)
    if record.status == "running":
        return replace(record, epochs=joined(record.epochs, known.epochs), belongs=belongs)
    return replace(record, belongs=belongs)


def _with_fractions(found: tuple[Path, ...]) -> Iterator[tuple[float, Path]]:
    for number, folder in enumerate(found, start=1):
        yield number / len(found), folder


def _replace(database: Path, backups: Path, contents: _Contents) -> Path | None:
    """Writes the new database next to the present one and puts it in its place."""
    stage = database.with_name(f".{database.name}.{uuid4().hex}.part")
    try:
        with explained(stage), closing(connect(stage)) as connection:
            migrate(connection, stage, backups)
            with transaction(connection):
                _fill(connection, contents)
        return _exchange(stage, database, backups)
    finally:
        for name in (stage.name, f"{stage.name}-journal"):
            stage.with_name(name).unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection, contents: _Contents) -> None:
    experiments = [
        (one.id, one.title, one.text, one.created) for one in contents.experiments.values()
    ]
    connection.executemany("INSERT INTO experiments VALUES (?, ?, ?, ?)", experiments)
    for record in contents.runs.values():
        insert(connection, record)
        if record.run not in contents.recorded or record.run in contents.unwritten:
            connection.execute("INSERT INTO unwritten VALUES (?)", (record.run,))
    connection.executemany(INSERT_IMAGE, map(row_of, contents.own_images.values()))


def _exchange(stage: Path, database: Path, backups: Path) -> Path | None:
    """Moves the present database to the backups, and the new one to its place, or does nothing."""
    saved = None if is_empty(database) else _place_for_replaced(backups)
    moved: list[tuple[Path, Path]] = []
    linked = saved is not None and _linked(database, saved)
    try:
        if saved and not linked:
            _move_away(database, saved, moved)
        with writing(database):
            stage.replace(database)
    except BaseException:
        with suppress(OSError):
            if saved and linked:
                saved.unlink()
            for there, here in reversed(moved):
                shutil.move(there, here)
        raise
    return saved


def _place_for_replaced(backups: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    saved = backups / f"{REPLACED}{stamp}-{uuid4().hex[:4]}.sqlite"
    with writing(saved):
        make_folder(backups, private=True)
    return saved


def _move_away(database: Path, saved: Path, moved: list[tuple[Path, Path]]) -> None:
    """Moves a database with its journal, which belongs to it alone; adds each move to ``moved``."""
    for old in (database, *_journals(database)):
        new = saved.with_name(saved.name + old.name.removeprefix(database.name))
        try:
            if old.exists():
                shutil.move(old, new)
                moved.append((new, old))
        except PermissionError as error:
            raise StoreError(
                f"The database “{database}” cannot be replaced because it is in use or you do not "
                f"have permission.",
                "Close all windows of MNIST Studio and try again.",
            ) from error
        except OSError as error:
            raise StoreError(
                f"The database “{database}” cannot be moved: {error.strerror or error}.",
                "Check the disk and try again.",
            ) from error


def _journals(database: Path) -> list[Path]:
    return [database.with_name(f"{database.name}{end}") for end in ("-journal", "-wal", "-shm")]


def _linked(database: Path, saved: Path) -> bool:
    """Gives a database a second name, so that it has one until the new one replaces it.

    Not one with a journal, which must never be next to another database, and not on Windows, which
    refuses to replace a file that is in use.
    """
    if os.name == "nt" or any(journal.exists() for journal in _journals(database)):
        return False
    try:
        os.link(database, saved)
    except OSError:
        return False  # The disk has no links: then it is moved.
    return True
