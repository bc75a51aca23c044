"""The logs of a stored run, as it would have written them while it trained."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from mnist_studio.data.files import unwritable
from mnist_studio.errors import StoreError, UsageError
from mnist_studio.events import Epoch, Terminal
from mnist_studio.logs.content import (
    BatchMeans,
    LoggedRun,
    PriorTraining,
    logged,
    planned_steps,
)
from mnist_studio.logs.formats import FORMATS, folder_of, wanted
from mnist_studio.settings import LogFormat, TrainingLogs
from mnist_studio.store import step_curve
from mnist_studio.store.rows import Run
from mnist_studio.workers.task import Context, Task, never
from mnist_studio.workers.worker import request_once

TIMEOUT_SECONDS = 300.0


class LogRequest(msgspec.Struct, frozen=True):
    """The log of a run that is to be written.

    Attributes:
        name: of the format.
        folder: of the run in the logs.
        run: that is logged.
        prior: all of its training.
        terminal: how it ended.
    """

    name: LogFormat
    folder: str
    run: LoggedRun
    prior: PriorTraining
    terminal: Terminal


WRITE_LOG: Task[LogRequest, None, None] = Task(
    "mnist_studio.running.log_export.write_log", None, None
)


def write_logs(
    run: Run,
    epochs: Sequence[Epoch],
    logs: TrainingLogs,
    is_cancelled: Callable[[], bool] = never,
) -> Path:
    """Writes the logs of a run that has ended, and returns their folder.

    Args:
        run: stored.
        epochs: of the run.
        logs: to write; those of this run that are there are replaced.
        is_cancelled: polled while another process writes.

    Raises:
        StoreError: the run is still training, or its batches are damaged.
        UsageError: what a format needs cannot be imported.
        DataError: the disk is full or does not allow it.
        JobError: the process that writes a log failed.
        CancelledByUser: by the user.
    """
    if run.terminal is None:
        raise StoreError(f"“{run.name}” is still training.", "Wait for its end, or stop it.")
    steps = step_curve.load(run.folder)
    trained = len(steps.losses)
    means = BatchMeans(planned_steps(run, epochs, trained), steps, trained)
    prior = PriorTraining(trained, tuple(epochs), means.batches)
    folder = folder_of(logs, logged(run))
    for entry in wanted(logs):
        request = LogRequest(entry.name, str(folder), logged(run), prior, run.terminal)
        if entry.live:
            write_log(request)
        else:
            request_once(
                WRITE_LOG, request, "numpy", TIMEOUT_SECONDS, is_cancelled=is_cancelled, python=""
            )
    return folder


def write_log(request: LogRequest, _: Context[None] | None = None) -> None:
    """Writes a log in this process; also the task of a process that does only this.

    Raises:
        UsageError: what the format needs cannot be imported.
        DataError: the disk is full or does not allow it.
    """
    entry, folder = FORMATS[request.name], Path(request.folder)
    try:
        log = entry.open(folder, request.run)
        try:
            log.begin(request.prior, continues=False)
            log.end(request.terminal)
        finally:
            log.close()
    except ImportError as error:
        raise UsageError(f"{entry.title} cannot be imported: {error}.", entry.install) from error
    except OSError as error:
        raise unwritable(error, folder) from error
