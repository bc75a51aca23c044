"""What a worker of a Dask cluster does: trains one run as the command line does, and sends it back.

The workers of Dask may have no children by multiprocessing, so the run gets a process of its own
by subprocess: ``mnist-studio train FILE --json`` in a home that is thrown away.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from distributed import get_worker

from mnist_studio import events, paths
from mnist_studio.data.datasets import sources
from mnist_studio.events import Epoch, Log, Terminal
from mnist_studio.experiments import run_archive
from mnist_studio.spec import codec, files
from mnist_studio.spec.run import RunSpec

KEPT = (Epoch, Log, Terminal)
"""The events that are sent back with the artifacts; the others are only for the moment."""

_COMPLAINT_CHARACTERS = 2000


def train(spec: str, topic: str) -> bytes:
    """Trains a run.

    Args:
        spec: JSON of ``spec.codec``.
        topic: of the cluster, under which every event is told at once.

    Returns:
        A parcel.

    Raises:
        SpecError: the run cannot work, or this worker has an older version of the studio.
    """
    run = codec.decode(spec)
    # Removed also where a framework still holds a file of it open.
    with TemporaryDirectory(prefix="mnist-studio-", ignore_cleanup_errors=True) as home:
        return _trained(run, Path(home), topic)


def _trained(run: RunSpec, home: Path, topic: str) -> bytes:
    settings, errors = home / f"run{files.SUFFIX}", home / "errors.txt"
    settings.write_text(files.write([run]), "utf-8")
    kept = []
    with errors.open("wb") as complaints, _process(settings, home, complaints.fileno()) as process:
        for line in _lines(process):
            get_worker().log_event(topic, line)
            if isinstance(events.decode(line), KEPT):
                kept.append(line)
    said = errors.read_text("utf-8", "replace")[-_COMPLAINT_CHARACTERS:]
    folders = sorted((home / "runs").glob("*/"))
    complaint = said if process.returncode else ""
    return run_archive.pack(socket.gethostname(), kept, next(iter(folders), None), complaint)


def _process(settings: Path, home: Path, errors: int) -> "subprocess.Popen[str]":
    """The command line, training. Should this process die, it ends with its next event."""
    data = sources.usual_folder()
    variables = {paths.HOME_VARIABLE: str(home), paths.DATA_VARIABLE: str(data)}
    return subprocess.Popen(
        [*paths.program(), "train", str(settings), "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
        env=os.environ | variables,
    )


def _lines(process: "subprocess.Popen[str]") -> Iterator[str]:
    """What it tells; it is ended when nobody wants the run any more."""
    assert process.stdout is not None  # It is a pipe.
    for line in process.stdout:
        yield line.rstrip("\n")
        if not _wanted():
            process.terminate()


def _wanted() -> bool:
    """Whether the client still waits for this run; it may have cancelled it, or died."""
    worker = get_worker()
    task = worker.state.tasks.get(worker.get_current_task())
    return task is not None and task.state == "executing"
