"""Checks everything that is stored. A check only reads, and works with a damaged database too."""

import sqlite3
from collections.abc import Callable, Set
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mnist_studio import paths
from mnist_studio.errors import (
    CancelledByUser,
    MnistStudioError,
    SpecError,
    StoreDamaged,
    StoreError,
)
from mnist_studio.formatting import counted
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import (
    artifacts,
    backup,
    epoch_records,
    epoch_weights,
    folders,
    hashed_json,
    housekeeping,
    run_record,
    step_curve,
)
from mnist_studio.store.bad_rows import BadRow
from mnist_studio.store.database import (
    REBUILD,
    damaged,
    explained,
    is_empty,
    read_only,
)
from mnist_studio.store.experiments import (
    EXPERIMENT_COLUMNS,
    Experiment,
    ExperimentRecord,
    experiment_of,
)
from mnist_studio.store.migrations import check_version
from mnist_studio.store.own_images import IMAGE_COLUMNS, confirmed_image_of
from mnist_studio.store.own_recipes import OwnRecipes
from mnist_studio.store.rows import (
    ANNOTATION_COLUMNS,
    COLUMNS,
    EPOCH_COLUMNS,
    MEMBER_COLUMNS,
    Row,
    Run,
    annotations_of,
    epoch_of,
    member_of,
    run_of,
)
from mnist_studio.store.run_record import RunRecord
from mnist_studio.store.salvage import listed_records

Progress = Callable[[float], object]
IsCancelled = Callable[[], bool]

SET_ASIDE = "To set it aside, run: mnist-studio store check --set-aside"
_REBUILD = f"Rebuild the database: {REBUILD}"

TABLES: dict[str, tuple[str, Callable[[Row], object]]] = {
    "experiments": (EXPERIMENT_COLUMNS, experiment_of),
    "runs": (COLUMNS, lambda row: run_of(row, Path())),
    "epochs": (EPOCH_COLUMNS, epoch_of),
    "members": (MEMBER_COLUMNS, member_of),
    "annotations": (ANNOTATION_COLUMNS, annotations_of),
    "own_images": (IMAGE_COLUMNS, confirmed_image_of),
}
"""Table -> its columns, and what reads a row of them."""


@dataclass(frozen=True)
class Problem:
    """Something that is not as it should be.

    Attributes:
        what: a sentence that names it.
        remedy: what to do; may be empty.
        row: that can be set aside; None for any other problem.
    """

    what: str
    remedy: str = ""
    row: BadRow | None = None


@dataclass(frozen=True)
class StoreReport:
    """The result of a check.

    Attributes:
        problems: that were found.
        runs: readable ones.
        own_images: readable ones.
        experiments: readable ones.
        backups: number of backups.
        newest_backup: seconds since 1970; None without backups.
        trashed: of the runs, those in the trash.
        own_recipes: readable ones.
    """

    problems: tuple[Problem, ...]
    runs: int = 0
    own_images: int = 0
    experiments: int = 0
    backups: int = 0
    newest_backup: float | None = None
    trashed: int = 0
    own_recipes: int = 0


def check(
    home: Path | None = None,
    progress: Progress = lambda fraction: None,
    is_cancelled: IsCancelled = lambda: False,
    deep: bool = True,
) -> StoreReport:
    """Checks database, folders, and backups. Nothing is changed.

    Another process may delete a run or a backup meanwhile. So only problems that a second look
    finds again are reported.

    Args:
        home: folder of the user's data; the usual one if not given.
        progress: gets fractions of 1.
        is_cancelled: checked between files.
        deep: whether to read every file of every run and every backup, too.

    Raises:
        CancelledByUser: it was cancelled.
        StoreError: the home cannot be read.
    """
    first = _Check(home, progress, is_cancelled, deep).report()
    if not first.problems:
        return first
    second = _Check(home, lambda fraction: None, is_cancelled, deep).report()
    lasting = tuple(problem for problem in second.problems if problem in first.problems)
    return replace(second, problems=lasting)


