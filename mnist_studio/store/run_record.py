"""The record of a run: one file in its folder with all that the database knows about it.

The database is an index that can be rebuilt from these files. The child that trains adds epochs
with each checkpoint; the supervisor writes title and outcome. Every change replaces the file as a
whole, under a lock, so that neither undoes what the other wrote.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from mnist_studio.errors import StoreError
from mnist_studio.events import Epoch, Measures, Terminal
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import hashed_json, locks

RECORD = "record.json"
LOCK = "record.lock"

PATIENCE_SECONDS = 10

LONGEST_TAG = 40
MOST_TAGS = 50
LONGEST_NOTE = 10_000

Status = Literal["running", "finished", "stopped", "cancelled", "failed", "crashed"]
"""``running`` or how a run ended."""

Moment = Annotated[float, Meta(ge=0, le=32_503_680_000)]
"""Seconds since 1970, up to the year 3000, beyond which some systems know no date."""

Tag = Annotated[str, Meta(min_length=1, max_length=LONGEST_TAG)]

_Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Steps(msgspec.Struct, frozen=True):
    """What the file of steps of an ended run contains.

    Attributes:
        count: number of steps.
        sha256: of their bytes, in hexadecimal.
    """

    count: Annotated[int, Meta(ge=0)]
    sha256: _Hash


class Belongs(msgspec.Struct, frozen=True):
    """How a run belongs to an experiment; see ``store.experiments.Membership``."""

    experiment: str
    concurrency: int = 1
    host: str = ""


class Annotations(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the user has added to a run; see ``store.annotations``. It changes no result.

    Attributes:
        tags: in alphabetical order, without spaces.
        note: any text; may have several lines.
        archived: whether lists hide it unless archived runs are requested.
        trashed: when it was moved to the trash, in seconds since 1970; None if it was not.
    """

    tags: Annotated[tuple[Tag, ...], Meta(max_length=MOST_TAGS)] = ()
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""
    archived: bool = False
    trashed: Moment | None = None


NO_ANNOTATIONS = Annotations()


class RunRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything about a run that is not in another file of its folder.

    Attributes:
        run: its id, which is the name of the folder.
        title: of the run.
        spec: JSON of ``spec.codec``, with its own version.
        created: seconds since 1970.
        status: ``running`` or how it ended.
        terminal: the event that ended it; while a resumed run trains, its previous end.
        epochs: that were trained, in order.
        step: steps trained when the file was last written by the child that trains.
        seconds: phase -> seconds so far, likewise.
        device: that is used; empty before the training begins.
        measures: conditions so far; None before the first are known. An ended run has the final
            ones in its terminal event.
        steps: of the file of steps, once the run has ended.
        files: names of the files with arrays, once the run has ended.
        belongs: to an experiment; None if no experiment trained it.
        annotations: of the user.
    """

    run: str
    title: str
    spec: str
    created: Moment
    status: Status = "running"
    terminal: Terminal | None = None
    epochs: tuple[Epoch, ...] = ()
    step: Annotated[int, Meta(ge=0)] = 0
    seconds: Mapping[str, float] = {}
    device: str = ""
    measures: Measures | None = None
    steps: Steps | None = None
    files: tuple[str, ...] = ()
    belongs: Belongs | None = None
    annotations: Annotations = NO_ANNOTATIONS

    def run_spec(self) -> RunSpec:
        """What is trained.

        Raises:
            SpecError: the description is not valid, or of a newer version.
        """
        return codec.parse(self.spec)


def exists(folder: Path) -> bool:
    """Whether the folder has a record, readable or not."""
    return (folder / RECORD).exists()


def read(folder: Path) -> RunRecord:
    """The record of a run.

    Raises:
        StoreDamaged: it is not what was written, or belongs to another run.
        StoreError: it is missing, cannot be read, or is of a newer version.
    """
    path = folder / RECORD
    record = hashed_json.read(path, RunRecord)
    if record.run != folder.name:
        raise hashed_json.damaged(path, f"it belongs to {record.run}")
    return record


def write(folder: Path, record: RunRecord) -> None:
    """Replaces the record of a run atomically.

    Raises:
        StoreError: it cannot be written, or the run was deleted; the old record is unchanged.
    """
    hashed_json.write(folder / RECORD, record)


def update(folder: Path, change: Callable[[RunRecord], RunRecord]) -> RunRecord:
    """Changes the record of a run, and returns the new one. Other writers wait.

    Raises:
        StoreDamaged: the record is damaged.
        StoreError: it is missing or cannot be written; the old record is unchanged.
    """
    with changing(folder):
        record = change(read(folder))
        write(folder, record)
        return record


def add_progress(
    folder: Path,
    epochs: Iterable[Epoch],
    step: int,
    seconds: Mapping[str, float],
    device: str = "",
    measures: Measures | None = None,
) -> None:
    """Stores how far a run has come, for the child that trains it.

    Write it before the checkpoint of the same step. So a checkpoint never lacks its epochs, and
    epochs beyond the checkpoint are trained again.

    Args:
        folder: of the run; without a record, nothing is written.
        epochs: all of the run so far, those of earlier processes included.
        step: steps trained.
        seconds: phase -> seconds so far.
        device: that is used.
        measures: conditions so far.

    Raises:
        StoreDamaged: the record is damaged.
        StoreError: it cannot be written; the old record is unchanged.
    """
    if not exists(folder):
        return
    update(
        folder,
        lambda record: replace(
            record,
            epochs=tuple(epochs),
            step=step,
            seconds=dict(seconds),
            device=device or record.device,
            measures=measures or record.measures,
        ),
    )


def changing(folder: Path) -> AbstractContextManager[None]:
    """For code that reads and writes the record of a run: other writers wait.

    Raises:
        StoreError: the folder cannot be written, or another process holds the record for too long.
    """
    busy = StoreError(
        f"The record of the run {folder.name} is in use by another process.",
        "Try again in a moment.",
    )
    return locks.waiting(folder / LOCK, PATIENCE_SECONDS, busy)
