"""Event files, read back by TensorBoard's own reader."""

import sys
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.events import Epoch, Failed
from mnist_studio.logs.content import Batch, LoggedRun, PriorTraining
from mnist_studio.logs.event_files import EventFileLog
from mnist_studio.store import step_curve
from tests.logs.conftest import LoggedTraining, accumulator, scalars

pytest.importorskip("tensorboard")

RUN = LoggedRun("20260101-000000-aaaa", "A run", "NumPy", 1e9, 10, {"recipe": "a", "seed": 3})
EPOCH = Epoch(
    run=RUN.run, framework="numpy", epoch=1, step=4, train_loss=1.0, train_accuracy=0.5,
    validation_loss=None, validation_accuracy=None, test_loss=2.0, test_accuracy=0.25,
    learning_rate=0.1, train_seconds=8.0,
)  # fmt: skip


def _epochs(epochs: tuple[Epoch, ...], field: str) -> dict[int, float]:
    """A figure of every epoch by its step, in the precision of event files."""
    return {epoch.step: float(np.float32(getattr(epoch, field))) for epoch in epochs}


def test_tensorboard_reads_the_figures_of_the_run(logged_training: LoggedTraining) -> None:
    read, epochs = scalars(logged_training.folder), logged_training.epochs
    assert len(epochs) == 2
    for images in ("train", "validation", "test"):
        for measure in ("loss", "accuracy"):
            assert read[f"{measure}/{images}"] == _epochs(epochs, f"{images}_{measure}")
    assert read["learning_rate"] == _epochs(epochs, "learning_rate")
    assert read["epoch"] == _epochs(epochs, "epoch")
    assert read["seconds/training"] == _epochs(epochs, "train_seconds")
    steps = step_curve.load(logged_training.run.folder)
    assert read["batch/loss"] == dict(enumerate(steps.losses.tolist(), 1))
    assert read["batch/accuracy"] == dict(enumerate(steps.accuracies.tolist(), 1))


def test_tensorboard_reads_the_first_epoch_while_the_second_trains(
    logged_training: LoggedTraining,
) -> None:
    _, read = logged_training.while_second
    assert read["accuracy/test"] == _epochs(logged_training.epochs[:1], "test_accuracy")


def test_tensorboard_reads_the_settings_and_the_end(logged_training: LoggedTraining) -> None:
    from tensorboard.plugins.hparams import api_pb2, metadata

    found = accumulator(logged_training.folder).summary_metadata
    start = metadata.parse_session_start_info_plugin_data(
        found[metadata.SESSION_START_INFO_TAG].plugin_data.content
    )
    end = metadata.parse_session_end_info_plugin_data(
        found[metadata.SESSION_END_INFO_TAG].plugin_data.content
    )
    assert start.hparams["training.optimizer.learning_rate"].number_value == 1e-3
    assert start.hparams["framework"].string_value == "numpy"
    assert start.hparams["training.best_epoch"].bool_value is False
    assert "training.clip" not in start.hparams
    assert start.group_name == logged_training.run.id
    assert end.status == api_pb2.STATUS_SUCCESS
    assert end.end_time_secs > start.start_time_secs == logged_training.run.created


def test_what_is_trained_again_replaces_what_was_logged(tmp_path: Path) -> None:
    first = EventFileLog(tmp_path, RUN)
    first.begin(PriorTraining(), continues=False)
    for step in range(1, 7):
        first.batch(Batch(step, 1.0, 0.0))
    first.epoch(EPOCH)
    first.close()
    again = EventFileLog(tmp_path, RUN)
    again.begin(PriorTraining(4, (EPOCH,), ()), continues=True)
    again.batch(Batch(5, 3.0, 0.0))
    again.end(Failed(run=RUN.run, framework="numpy", reason=""))
    again.close()
    read = scalars(tmp_path)
    assert read["batch/loss"] == {1: 1, 2: 1, 3: 1, 4: 1, 5: 3}
    assert read["accuracy/test"] == {4: 0.25}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_log_that_is_not_there_begins_with_the_history(tmp_path: Path) -> None:
    for continues in (True, False):
        log = EventFileLog(tmp_path, RUN)
        log.begin(PriorTraining(6, (EPOCH,), (Batch(2, 1.0, 0.0),)), continues)
        log.close()
        read = accumulator(tmp_path)
        assert [(one.step, one.value) for one in read.Scalars("loss/test")] == [(4, 2.0)]
        # The time between two epochs is interpolated: 8 s until step 4.
        assert read.Scalars("batch/loss")[0].wall_time == pytest.approx(1e9 + 4)
        # The second log replaces the first.
        assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
def test_a_full_disk_is_noticed_with_the_epoch(tmp_path: Path) -> None:
    import resource

    log = EventFileLog(tmp_path, RUN)
    log.begin(PriorTraining(), continues=False)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    (file,) = tmp_path.iterdir()
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, before[1]))
        with pytest.raises(OSError, match="too large"):
            log.epoch(EPOCH)
        with pytest.raises(OSError, match="too large"):
            log.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert scalars(tmp_path) == {}


def test_a_new_file_comes_after_those_that_are_there(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        log = EventFileLog(tmp_path, RUN)
        log.begin(PriorTraining(), continues=True)
        log.close()
        names.append(max(path.name for path in tmp_path.iterdir()))
    assert names == sorted(set(names))


def test_a_failed_run_without_a_validation_set_is_read(tmp_path: Path) -> None:
    log = EventFileLog(tmp_path, RUN)
    log.begin(PriorTraining(), continues=False)
    log.epoch(replace(EPOCH, train_loss=float("nan")))
    log.end(Failed(run=RUN.run, framework="numpy", reason=""))
    log.close()
    read = scalars(tmp_path)
    assert not any("validation" in tag or "preparation" in tag for tag in read)
    assert np.isnan(read["loss/train"][4])
