"""A run file: runs, and the experiment that they belong to, as one zip of JSON and safetensors.

``docs/run-files.md`` documents the format. This module writes such files, and has what their reader
needs to know; see ``store.run_file_reader``.
"""

import hashlib
import re
import stat
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from mnist_studio import __version__
from mnist_studio.data.files import staged
from mnist_studio.errors import CancelledByUser, StoreError
from mnist_studio.spec import codec
from mnist_studio.store import artifacts, folders, run_record, step_curve
from mnist_studio.store.disk import reading, writing
from mnist_studio.store.experiments import Experiment
from mnist_studio.store.rows import Id, Run
from mnist_studio.store.run_record import Belongs, RunRecord

SUFFIX = ".mnistrun"
FORMAT: Literal["mnist-studio-runs"] = "mnist-studio-runs"
VERSION = 1
MANIFEST = "manifest.json"
EXPERIMENT = "experiment.json"
RUNS = "runs"
"""Folder in the zip that has one folder a run."""

_OF_EPOCHS = re.compile(r"epoch-[0-9]{4,9}(-record)?\.safetensors")
_WHOLE = (
    run_record.RECORD,
    artifacts.WEIGHTS,
    artifacts.CHECKPOINT,
    artifacts.TEST_LOGITS,
    step_curve.STEPS,
    artifacts.ROBUSTNESS,
)
_BLOCK = 1 << 20
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip knows, so that equal runs give equal files."""

Progress = Callable[[float], object]
IsCancelled = Callable[[], bool]


class RunFileEntry(msgspec.Struct, frozen=True):
    """A file of the zip.

    Attributes:
        size: bytes.
        sha256: of them, in hexadecimal.
    """

    size: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class RunFileHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of the manifest, which every version can read.

    Attributes:
        format: always ``mnist-studio-runs``.
        version: of the format.
        written_by: the version of MNIST Studio.
    """

    format: Literal["mnist-studio-runs"]
    version: Annotated[int, Meta(ge=1)]
    written_by: Annotated[str, Meta(max_length=40)] = ""


class RunFileManifest(RunFileHeader, frozen=True, kw_only=True):
    """What a run file contains.

    Attributes:
        runs: ids of the runs.
        files: every other file of the zip, by its name.
    """

    runs: Annotated[tuple[Id, ...], Meta(min_length=1)]
    files: Mapping[str, RunFileEntry]


class PortableExperiment(msgspec.Struct, frozen=True):
    """The experiment that all runs of the file belong to.

    Attributes:
        id: that it had where the file was written.
        text: of its settings file, with its own version.
    """

    id: Id
    text: Annotated[str, Meta(max_length=codec.MOST_BYTES)]


@dataclass(frozen=True)
class PortableRun:
    """A run to write.

    Attributes:
        record: all that the database knows.
        folder: of its files.
    """

    record: RunRecord
    folder: Path


def is_portable(name: str) -> bool:
    """Whether a file in the folder of a run belongs into a run file.

    Left out are locks, what can be computed again, the printed text, which names folders of the
    computer, and the native script, which is written again from the settings.
    """
    return name in _WHOLE or bool(_OF_EPOCHS.fullmatch(name))


def portable_names(folder: Path) -> tuple[str, ...]:
    """The names of the files of a run that belong into a run file, except for its record.

    Raises:
        StoreError: the folder cannot be read.
    """
    with reading(folder):
        names = sorted(each.name for each in folder.iterdir() if each.is_file())
    return tuple(name for name in names if is_portable(name) and name != run_record.RECORD)


