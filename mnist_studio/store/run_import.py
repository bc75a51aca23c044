"""Takes the runs of a run file into the store.

The file is unpacked into a folder of its own and checked as a whole, in any thread. Only then the
store moves the folders of the runs to their places and lists them, so that an import that fails, or
that is canceled, changes nothing.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from mnist_studio import events, paths
from mnist_studio.data.files import make_folder
from mnist_studio.errors import MnistStudioError, SpecError, StoreError
from mnist_studio.spec import codec, experiment_files
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.store import (
    annotations,
    artifacts,
    epoch_records,
    epoch_weights,
    folders,
    hashed_json,
    run_record,
    step_curve,
    titles,
)
from mnist_studio.store.database import Database
from mnist_studio.store.disk import reading, writing
from mnist_studio.store.experiments import ELSEWHERE, ExperimentRows
from mnist_studio.store.record_writer import insert
from mnist_studio.store.rows import TRAINED, run_of
from mnist_studio.store.run_file import (
    EXPERIMENT,
    IsCancelled,
    PortableExperiment,
    Progress,
    RunFileManifest,
    renamed,
)
from mnist_studio.store.run_file_reader import is_newer, refused, too_new, unpack
from mnist_studio.store.run_record import NO_ANNOTATIONS, Belongs, RunRecord

LAST_STEP = 2**53
"""More steps than any training has, and few enough for every number that counts them."""

_IMPORT = ".import"
_Content = TypeVar("_Content", bound=msgspec.Struct)


@dataclass(frozen=True)
class Unpacked:
    """A run file that was unpacked and checked.

    Attributes:
        path: of the file.
        folder: with one folder a run.
        runs: their records.
        experiment: that they belong to; None if they belong to none.
    """

    path: Path
    folder: Path
    runs: tuple[RunRecord, ...]
    experiment: ExperimentSpec | None


@dataclass(frozen=True)
class Imported:
    """What an import changed.

    Attributes:
        runs: ids of the new runs.
        known: ids of runs of the file that the store had already, and that stay as they are.
        experiment: id of the experiment that all of them belong to; empty for none.
    """

    runs: tuple[str, ...]
    known: tuple[str, ...]
    experiment: str = ""


@contextmanager
def opened(
    path: Path,
    home: Path | None = None,
    progress: Progress = lambda fraction: None,
    is_cancelled: IsCancelled = lambda: False,
) -> Iterator[Unpacked]:
    """A run file, unpacked and checked until the end of the block. Needs no store.

    Args:
        path: of the file.
        home: folder of the user's data; the usual one if not given.
        progress: gets fractions of 1.
        is_cancelled: checked between blocks.

    Raises:
        CancelledByUser: nothing was changed.
        StoreError: the file cannot be read, is damaged, hostile, too large, or newer.
    """
    runs = paths.runs(home)
    stage = runs / f"{_IMPORT}.{uuid4().hex}.part"
    with writing(stage):
        make_folder(stage, private=True)
    try:
        manifest = unpack(path, stage, progress, is_cancelled)
        yield Unpacked(
            path,
            stage,
            tuple(_checked_run(path, stage / run, manifest) for run in manifest.runs),
            _experiment(path, stage, manifest),
        )
    finally:
        shutil.rmtree(stage, ignore_errors=True)


class RunImports:
    """The imports of a store; ``RunStore.imports`` is one. Only for the thread of the store."""

    def __init__(self, database: Database, runs: Path, experiments: ExperimentRows) -> None:
        """For ``RunStore``.

        Args:
            database: open and migrated.
            runs: folder of the runs' folders.
            experiments: of the store.
        """
        self._database, self._runs, self._experiments = database, runs, experiments

    def add(self, unpacked: Unpacked) -> Imported:
        """Lists the runs of a file. A run that is stored already stays as it is.

        A run whose id another one has gets a new id, and one whose title another one has gets a
        new title.

        Raises:
            StoreError: the disk or the database fails. Runs that were listed before stay.
        """
        experiment = ""
        if unpacked.experiment:
            experiment = self._experiments.add(unpacked.experiment).id
        new, known = [], []
        for record in unpacked.runs:
            if not self._same(unpacked.folder / record.run, record):
                new.append(self._added(unpacked.folder / record.run, record, experiment))
            elif self._listed(record.run):
                known.append(record.run)
            else:
                new.append(self._list(self._runs / record.run, experiment))
        return Imported(tuple(new), tuple(known), experiment)

    def _same(self, folder: Path, record: RunRecord) -> bool:
        """Whether the store has a folder of that run with the same results."""
        own = self._runs / record.run
        try:
            stored = run_record.read(own)
        except StoreError:
            # There is no such run, or its record is damaged: then the imported one is another.
            return False
        return _results(own, stored) == _results(folder, record)

    def _added(self, folder: Path, record: RunRecord, experiment: str) -> str:
        """Moves the folder of a run to its place, and then lists it."""
        taken = (self._runs / record.run).exists() or self._listed(record.run)
        final = _without_trace(record, experiment)
        if taken:
            final = renamed(final, folders.new_id())
        final = replace(final, title=self._title(final.title))
        target = self._runs / final.run
        _write_record(folder, final)
        with writing(target):
            folder.rename(target)
        try:
            with self._database.writing() as connection:
                insert(connection, final)
        except BaseException:
            with suppress(OSError):
                target.rename(folder)
            raise
        return final.run

    def _list(self, folder: Path, experiment: str) -> str:
        """Lists the run of a folder that an import left when its program was killed."""
        final = _without_trace(run_record.read(folder), experiment)
        final = replace(final, title=self._title(final.title))
        _write_record(folder, final)
        with self._database.writing() as connection:
            insert(connection, final)
        return final.run

    def _listed(self, run_id: str) -> bool:
        return bool(self._database.rows("SELECT 1 FROM runs WHERE id = ?", run_id))

    def _title(self, title: str) -> str:
        taken = {row[0] for row in self._database.rows("SELECT title FROM runs")}
        return titles.free(title, taken)


def _write_record(folder: Path, record: RunRecord) -> None:
    """Writes the record of a run into a folder that may still have the name of another id."""
    files, steps = artifacts.files_of(folder), step_curve.summary(folder)
    ended = record.terminal
    trained = ended.step if isinstance(ended, TRAINED) else steps.count
    sealed_steps = steps if steps.count == trained else None
    hashed_json.write(folder / run_record.RECORD, replace(record, files=files, steps=sealed_steps))


def _without_trace(record: RunRecord, experiment: str) -> RunRecord:
    """The record as this store keeps it: its times are those of another computer."""
    concurrency = record.belongs.concurrency if record.belongs else 1
    return replace(record, belongs=Belongs(experiment, concurrency, ELSEWHERE.host))


def _results(folder: Path, record: RunRecord) -> tuple[object, ...]:
    """What makes two runs the same: all but title, annotations, and place."""
    weights = folder / artifacts.WEIGHTS
    with reading(weights):
        digest = hashlib.sha256(weights.read_bytes()).hexdigest() if weights.exists() else ""
    spec = codec.parse(record.spec)
    return (spec, record.status, record.terminal, record.epochs, record.created, digest)


def _checked_run(path: Path, folder: Path, manifest: RunFileManifest) -> RunRecord:
    """The record of an unpacked run whose files all fit to it.

    Raises:
        StoreError: something does not fit.
    """
    record = _decoded(path, folder / run_record.RECORD, RunRecord)
    try:
        _check_spec(record)
        _check_record(folder, record)
        if record.steps and record.steps != step_curve.summary(folder):
            raise StoreError("Its steps are not those of its record.")
        record = _tidy(record)
        # The readers of the files compare them with the record in the folder.
        _write_record(folder, record)
        _check_files(folder, record)
    except MnistStudioError as error:
        newer = error.remedy == codec.UPDATE or is_newer(manifest.written_by)
        if isinstance(error, SpecError) and newer:
            raise too_new(path, manifest) from error
        problem = error.problem.replace(f"{folder}{os.sep}", "").rstrip(".")
        raise refused(path, f"the run {folder.name} is not valid. {problem}") from error
    return record


def _check_spec(record: RunRecord) -> None:
    codec.decode(record.spec)


def _check_record(folder: Path, record: RunRecord) -> None:
    """Checks what a record says of itself.

    Raises:
        StoreError: it contradicts itself.
    """
    if record.run != folder.name:
        raise StoreError(f"Its record belongs to {record.run}.")
    if record.status == "running":
        raise StoreError("It has not ended.")
    terminal = events.encode(record.terminal).decode() if record.terminal else None
    row = (record.run, record.title, record.spec, record.status, record.created, terminal)
    run = run_of(row, folder.parent)
    numbers = [epoch.epoch for epoch in record.epochs]
    if numbers != sorted({*numbers}) or any(
        not 1 <= number <= run.spec.training.epochs for number in numbers
    ):
        raise StoreError("Its epochs are not in order.")
    ends = [record.terminal] if record.terminal else []
    if any(event.run != record.run for event in (*record.epochs, *ends)):
        raise StoreError("Its events belong to another run.")
    steps = [epoch.step for epoch in record.epochs] + [getattr(end, "step", 0) for end in ends]
    if any(not 0 <= step <= LAST_STEP for step in (*steps, record.step)):
        raise StoreError("Its number of steps is impossible.")


def _tidy(record: RunRecord) -> RunRecord:
    """The record with title, tags and note as this version stores them."""
    notes = record.annotations
    changed = annotations.with_tags(notes.tags)(NO_ANNOTATIONS)
    changed = annotations.with_note(notes.note)(changed)
    return replace(record, title=titles.tidy(record.title), annotations=changed)


def _check_files(folder: Path, record: RunRecord) -> None:
    """Reads every file of a run but results of corruptions, which are computed again if damaged.

    Raises:
        StoreError: one is damaged, or does not fit to the run.
    """
    spec = record.run_spec()
    there = {each.name for each in folder.iterdir()}
    readers: dict[str, Callable[[], object]] = {
        artifacts.WEIGHTS: lambda: artifacts.load_weights(folder, spec),
        artifacts.CHECKPOINT: lambda: artifacts.load_checkpoint(folder, spec),
        artifacts.TEST_LOGITS: lambda: artifacts.load_test_logits(folder, len(spec.class_names)),
        step_curve.STEPS: lambda: step_curve.load(folder),
    }
    for name, read in readers.items():
        if name in there:
            read()
    for epoch in epoch_weights.epochs_kept(folder):
        epoch_weights.load(folder, spec, epoch)
    for epoch in epoch_records.FILES.epochs(folder):
        epoch_records.load(folder, epoch)
    if record.status in ("finished", "stopped") and artifacts.WEIGHTS not in there:
        raise StoreError("It has no weights.")


def _experiment(path: Path, folder: Path, manifest: RunFileManifest) -> ExperimentSpec | None:
    if EXPERIMENT not in manifest.files:
        return None
    entry = _decoded(path, folder / EXPERIMENT, PortableExperiment)
    try:
        return experiment_files.read(entry.text)
    except SpecError as error:
        if error.remedy == codec.UPDATE or is_newer(manifest.written_by):
            raise too_new(path, manifest) from error
        raise refused(path, f"its experiment is not valid. {error.problem.rstrip('.')}") from error


def _decoded(path: Path, file: Path, kind: type[_Content]) -> _Content:
    with reading(file):
        content = file.read_bytes()
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise refused(path, f"“{file.name}” is not valid: {error}") from error
