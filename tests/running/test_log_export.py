"""Logs of a stored run are those that it would have written while it trained."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.errors import DataError, StoreError
from mnist_studio.logs import text_files
from mnist_studio.logs.content import BatchMeans, planned_steps
from mnist_studio.logs.formats import FORMATS
from mnist_studio.running.log_export import write_logs
from mnist_studio.settings import TrainingLogs
from mnist_studio.store.step_curve import StepCurve
from tests.logs.conftest import LoggedTraining, installed, logged_training, scalars

__all__ = ["logged_training"]

FILES = (text_files.EPOCHS, text_files.BATCHES, text_files.SETTINGS, text_files.LINES)


def test_a_log_that_is_written_later_is_the_same(
    logged_training: LoggedTraining, tmp_path: Path
) -> None:
    logs = TrainingLogs(str(tmp_path), installed())
    for _ in range(2):
        folder = write_logs(logged_training.run, logged_training.epochs, logs)
    assert folder.name == logged_training.folder.name
    for name in FILES:
        assert (folder / name).read_bytes() == (logged_training.folder / name).read_bytes()
    if "tensorboard" in installed():
        assert scalars(folder) == scalars(logged_training.folder)
    assert len(list(folder.iterdir())) == len(list(logged_training.folder.iterdir()))


def test_a_run_that_trains_and_a_file_as_folder_are_refused(
    logged_training: LoggedTraining, tmp_path: Path
) -> None:
    run = replace(logged_training.run, terminal=None, status="running")
    with pytest.raises(StoreError, match="still training"):
        write_logs(run, (), TrainingLogs(str(tmp_path), ("csv",)))
    (tmp_path / "file").touch()
    for name in installed():
        with pytest.raises(DataError, match="could not be written"):
            write_logs(logged_training.run, (), TrainingLogs(str(tmp_path / "file"), (name,)))


def test_a_process_of_its_own_writes_the_same(
    logged_training: LoggedTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = {**FORMATS, "csv": replace(FORMATS["csv"], live=False)}
    monkeypatch.setattr("mnist_studio.logs.formats.FORMATS", later)
    logs = TrainingLogs(str(tmp_path), ("csv",))
    folder = write_logs(logged_training.run, logged_training.epochs, logs)
    for name in (text_files.EPOCHS, text_files.BATCHES, text_files.SETTINGS):
        assert (folder / name).read_bytes() == (logged_training.folder / name).read_bytes()


def test_a_long_run_has_means_of_its_batches_wherever_it_was_cut() -> None:
    losses = np.arange(5000, dtype=np.float32)
    curve = StepCurve(losses, losses / np.float32(5000))
    whole = BatchMeans(5000, curve, 5000).batches
    assert len(whole) == 1000
    assert (whole[0].step, whole[0].loss, whole[-1].step) == (5, 2.0, 5000)
    for cut in (0, 3, 4998):
        means = BatchMeans(5000, curve, cut)
        rest = tuple(means.add(cut, losses[cut:], curve.accuracies[cut:]))
        assert (*means.batches, *rest) == whole


def test_the_planned_steps_follow_from_the_epochs(logged_training: LoggedTraining) -> None:
    run, (first, second) = logged_training.run, logged_training.epochs
    assert planned_steps(run, (first,), 7) == second.step
    assert planned_steps(run, (), 7) == 7
