"""Runs and experiments as files for other computers, and back; see ``docs/run-files.md``."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mnist_studio.errors import StoreError
from mnist_studio.store import run_file
from mnist_studio.store.run_import import Imported, opened
from mnist_studio.store.runs import RunStore
from mnist_studio.workers.task import never

Progress = Callable[[float], object]


def export_runs(
    run_ids: Sequence[str],
    path: Path,
    progress: Progress = lambda fraction: None,
    is_cancelled: Callable[[], bool] = never,
) -> int:
    """Writes runs to one run file, and returns their number.

    Args:
        run_ids: ids, or their beginnings.
        path: of the file. An existing file is replaced only when the new one is complete.
        progress: gets fractions of 1.
        is_cancelled: polled between blocks.

    Raises:
        UnknownName: there is no such run.
        StoreError: a run is still training, a file of it is missing, or the disk fails.
        CancelledByUser: by the user.
    """
    with RunStore() as store:
        runs = store.portable(run_ids)
    run_file.write(path, runs, None, progress, is_cancelled)
    return len(runs)


def export_experiment(
    experiment_id: str,
    path: Path,
    progress: Progress = lambda fraction: None,
    is_cancelled: Callable[[], bool] = never,
) -> int:
    """Writes an experiment with all its runs that have ended to one run file.

    Args:
        experiment_id: its id, or the beginning of it.
        path: of the file.
        progress: gets fractions of 1.
        is_cancelled: polled between blocks.

    Returns:
        The number of runs.

    Raises:
        UnknownName: there is no such experiment.
        StoreError: no run of it has ended, or the disk fails.
        CancelledByUser: by the user.
    """
    with RunStore() as store:
        ended = _ended(store, experiment_id)
        experiment = store.experiments.experiment(experiment_id)
        runs = store.portable(ended)
    run_file.write(path, runs, experiment, progress, is_cancelled)
    return len(runs)


def experiment_runs(experiment_id: str) -> Sequence[str]:
    """The ids of the runs of an experiment that have ended.

    Args:
        experiment_id: its id, or the beginning of it.

    Raises:
        UnknownName: there is no such experiment.
        StoreError: no run of it has ended.
    """
    with RunStore() as store:
        return _ended(store, experiment_id)


def _ended(store: RunStore, experiment_id: str) -> Sequence[str]:
    store.recover()
    experiment = store.experiments.experiment(experiment_id)
    members = store.experiments.members(experiment.id)
    ended = [member.run.id for member in members if member.run.status != "running"]
    if not ended:
        raise StoreError(
            f"The experiment “{experiment.title}” has no run that has ended.", "Run it first."
        )
    return ended


def import_runs(
    path: Path,
    progress: Progress = lambda fraction: None,
    is_cancelled: Callable[[], bool] = never,
) -> Imported:
    """Takes the runs of a run file into the store: all of them, or none if the file is refused.

    Args:
        path: of the file.
        progress: gets fractions of 1.
        is_cancelled: polled between blocks.

    Raises:
        StoreError: the file cannot be read, is damaged, hostile, too large, or newer.
        CancelledByUser: by the user.
    """
    with opened(path, None, progress, is_cancelled) as unpacked, RunStore() as store:
        return store.imports.add(unpacked)
