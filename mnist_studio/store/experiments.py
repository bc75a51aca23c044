"""The studies that are kept, and which runs belong to them.

A cell of a study is a RunSpec; the run that trained it is the member whose spec equals it. A run
that ended with nothing to go on from is deleted when its cell is trained anew, so a cell has one
run at most.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mnist_studio.errors import SpecError, StoreError, UnknownName
from mnist_studio.spec import experiment_files
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.store import folders, locks
from mnist_studio.store.bundled import BundledModels
from mnist_studio.store.database import Database
from mnist_studio.store.disk import writing
from mnist_studio.store.rows import COLUMNS, Row, Run, run_of

_LOG = logging.getLogger(__name__)
_STUDIES = "id, title, text, created"


@dataclass(frozen=True)
class Experiment:
    """A study that is kept.

    Attributes:
        id: ``YYYYmmdd-HHMMSS-xxxx``, sortable by time.
        title: its own.
        spec: what it consists of.
        text: of its file, as it was first kept.
        created: seconds since 1970.
    """

    id: str
    title: str
    spec: ExperimentSpec
    text: str
    created: float


@dataclass(frozen=True)
class Membership:
    """How a run belongs to a study.

    Attributes:
        study: its id; empty if the study was deleted.
        abreast: how many runs were trained at a time while it was; the most, if it went on later.
        place: the machine that trained it; empty for this one.
    """

    study: str
    abreast: int = 1
    place: str = ""

    @property
    def honest(self) -> bool:
        """Whether its clocks can be compared: it was trained alone, on this machine."""
        return self.abreast == 1 and not self.place


ELSEWHERE = Membership("", place="another machine")


@dataclass(frozen=True)
class Member:
    """A run of a study."""

    run: Run
    membership: Membership


class ExperimentRows:
    """The studies in a store's database; ``RunStore.studies`` is one. For its one thread.

    Every method raises StoreError, with a remedy, where the disk or the database refuses, and
    UnknownName where there is no such study. An unambiguous beginning of an id is enough.
    """

    def __init__(self, database: Database, runs: Path, home: Path, models: BundledModels) -> None:
        """For ``RunStore``.

        Args:
            database: open and migrated.
            runs: folder of the runs' folders.
            home: folder of one folder a study, which has its lock only.
            models: that come with the studio.
        """
        self._database = database
        self._models = models
        self._runs = runs
        self._home = home
        self._locks = locks.Locks()

    def keep(self, spec: ExperimentSpec) -> Experiment:
        """The study of that description: the one that is kept, or a new one.

        Raises:
            SpecError: the study cannot work.
        """
        text = experiment_files.write(spec)
        experiment_files.read(text)
        with self._database.writing():
            # Looked for by its meaning: a newer version may write the same study in other words.
            found = next((one for one in self.all() if one.spec == spec), None)
            return found or self._inserted(spec, text)

    def all(self) -> tuple[Experiment, ...]:
        """All studies, newest first; one that cannot be understood is logged and left out."""
        query = f"SELECT {_STUDIES} FROM studies ORDER BY created DESC, id DESC"
        return tuple(filter(None, map(_readable, self._database.rows(query))))

    def study(self, study_id: str) -> Experiment:
        """The study of that id."""
        query = f"SELECT {_STUDIES} FROM studies WHERE substr(id, 1, ?) = ?"
        possible = study_id and study_id.isascii()
        rows = self._database.rows(query, len(study_id), study_id) if possible else []
        if len(rows) != 1:
            found = f"{len(rows)} studies begin" if rows else "No study begins"
            raise UnknownName(f"{found} with “{study_id}”.", "Look at the list of studies.")
        return _study_of(rows[0])

    def members(self, study_id: str) -> tuple[Member, ...]:
        """The runs of a study, oldest first; takes the whole id."""
        query = (
            f"SELECT study, abreast, place, {COLUMNS} FROM members JOIN runs ON run = id "
            "WHERE study = ? ORDER BY created, id"
        )
        found = (self._member(row) for row in self._database.rows(query, study_id))
        return tuple(filter(None, found))

    def memberships(self) -> Mapping[str, Membership]:
        """How every run that was trained by a study belongs to it, by the run's id.

        The models that come with the studio belong to none, and their clocks are another machine's.
        """
        rows = self._database.rows("SELECT run, COALESCE(study, ''), abreast, place FROM members")
        own = {run: Membership(study, abreast, place) for run, study, abreast, place in rows}
        return dict.fromkeys(self._models.by_id, ELSEWHERE) | own

    def delete(self, study_id: str) -> None:
        """Deletes a study; its runs stay, and how honest their clocks are stays known.

        Raises:
            StoreError: also if it is being run.
        """
        study = self.study(study_id)
        folder = self._folder(study.id)
        if not locks.is_free(folder):
            raise _being_run(study)
        self._database.write("DELETE FROM studies WHERE id = ?", study.id)

    def hold(self, study: Experiment) -> None:
        """Takes the lock of a study: whoever holds it alone trains its cells.

        The operating system lets it go when its process ends, however that ends.

        Raises:
            StoreError: also if another holds it, here or elsewhere.
        """
        if not self._locks.try_hold(self._folder(study.id)):
            raise _being_run(study)

    def release(self, study_id: str) -> None:
        """Lets the lock of a study go, if it is held here; takes the whole id."""
        self._locks.release(study_id)

    def close(self) -> None:
        """Lets all locks go. May be called twice."""
        self._locks.release_all()

    def joins(self, run_id: str, membership: Membership) -> None:
        """Makes a run a member, or notes under which circumstances a member goes on."""
        self._database.write(JOIN, *joining(run_id, membership))

    def _inserted(self, spec: ExperimentSpec, text: str) -> Experiment:
        folder = folders.make(self._home)
        row = (folder.name, spec.title.strip(), text, time.time())
        # Inside the transaction of ``keep``.
        self._database.connection.execute("INSERT INTO studies VALUES (?, ?, ?, ?)", row)
        return Experiment(row[0], row[1], spec, text, row[3])

    def _folder(self, study_id: str) -> Path:
        """The folder of a study, which a restored backup may lack."""
        folder = self._home / study_id
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _member(self, row: Row) -> Member | None:
        try:
            return Member(run_of(row[3:], self._runs), Membership(*row[:3]))
        except StoreError as error:
            _LOG.warning("%s", error)
            return None


JOIN = """
    INSERT INTO members VALUES (?, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET
    abreast = max(abreast, excluded.abreast),
    place = excluded.place
"""


def joining(run_id: str, membership: Membership) -> tuple[object, ...]:
    """The values of ``JOIN``."""
    return (run_id, membership.study, membership.abreast, membership.place)


def _readable(row: Row) -> Experiment | None:
    try:
        return _study_of(row)
    except StoreError as error:
        _LOG.warning("%s", error)
        return None


def _study_of(row: Row) -> Experiment:
    study_id, title, text, created = row
    try:
        return Experiment(study_id, title, experiment_files.parse(text), text, created)
    except SpecError as error:
        raise StoreError(
            f"What is kept of the study {study_id} cannot be read: {error.problem}",
            "Update MNIST Studio.",
        ) from error


def _being_run(study: Experiment) -> StoreError:
    return StoreError(
        f"The study “{study.title}” is being run already, here or in another process.",
        "Let that go on, or stop it first.",
    )
