"""The stored experiments and the runs that belong to them.

A cell of an experiment is a RunSpec; the run that trained it is the member whose spec equals it.
A run that ended without anything to resume from is deleted when its cell is trained again, so a
cell has at most one run.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mnist_studio.data.files import make_folder
from mnist_studio.errors import SpecError, StoreError, UnknownName
from mnist_studio.formatting import printable
from mnist_studio.spec import codec, experiment_files
from mnist_studio.spec.experiment import ExperimentSpec, complete
from mnist_studio.store import folders, hashed_json, locks
from mnist_studio.store.bundled import BundledModels
from mnist_studio.store.database import Database
from mnist_studio.store.disk import writing
from mnist_studio.store.record_writer import RecordWriter
from mnist_studio.store.rows import (
    COLUMNS,
    IN_TRASH,
    MEMBER_COLUMNS,
    Id,
    MemberRow,
    Row,
    Run,
    member_of,
    run_of,
    typed,
    unreadable,
    whole,
)
from mnist_studio.store.run_record import RECORD, Belongs, Moment

_LOG = logging.getLogger(__name__)
EXPERIMENT_COLUMNS = "id, title, text, created"


class ExperimentRecord(msgspec.Struct, frozen=True, array_like=True):
    """A row of ``EXPERIMENT_COLUMNS``, and the content of the record in the experiment's folder.

    The text is that of its file, with its own version.
    """

    id: Id
    title: str
    text: str
    created: Moment


@dataclass(frozen=True)
class Experiment:
    """A stored experiment.

    Attributes:
        id: ``YYYYmmdd-HHMMSS-xxxx``, sortable by time.
        title: of the experiment.
        spec: of the experiment.
        text: of its file when it was first stored.
        created: seconds since 1970.
    """

    id: str
    title: str
    spec: ExperimentSpec
    text: str
    created: float


@dataclass(frozen=True)
class Membership:
    """How a run belongs to an experiment.

    Attributes:
        experiment: its id; empty if the experiment was deleted.
        concurrency: number of runs that trained concurrently; the highest, if it was resumed.
        host: the computer that trained it; empty for this one.
    """

    experiment: str
    concurrency: int = 1
    host: str = ""

    @property
    def timing_comparable(self) -> bool:
        """Whether its timing is comparable: it was trained alone, on this computer."""
        return self.concurrency == 1 and not self.host

    @property
    def belongs(self) -> Belongs:
        """The same for the record of the run."""
        return Belongs(self.experiment, self.concurrency, self.host)


ELSEWHERE = Membership("", host="another machine")


@dataclass(frozen=True)
class Member:
    """A run of an experiment."""

    run: Run
    membership: Membership


@dataclass(frozen=True)
class RemovedExperiment:
    """A deleted experiment.

    Attributes:
        experiment: as it was stored.
        runs: ids of its runs.
    """

    experiment: Experiment
    runs: tuple[str, ...]


class ExperimentRows:
    """The experiments in the database; ``RunStore.experiments`` is one.

    Only for the thread of the store. Every method raises StoreError, with a remedy, if the disk or
    the database fails, and UnknownName if there is no such experiment. An unambiguous prefix of an
    id is enough.
    """

    def __init__(
        self,
        database: Database,
        records: RecordWriter,
        runs: Path,
        home: Path,
        models: BundledModels,
    ) -> None:
        """For ``RunStore``.

        Args:
            database: open and migrated.
            records: of the runs.
            runs: folder of the runs' folders.
            home: folder of one folder an experiment, with its lock and its record.
            models: that come with the studio.
        """
        self._database = database
        self._records = records
        self._models = models
        self._runs = runs
        self._home = home
        self._locks = locks.Locks()

    def add(self, spec: ExperimentSpec) -> Experiment:
        """The experiment with that description: the stored one, or a new one.

        Raises:
            SpecError: the experiment is not valid.
        """
        spec = complete(spec)
        text = experiment_files.write(spec)
        experiment_files.read(text)
        with self._database.writing():
            # Compared by value, because a newer version may write the same experiment differently.
            found = next((one for one in self.all() if one.spec == spec), None)
            return found or self._inserted(spec, text)

    def all(self) -> tuple[Experiment, ...]:
        """All experiments, newest first; a damaged one is logged and skipped."""
        query = f"SELECT {EXPERIMENT_COLUMNS} FROM experiments ORDER BY created DESC, id DESC"
        return tuple(whole(experiment_of, self._database.rows(query)))

    def experiment(self, experiment_id: str) -> Experiment:
        """The experiment of that id."""
        query = (
            f"SELECT {EXPERIMENT_COLUMNS} FROM experiments "
            "WHERE typeof(id) = 'text' AND substr(id, 1, ?) = ?"
        )
        possible = experiment_id and experiment_id.isascii()
        rows = self._database.rows(query, len(experiment_id), experiment_id) if possible else []
        if len(rows) != 1:
            found = f"{len(rows)} experiments begin" if rows else "No experiment begins"
            raise UnknownName(f"{found} with “{experiment_id}”.", "Check the list of experiments.")
        return experiment_of(rows[0])

    def members(self, experiment_id: str) -> tuple[Member, ...]:
        """The runs of an experiment but those in the trash, oldest first; takes the whole id."""
        query = (
            f"SELECT {MEMBER_COLUMNS}, {COLUMNS} FROM members JOIN runs ON run = id "
            f"WHERE experiment = ? AND NOT {IN_TRASH} ORDER BY created, id"
        )
        return tuple(whole(self._member, self._database.rows(query, experiment_id)))

    def memberships(self) -> Mapping[str, Membership]:
        """The membership of every run that was trained by an experiment, by the run's id.

        Bundled models belong to none, and their timing is that of another computer.
        """
        rows = self._database.rows(f"SELECT {MEMBER_COLUMNS} FROM members")
        own = {row.run: _membership(row) for row in whole(member_of, rows)}
        return dict.fromkeys(self._models.by_id, ELSEWHERE) | own

    def delete(self, experiment_id: str) -> RemovedExperiment:
        """Deletes an experiment; its runs and their timing information stay.

        Returns:
            What ``restore`` needs to bring it back.

        Raises:
            StoreError: also if it is being run.
        """
        experiment = self.experiment(experiment_id)
        folder = self._folder(experiment.id)
        if not locks.is_free(folder):
            raise _already_running(experiment)
        query = "SELECT run FROM members WHERE experiment = ?"
        found = self._database.rows(query, experiment.id)
        runs = tuple(str(run) for (run,) in found if folders.is_id(run))
        with self._records.changing(runs) as connection:
            connection.execute("DELETE FROM experiments WHERE id = ?", (experiment.id,))
        # A record that stays would bring the experiment back when the database is rebuilt.
        with writing(folder):
            (folder / RECORD).unlink(missing_ok=True)
        return RemovedExperiment(experiment, runs)

    def restore(self, removed: RemovedExperiment) -> None:
        """Brings a deleted experiment back, with those of its runs that belong to no other.

        Raises:
            StoreError: the disk or the database fails.
        """
        experiment = removed.experiment
        self._write_record(experiment)
        with self._records.changing(removed.runs) as connection:
            row = (experiment.id, experiment.title, experiment.text, experiment.created)
            connection.execute("INSERT OR IGNORE INTO experiments VALUES (?, ?, ?, ?)", row)
            connection.executemany(_JOIN_AGAIN, [(experiment.id, run) for run in removed.runs])

    def hold(self, experiment: Experiment) -> None:
        """Takes the lock of an experiment, whose holder alone trains its cells.

        The operating system releases it when its process ends in any way.

        Raises:
            StoreError: also if another holds it, here or elsewhere.
        """
        if not self._locks.try_hold(self._folder(experiment.id)):
            raise _already_running(experiment)

    def release(self, experiment_id: str) -> None:
        """Releases the lock of an experiment if it is held here; takes the whole id."""
        self._locks.release(experiment_id)

    def close(self) -> None:
        """Releases all locks. May be called twice."""
        self._locks.release_all()

    def set_membership(self, run_id: str, membership: Membership) -> None:
        """Makes a run a member, or updates the membership of a resumed one."""
        self._database.write(JOIN, *joining(run_id, membership))
        self._records.refresh(run_id)

    def write_missing(self) -> None:
        """Writes the records of experiments that have none: those of earlier versions."""
        for (name,) in self._database.rows("SELECT id FROM experiments"):
            if folders.is_id(name) and not (self._home / name / RECORD).exists():
                try:
                    self._write_record(self.experiment(name))
                except StoreError as error:
                    _LOG.warning("The record of an experiment was not written. %s", error)

    def _write_record(self, experiment: Experiment) -> None:
        record = ExperimentRecord(
            experiment.id, experiment.title, experiment.text, experiment.created
        )
        hashed_json.write(self._folder(experiment.id) / RECORD, record)

    def _inserted(self, spec: ExperimentSpec, text: str) -> Experiment:
        folder = folders.make(self._home)
        row = (folder.name, spec.title.strip(), text, time.time())
        hashed_json.write(folder / RECORD, ExperimentRecord(*row))
        # Inside the transaction of ``add``.
        self._database.connection.execute("INSERT INTO experiments VALUES (?, ?, ?, ?)", row)
        return Experiment(row[0], row[1], spec, text, row[3])

    def _folder(self, experiment_id: str) -> Path:
        """The folder of an experiment; created if a restored backup lacks it."""
        folder = self._home / experiment_id
        with writing(folder):
            make_folder(folder, private=True)
        return folder

    def _member(self, row: Row) -> Member:
        return Member(run_of(row[4:], self._runs), _membership(member_of(row[:4])))


def _membership(row: MemberRow) -> Membership:
    return Membership(row.experiment or "", row.concurrency, row.host)


JOIN = """
    INSERT INTO members VALUES (?, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET
    concurrency = max(concurrency, excluded.concurrency),
    host = excluded.host
"""


_JOIN_AGAIN = "UPDATE members SET experiment = ? WHERE run = ? AND experiment IS NULL"


def joining(run_id: str, membership: Membership) -> tuple[object, ...]:
    """The values of ``JOIN``."""
    return (run_id, membership.experiment, membership.concurrency, membership.host)


def experiment_of(row: Row) -> Experiment:
    """The experiment in a row of ``EXPERIMENT_COLUMNS``.

    Raises:
        StoreDamaged: the row is damaged.
        StoreError: it was written by a newer version.
    """
    stored = typed(row, ExperimentRecord, "stored experiment")
    try:
        spec = experiment_files.parse(stored.text)
    except SpecError as error:
        if error.remedy != codec.UPDATE:
            raise unreadable("stored experiment", stored.id, error.problem) from error
        raise StoreError(
            f"The stored experiment {stored.id} cannot be read: {error.problem}", error.remedy
        ) from error
    return Experiment(stored.id, printable(stored.title), spec, stored.text, stored.created)


def _already_running(experiment: Experiment) -> StoreError:
    return StoreError(
        f"The experiment “{experiment.title}” is already running, here or in another process.",
        "Wait for it to finish, or stop it first.",
    )
