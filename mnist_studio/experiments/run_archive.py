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
from mnist_studio.events import AnyEvent, Epoch, Finished
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.rows import Run

FILES = (
    artifacts.WEIGHTS,
    artifacts.CHECKPOINT,
    artifacts.TEST_LOGITS,
    step_curve.STEPS,
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


LAST_STEP = 2**63 - 1
"""The largest number that the database stores."""

UNREADABLE = (msgspec.DecodeError, TypeError, ValueError, RecursionError)
"""What decoding raises for bytes and text of all kinds."""

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
    except UNREADABLE as error:
        raise JobError(
            f"The worker's result cannot be read: {error}.",
            "Install the same version of MNIST Studio on both machines.",
        ) from error


def recorded_events(archive: RunArchive, run: RunSpec) -> tuple[AnyEvent, ...]:
    """The events of the run, with the id that it had there.

    Raises:
        JobError: a line is not an event of this run.
    """
    return tuple(worker_event(line, run) for line in archive.events)


def worker_event(line: object, run: RunSpec) -> AnyEvent:
    """The event of a line that a worker sent. It can be anything.

    Raises:
        JobError: it is not an event of this run.
    """
    try:
        if not isinstance(line, bytes | str):
            raise TypeError(f"expected text, got {type(line).__name__}")
        event = events.decode(line)
    except UNREADABLE as error:
        raise _not_an_event(str(error)) from error
    if isinstance(event, Epoch) and not 1 <= event.epoch <= run.training.epochs:
        raise _not_an_event(f"there is no epoch {event.epoch:,}")
    step = getattr(event, "step", 0)
    if not 0 <= step <= LAST_STEP:
        raise _not_an_event(f"there is no step {step:,}")
    return event


def _not_an_event(why: str) -> JobError:
    return JobError(
        f"The worker's events cannot be read: {why}.",
        "Install the same version of MNIST Studio on both machines.",
    )


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
        artifacts.load_test_logits(run.folder, len(run.spec.class_names))