def bundled_record(run: Run, epochs: Sequence[object]) -> RunRecord:
    """The record of a bundled model, which has none, under an id like those of runs."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(run.created))
    run_id = f"{stamp}-{hashlib.sha256(run.id.encode()).hexdigest()[:4]}"
    values = {
        "run": run_id,
        "title": run.title,
        "spec": codec.encode(run.spec),
        "created": run.created,
        "status": run.status,
        "terminal": msgspec.to_builtins(run.terminal),
        "epochs": msgspec.to_builtins(tuple(epochs)),
    }
    return renamed(msgspec.convert(values, RunRecord), run_id)


def renamed(record: RunRecord, run_id: str) -> RunRecord:
    """The record under another id, with its events."""
    terminal = record.terminal
    return replace(
        record,
        run=run_id,
        epochs=tuple(replace(epoch, run=run_id) for epoch in record.epochs),
        terminal=replace(terminal, run=run_id) if terminal else None,
    )


def write(
    path: Path,
    runs: Sequence[PortableRun],
    experiment: Experiment | None = None,
    progress: Progress = lambda fraction: None,
    is_cancelled: IsCancelled = lambda: False,
) -> None:
    """Writes a run file. An existing file is replaced only when the new one is complete.

    Args:
        path: of the file.
        runs: at least one; none of them running.
        experiment: that all of them belong to, if any.
        progress: gets fractions of 1.
        is_cancelled: checked between blocks.

    Raises:
        CancelledByUser: no file was written.
        StoreError: a run is still training, a file of it is damaged, or the disk fails.
    """
    for run in runs:
        _refuse_running(run.record)
    with writing(path), staged(path) as target:
        _write(target, runs, experiment, _Meter(runs, progress, is_cancelled))


class _Meter:
    """Reports how much is written, and ends the work when it is canceled."""

    def __init__(
        self, runs: Sequence[PortableRun], progress: Progress, is_cancelled: IsCancelled
    ) -> None:
        self._done = 0
        self._whole = sum(
            (run.folder / name).stat().st_size
            for run in runs
            for name in portable_names(run.folder)
        )
        self._progress, self._is_cancelled = progress, is_cancelled

    def add(self, size: int) -> None:
        if self._is_cancelled():
            raise CancelledByUser("The export was canceled.", "No file was written.")
        self._done += size
        self._progress(min(1.0, self._done / max(1, self._whole)))


def _write(
    target: BinaryIO, runs: Sequence[PortableRun], experiment: Experiment | None, meter: _Meter
) -> None:
    files: dict[str, RunFileEntry] = {}
    with zipfile.ZipFile(target, "w") as archive:
        if experiment:
            about = PortableExperiment(experiment.id, experiment.text)
            files[EXPERIMENT] = _add_json(archive, EXPERIMENT, about)
        for run in runs:
            for name, entry in _add_run(archive, run, bool(experiment), meter):
                files[name] = entry
        ids = tuple(run.record.run for run in runs)
        manifest = RunFileManifest(
            format=FORMAT, version=VERSION, written_by=__version__, runs=ids, files=files
        )
        _add_json(archive, MANIFEST, manifest)


def _add_run(
    archive: zipfile.ZipFile, run: PortableRun, of_experiment: bool, meter: _Meter
) -> Iterator[tuple[str, RunFileEntry]]:
    place = f"{RUNS}/{run.record.run}"
    names = portable_names(run.folder)
    record = _without_place(replace(run.record, files=names), of_experiment)
    name = f"{place}/{run_record.RECORD}"
    yield name, _add_json(archive, name, record)
    for file in names:
        name = f"{place}/{file}"
        yield name, _add_file(archive, name, run.folder / file, meter)


def _without_place(record: RunRecord, of_experiment: bool) -> RunRecord:
    """The record without the name of a computer, and without what is only true where it was."""
    belongs = record.belongs
    if belongs:
        experiment = belongs.experiment if of_experiment else ""
        belongs = Belongs(experiment, belongs.concurrency)
    annotations = replace(record.annotations, archived=False, trashed=None)
    return replace(record, belongs=belongs, annotations=annotations)


def _add_json(archive: zipfile.ZipFile, name: str, value: msgspec.Struct) -> RunFileEntry:
    content = msgspec.json.encode(value)
    with archive.open(_info(name, zipfile.ZIP_DEFLATED), "w") as target:
        target.write(content)
    return RunFileEntry(len(content), hashlib.sha256(content).hexdigest())


def _add_file(archive: zipfile.ZipFile, name: str, path: Path, meter: _Meter) -> RunFileEntry:
    """Copies a file into the zip. Arrays are stored as they are: they hardly get smaller."""
    digest, size = hashlib.sha256(), 0
    info = _info(name, zipfile.ZIP_STORED)
    with reading(path), path.open("rb") as source:
        info.file_size = source.seek(0, 2)
        source.seek(0)
        with archive.open(info, "w") as target:
            while block := source.read(_BLOCK):
                target.write(block)
                digest.update(block)
                size += len(block)
                meter.add(len(block))
    return RunFileEntry(size, digest.hexdigest())


def _info(name: str, method: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type = method
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    info.create_system = 3  # Unix, whatever system writes, so that equal runs give equal files.
    return info


def _refuse_running(record: RunRecord) -> None:
    if record.status == "running":
        raise StoreError(
            f"The run {record.run} cannot be exported because it is training.", "Stop it first."
        )


def is_entry(name: str) -> bool:
    """Whether a run file may have an entry of that name: a closed list, so no path can escape."""
    if name in (MANIFEST, EXPERIMENT):
        return True
    match name.split("/"):
        case [folder, run_id, file]:
            return folder == RUNS and folders.is_id(run_id) and is_portable(file)
        case _:
            return False
