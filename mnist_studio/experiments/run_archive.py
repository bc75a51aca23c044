"""A run that was trained on another machine, as bytes: its artifacts and its events.

Content from another machine is checked before it is stored: only known file names are accepted, and
weights only if they fit the network of the run.
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
"""The files that the folder of a run may contain."""


class RunArchive(msgspec.Struct, frozen=True):
    """A run that has ended.

    Attributes:
        host: the machine that trained it.
        events: as lines of JSON, with the id that the run had there.
        files: of its folder.
        errors: error output of a process that failed; empty if it succeeded.
    """

    host: str
    events: tuple[str, ...]
    files: dict[str, bytes]
    errors: str = ""


_DECODER = msgspec.msgpack.Decoder(RunArchive)


def pack(host: str, event_lines: Iterable[str], folder: Path | None, errors: str) -> bytes:
    """The archive of a run whose artifacts are in ``folder``; None if it has no artifacts."""
    there = [name for name in FILES if folder is not None and (folder / name).is_file()]
    files = {name: (folder / name).read_bytes() for name in there if folder is not None}
    return msgspec.msgpack.encode(RunArchive(host, tuple(event_lines), files, errors))


def open_archive(content: bytes) -> RunArchive:
    """The archive of these bytes.

    Raises:
        JobError: they are not an archive, or one of another version.
    """
    try:
        return _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise JobError(
            f"The worker's result cannot be read: {error}.",
            "Install the same version of MNIST Studio on both machines.",
        ) from error


def recorded_events(archive: RunArchive) -> tuple[AnyEvent, ...]:
    """The events of the run, with the id that it had there.

    Raises:
        JobError: a line is not an event.
    """
    try:
        return tuple(events.decode(line) for line in archive.events)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise JobError(
            f"The worker's events cannot be read: {error}.",
            "Install the same version of MNIST Studio on both machines.",
        ) from error


def unpack(archive: RunArchive, run: Run, terminal: AnyEvent | None) -> None:
    """Writes the artifacts into the folder of the run and checks those of a finished run.

    Raises:
        StoreError: they cannot be written, or they are damaged or of another network.
    """
    artifacts.discard(run.folder)
    for name, content in archive.files.items():
        if name in FILES:
            try:
                write_bytes(run.folder / name, content)
            except DataError as error:
                raise StoreError(error.problem, error.remedy) from error
    if isinstance(terminal, Finished):
        artifacts.load_weights(run.folder, run.spec)
        artifacts.load_test_logits(run.folder)
