"""A run that was logged in every format while it trained, and TensorBoard's own reader."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mnist_studio import paths
from mnist_studio.events import AnyEvent, Epoch
from mnist_studio.logs import text_files
from mnist_studio.logs.content import logged
from mnist_studio.logs.formats import FORMATS, folder_of
from mnist_studio.running.job import TrainingJob
from mnist_studio.settings import LogFormat, TrainingLogs
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.trained_runs import no_data_folder, run, small, trained_home, until

__all__ = ["no_data_folder", "run", "trained_home"]

Scalars = Mapping[str, Mapping[int, float]]
"""Of every tag, its values by step."""


def installed() -> tuple[LogFormat, ...]:
    """The live formats that can be written here."""
    return tuple(entry.name for entry in FORMATS.values() if entry.live and not entry.missing)


def accumulator(folder: Path) -> Any:
    """What TensorBoard has read in the folder of a run; skips the test if it is not installed.

    The module ``notf`` is how TensorBoard itself is built without TensorFlow, which tests of other
    frameworks must not load.
    """
    pytest.importorskip("tensorboard")
    sys.modules.setdefault("tensorboard.compat.notf", ModuleType("notf"))
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    # Zero: all points, not a sample of them.
    made = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    made.Reload()
    return made


def scalars(folder: Path) -> Scalars:
    """The curves that TensorBoard's own reader finds in the folder of a run."""
    read = accumulator(folder)
    return {
        tag: {event.step: event.value for event in read.Scalars(tag)}
        for tag in read.Tags()["scalars"]
    }


@dataclass(frozen=True)
class LoggedTraining:
    """A training that was logged.

    Attributes:
        folder: of the run in the logs.
        run: as it is stored.
        epochs: of the run.
        events: that it sent.
        while_second: the CSV of epochs while the second epoch trained, and TensorBoard's curves.
    """

    folder: Path
    run: Run
    epochs: tuple[Epoch, ...]
    events: tuple[AnyEvent, ...]
    while_second: tuple[str, Scalars]


@pytest.fixture(scope="session")
def logged_training(tmp_path_factory: pytest.TempPathFactory) -> LoggedTraining:
    """Two epochs with a validation set; to be read, not changed."""
    home = tmp_path_factory.mktemp("logged")
    logs = TrainingLogs(str(home / "logs"), installed())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.HOME_VARIABLE, str(home))
        job = TrainingJob(small(epochs=2, validation=97), logs=logs)
        events, seen = [], None
        for event in job.events():
            events.append(event)
            if isinstance(event, Epoch) and seen is None:
                seen = _first_epoch(folder_of_run(job.id, logs))
        with RunStore() as store:
            run = store.run(job.id)
            epochs = tuple(store.epochs(run.id))
    assert seen is not None
    return LoggedTraining(folder_of(logs, logged(run)), run, epochs, tuple(events), seen)


def folder_of_run(run_id: str, logs: TrainingLogs) -> Path:
    with RunStore() as store:
        return folder_of(logs, logged(store.run(run_id)))


def _first_epoch(folder: Path) -> tuple[str, Scalars]:
    """What is in the logs as soon as they have the first epoch."""
    path = folder / text_files.EPOCHS
    until(lambda: path.exists() and len(path.read_text().splitlines()) > 1)
    if "tensorboard" not in installed():
        return path.read_text(), {}
    until(lambda: "accuracy/test" in scalars(folder))
    return path.read_text(), scalars(folder)