class _Check:
    """One check; collects problems and counts."""

    def __init__(
        self, home: Path | None, progress: Progress, is_cancelled: IsCancelled, deep: bool
    ) -> None:
        self._recipes = OwnRecipes(home)
        self._database = paths.database(home)
        self._runs = paths.runs(home)
        self._backups = paths.backups(home)
        self._progress = progress
        self._is_cancelled = is_cancelled
        self._deep = deep
        self._problems: list[Problem] = []
        self._counts = dict.fromkeys(TABLES, 0)
        self._rows: dict[str, Run] = {}
        self._listed: dict[str, RunRecord] = {}
        self._experiments: dict[str, Row] = {}
        self._readable = False
        self._trashed = 0

    def report(self) -> StoreReport:
        copies = backup.all_in(self._backups)
        self._check_database()
        found = folders.all_in(self._runs)
        steps: list[Callable[[], None]] = [partial(self._check_folder, each) for each in found]
        if self._deep:
            steps += [partial(self._check_backup, each.path) for each in copies]
        for done, step in enumerate(steps, start=1):
            if self._is_cancelled():
                raise CancelledByUser("The check was canceled.", "Nothing was changed.")
            step()
            self._progress(done / len(steps))
        self._check_experiments()
        self._check_leftovers()
        own_recipes = self._check_own_recipes()
        return StoreReport(
            tuple(self._problems),
            self._counts["runs"],
            self._counts["own_images"],
            self._counts["experiments"],
            len(copies),
            copies[0].created if copies else None,
            self._trashed,
            own_recipes,
        )

    def _check_own_recipes(self) -> int:
        try:
            found = self._recipes.all()
        except StoreError as error:
            self._report(error)
            return 0
        for problem in found.problems:
            self._report(problem)
        return len(found.recipes)

    def _add(self, what: str, remedy: str, row: BadRow | None = None) -> None:
        self._problems.append(Problem(what, remedy, row))

    def _report(self, error: MnistStudioError, row: BadRow | None = None) -> None:
        self._add(error.problem, error.remedy, row)

    def _check_database(self) -> None:
        try:
            if is_empty(self._database):
                if folders.all_in(self._runs) or backup.all_in(self._backups):
                    self._add(f"The database “{self._database}” is missing or empty.", _REBUILD)
                return
            with explained(self._database), closing(read_only(self._database)) as connection:
                self._check_connection(connection)
        except StoreError as error:
            self._report(error)

    def _check_connection(self, connection: sqlite3.Connection) -> None:
        # An interrupted transaction is completed by the next opening, not by this check.
        pragma = "integrity_check" if self._deep else "quick_check"
        (verdict,) = connection.execute(f"PRAGMA {pragma}(1)").fetchone()
        if verdict != "ok":
            raise damaged(self._database, verdict)
        check_version(connection, self._database)
        self._readable = True
        self._listed = listed_records(connection)
        for table, (columns, decode) in TABLES.items():
            self._check_rows(connection, table, columns, decode)
        for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            if rowid is not None:
                what = f"A row of the table “{table}” belongs to nothing in “{parent}”."
                self._add(what, SET_ASIDE, BadRow(table, rowid))
        for name, run in self._rows.items():
            if run.status != "running" and not (self._runs / name).is_dir():
                self._add(f"The run {name} has no folder and therefore no weights.", "Delete it.")

    def _check_rows(
        self,
        connection: sqlite3.Connection,
        table: str,
        columns: str,
        decode: Callable[[Row], object],
    ) -> None:
        for rowid, *row in connection.execute(f"SELECT rowid, {columns} FROM {table}"):
            try:
                value = decode(tuple(row))
            except StoreDamaged as error:
                self._report(error, BadRow(table, rowid))
            except StoreError as error:
                self._report(error)
            else:
                self._counts[table] += 1
                if isinstance(value, Run):
                    self._rows[value.id] = value
                if isinstance(value, tuple):
                    self._trashed += value[1].trashed is not None
                if isinstance(value, Experiment):
                    self._experiments[value.id] = tuple(row)

    def _check_folder(self, folder: Path) -> None:
        try:
            record = run_record.read(folder) if run_record.exists(folder) else None
        except StoreError as error:
            self._add(error.problem, _REBUILD)
            record = None
        known = self._rows.get(folder.name)
        if self._readable and known is None and folders.has_content(folder):
            self._add(f"The run in “{folder}” is not listed.", _REBUILD)
        try:
            described = record.run_spec() if record else None
        except SpecError as error:
            self._report(error)
            return
        listed = self._listed.get(folder.name)
        if record and listed and _core(record) != _core(listed):
            self._add(f"The database and the record in “{folder}” differ.", _REBUILD)
        if self._deep:
            spec = known.spec if known else described
            self._check_files(folder, spec, {*(record.files if record else ())})

    def _check_files(self, folder: Path, spec: RunSpec | None, expected: Set[str]) -> None:
        readers: dict[str, Callable[[], object]] = {
            step_curve.STEPS: partial(step_curve.load, folder),
            artifacts.TEST_LOGITS: partial(
                artifacts.load_test_logits, folder, len(spec.class_names) if spec else None
            ),
        }
        if spec is not None:
            readers[artifacts.WEIGHTS] = partial(artifacts.load_weights, folder, spec)
            readers[artifacts.CHECKPOINT] = partial(artifacts.load_checkpoint, folder, spec)
            for epoch in epoch_weights.epochs_kept(folder):
                path = epoch_weights.FILES.path_of(folder, epoch)
                readers[path.name] = partial(epoch_weights.load, folder, spec, epoch)
        for epoch in epoch_records.FILES.epochs(folder):
            path = epoch_records.FILES.path_of(folder, epoch)
            readers[path.name] = partial(epoch_records.load, folder, epoch)
        for name, read in readers.items():
            if (folder / name).exists():
                try:
                    read()
                except StoreError as error:
                    self._report(error)
            elif name in expected:
                self._add(f"{folder / name} is missing.", "Train this run again.")

    def _check_experiments(self) -> None:
        """Compares the rows of experiments with the records in their folders."""
        for name, row in self._experiments.items():
            folder = self._database.parent / "experiments" / name
            if not run_record.exists(folder):
                continue
            try:
                record = hashed_json.read(folder / run_record.RECORD, ExperimentRecord)
            except StoreError as error:
                self._add(error.problem, _REBUILD)
                continue
            if (record.id, record.title, record.text, record.created) != row:
                self._add(f"The database and the record in “{folder}” differ.", _REBUILD)

    def _check_backup(self, path: Path) -> None:
        try:
            backup.contents(path)
        except StoreError as error:
            self._add(error.problem, "Delete this backup.")

    def _check_leftovers(self) -> None:
        found = housekeeping.leftovers(self._database.parent)
        if found:
            self._add(
                f"{counted(len(found), 'file').capitalize()} of interrupted programs "
                f"{'is' if len(found) == 1 else 'are'} left behind, such as “{found[0]}”.",
                "MNIST Studio removes such files after about an hour.",
            )


def _core(record: RunRecord) -> tuple[object, ...]:
    """What the database and the record of an ended run both say."""
    return (
        record.title, record.spec, record.created, record.status, record.terminal, record.epochs,
        record.belongs, record.annotations,
    )  # fmt: skip
