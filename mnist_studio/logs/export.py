"""The logs of a stored run, as it would have written them while it trained."""

from collections.abc import Sequence
from pathlib import Path

from mnist_studio.data.files import unwritable
from mnist_studio.errors import StoreError, UsageError
from mnist_studio.events import Epoch
from mnist_studio.logs.content import BatchMeans, PriorTraining, logged, planned_steps
from mnist_studio.logs.formats import FormatEntry, folder_of, wanted
from mnist_studio.settings import TrainingLogs
from mnist_studio.store import step_curve
from mnist_studio.store.rows import Run


def write_logs(run: Run, epochs: Sequence[Epoch], logs: TrainingLogs) -> Path:
    """Writes the logs of a run that has ended, and returns their folder.

    Args:
        run: stored.
        epochs: of the run.
        logs: to write; those of this run that are there are replaced.

    Raises:
        StoreError: the run is still training, or its batches are damaged.
        UsageError: what a format needs cannot be imported.
        DataError: the disk is full or does not allow it.
    """
    if run.terminal is None:
        raise StoreError(f"“{run.name}” is still training.", "Wait for its end, or stop it.")
    steps = step_curve.load(run.folder)
    trained = len(steps.losses)
    means = BatchMeans(planned_steps(run, epochs, trained), steps, trained)
    history = PriorTraining(trained, epochs, means.batches)
    folder = folder_of(logs, logged(run))
    for entry in wanted(logs):
        try:
            _write(entry, folder, run, history)
        except ImportError as error:
            raise UsageError(
                f"{entry.title} cannot be imported: {error}.", entry.install
            ) from error
        except OSError as error:
            raise unwritable(error, folder) from error
    return folder


def _write(entry: FormatEntry, folder: Path, run: Run, history: PriorTraining) -> None:
    log = entry.open(folder, logged(run))
    try:
        log.begin(history, continues=False)
        if run.terminal:
            log.end(run.terminal)
    finally:
        log.close()
