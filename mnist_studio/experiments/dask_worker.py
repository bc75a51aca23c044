"""The work of a Dask worker: trains one run with the command line and sends it back.

Dask workers cannot have children of multiprocessing, so the run gets a subprocess of its own:
``mnist-studio train FILE --json`` with a temporary home folder.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from distributed import Worker, get_worker

from mnist_studio import events, paths
from mnist_studio.data.datasets import dataset_archive, sources
from mnist_studio.events import Epoch, Log, Terminal
from mnist_studio.experiments import run_archive
from mnist_studio.spec import codec, files
from mnist_studio.spec.run import RunSpec

RECORDED = (Epoch, Log, Terminal)
"""The events that are sent back with the artifacts. The others only show progress."""

CHECK_SECONDS = 0.5
"""Interval at which the worker checks whether the client still waits for a run."""

PATIENCE_SECONDS = 30.0
"""How long a training that nobody waits for may take to stop before it is killed."""

_MAX_ERROR_CHARACTERS = 2000


def received(dataset: bytes) -> bytes:
    """The archive of a dataset, which the cluster then keeps for the runs that need it."""
    return dataset


def train(spec: str, topic: str, dataset: bytes | None = None) -> bytes:
    """Trains a run.

    Args:
        spec: JSON of ``spec.codec``.
        topic: of the cluster, on which every event is published immediately.
        dataset: an archive of the dataset of the run; None for MNIST and the built-in digits.

    Returns:
        A run archive.

    Raises:
        SpecError: the run is not valid, or this worker has an older version.
        DataError: the dataset cannot be stored on this worker.
    """
    run = codec.decode(spec)
    # On Windows, a framework may still hold a file open; it is removed as far as possible.
    with TemporaryDirectory(prefix="mnist-studio-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        if dataset is not None:
            dataset_archive.unpack(dataset, home, home / "cache")
        return _trained(run, home, topic)


def _trained(run: RunSpec, home: Path, topic: str) -> bytes:
    settings, errors = home / f"run{files.SUFFIX}", home / "errors.txt"
    settings.write_text(files.write([run]), "utf-8")
    recorded = []
    with errors.open("wb") as stderr, _process(settings, home, stderr.fileno()) as process:
        assert process.stdout is not None  # It is a pipe.
        with _ended_if_unwanted(process):
            for line in process.stdout:
                get_worker().log_event(topic, line.rstrip("\n"))
                if isinstance(events.decode(line), RECORDED):
                    recorded.append(line.rstrip("\n"))
    text = errors.read_text("utf-8", "replace")[-_MAX_ERROR_CHARACTERS:]
    folders = sorted((home / "runs").glob("*/"))
    text = text if process.returncode else ""
    return run_archive.pack(socket.gethostname(), recorded, next(iter(folders), None), text)


def _process(settings: Path, home: Path, errors: int) -> "subprocess.Popen[str]":
    """The command line, training. If this process dies, it ends with its next event."""
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


@contextmanager
def _ended_if_unwanted(process: "subprocess.Popen[str]") -> Iterator[None]:
    """Ends the training when the client no longer waits for it, however long it is silent."""
    worker, over = get_worker(), Event()
    # Only the thread of a task knows which one it is.
    key = worker.get_current_task()

    def watch() -> None:
        while not over.wait(CHECK_SECONDS):
            if not _is_wanted(worker, key):
                # Once: the next signal would cancel what the first one stops.
                process.terminate()
                if not over.wait(PATIENCE_SECONDS):
                    process.kill()
                return

    watcher = Thread(target=watch, name="unwanted run", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _is_wanted(worker: Worker, key: Any) -> bool:
    """Whether the client still waits for a task: it may have cancelled it, or died."""
    task = worker.state.tasks.get(key)
    return task is not None and task.state == "executing"
