"""A run that was trained elsewhere, as bytes: its artifacts and what it told.

What comes from another machine is looked at before it is kept: only files that a run has, under
their own names, and weights only if they are those of the run.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from mnist_studio import events
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import DataError, JobError, StoreError
from mnist_studio.events import AnyEvent, Finished
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run

FILES = (
    artifacts.WEIGHTS,
    artifacts.CHECKPOINT,
    artifacts.TEST_LOGITS,
    artifacts.STEPS,
    artifacts.CONSOLE,
    "script.py",
)
"""What a run's folder may have."""


class RunArchive(msgspec.Struct, frozen=True):
    """A run that has ended.

    Attributes:
        host: the machine that trained it.
        events: the lines of JSON that it told, under the id that it had there.
        files: of its folder.
        complaint: what was said in place of a terminal event; empty if there was one.
    """

    host: str
    events: tuple[str, ...]
    files: dict[str, bytes]
    complaint: str = ""


_DECODER = msgspec.msgpack.Decoder(RunArchive)


def pack(host: str, told: Iterable[str], folder: Path | None, complaint: str) -> bytes:
    """The parcel of a run whose artifacts lie in ``folder``; None if it made none."""
    there = [name for name in FILES if folder is not None and (folder / name).is_file()]
    files = {name: (folder / name).read_bytes() for name in there if folder is not None}
    return msgspec.msgpack.encode(RunArchive(host, tuple(told), files, complaint))


def open_archive(content: bytes) -> RunArchive:
    """The parcel of these bytes.

    Raises:
        JobError: they are none, for instance of another version of the studio.
    """
    try:
        return _DECODER.decode(content)
    except msgspec.DecodeError as error:
        raise JobError(
            f"What the worker sent back cannot be read: {error}.",
            "Install the same version of MNIST Studio there and here.",
        ) from error


def recorded_events(parcel: RunArchive) -> tuple[AnyEvent, ...]:
    """What the run told, under the id that it had there.

    Raises:
        JobError: a line is no event.
    """
    try:
        return tuple(events.decode(line) for line in parcel.events)
    except msgspec.DecodeError as error:
        raise JobError(
            f"What the worker told cannot be read: {error}.",
            "Install the same version of MNIST Studio there and here.",
        ) from error


def unpack(parcel: RunArchive, run: Run, terminal: AnyEvent | None) -> None:
    """Writes the artifacts into the folder of the run; a finished one must have all it needs.

    Raises:
        StoreError: the disk refuses, or they are damaged or of another network.
    """
    artifacts.discard(run.folder)
    for name, content in parcel.files.items():
        if name in FILES:
            try:
                write_bytes(run.folder / name, content)
            except DataError as error:
                raise StoreError(error.problem, error.remedy) from error
    if isinstance(terminal, Finished):
        artifacts.load_weights(run.folder, run.spec)
        artifacts.load_test_logits(run.folder)
