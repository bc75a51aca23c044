"""Logs while a run trains: resumed runs, and logs that cannot be written."""

import errno
import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.events import AnyEvent, Epoch, Finished, Log, Progress, Stopped, Terminal
from mnist_studio.logs import live, text_files
from mnist_studio.logs.content import Batch, LoggedRun, PriorTraining
from mnist_studio.logs.formats import FORMATS, FormatEntry
from mnist_studio.logs.live import follow
from mnist_studio.running.job import TrainingJob
from mnist_studio.running.log_export import write_logs
from mnist_studio.settings import NO_LOGS, TrainingLogs
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.logs.conftest import folder_of_run, installed, scalars
from tests.trained_runs import small


class FailingLog:
    """A log whose disk is full once an epoch ends; it waits if it has something to wait for."""

    def __init__(self, error: Exception | None, wait: threading.Event | None = None) -> None:
        self.error, self.wait = error, wait

    def begin(self, history: PriorTraining, continues: bool) -> None:
        pass

    def batch(self, batch: Batch) -> None:
        pass

    def epoch(self, epoch: Epoch) -> None:
        if self.wait:
            self.wait.wait()
        if self.error:
            raise self.error

    def end(self, terminal: Terminal) -> None:
        pass

    def close(self) -> None:
        if self.error:
            raise self.error


def _events(run: Run, epochs: Sequence[Epoch]) -> Generator[AnyEvent, None, None]:
    """The main events of a stored run, as if it trained now."""
    assert run.terminal is not None
    yield from _trained(run, epochs)
    yield run.terminal


def _trained(run: Run, epochs: Sequence[Epoch]) -> Iterator[AnyEvent]:
    done = 0
    for epoch in epochs:
        new, done = epoch.step - done, epoch.step
        yield Progress(
            run=run.id, framework="numpy", epoch=epoch.epoch, step=done, steps=epochs[-1].step,
            losses=(1.0,) * new, accuracies=(0.5,) * new, train_seconds=1.0,
            images_per_second=1.0,
        )  # fmt: skip
        yield epoch


def _followed(run: Run, logs: TrainingLogs) -> list[AnyEvent]:
    with RunStore() as store:
        epochs = store.epochs(run.id)
    return list(follow(_events(run, epochs), run, logs, lambda: epochs, False))


def _entries(monkeypatch: pytest.MonkeyPatch, log: FailingLog) -> None:
    """Makes JSON lines a log of this kind."""

    def opened(folder: Path, run: LoggedRun) -> FailingLog:
        return log

    entries = {**FORMATS, "jsonl": FormatEntry("jsonl", "JSON lines", "", opened)}
    monkeypatch.setattr("mnist_studio.logs.formats.FORMATS", entries)


def _epochs_of(spec: RunSpec, logs: TrainingLogs, resume: str, last: int) -> str:
    """Trains until an epoch has ended, then stops; returns the run."""
    job = TrainingJob(spec, resume=resume, logs=logs)
    for event in job.events():
        if isinstance(event, Epoch) and event.epoch == last:
            job.stop()
    assert isinstance(event, Finished | Stopped)
    return job.id


def test_without_a_folder_there_is_no_thread_and_no_log(run: Run) -> None:
    assert _followed(run, NO_LOGS)[-1] == run.terminal
    events = follow(_events(run, ()), run, NO_LOGS, tuple, False)
    assert next(events) == run.terminal
    assert not any(thread.name == "logs" for thread in threading.enumerate())


def test_a_run_that_begins_again_has_its_figures_once(run: Run, tmp_path: Path) -> None:
    """Another worker of a cluster trains a run from the beginning if its worker is lost."""
    with RunStore() as store:
        (epoch,) = store.epochs(run.id)
    epochs = (epoch, replace(epoch, epoch=2, step=2 * epoch.step))
    found = []
    for name, lost in (("straight", ()), ("again", epochs[:1])):
        logs = TrainingLogs(str(tmp_path / name), installed())

        def events(lost: Sequence[Epoch] = lost) -> Generator[AnyEvent, None, None]:
            yield from _trained(run, lost)
            yield from _events(run, epochs)

        list(follow(events(), run, logs, lambda: epochs, False))
        folder = folder_of_run(run.id, logs)
        texts = {
            file.name: file.read_text() for file in folder.iterdir() if "tfevents" not in file.name
        }
        found.append((texts, scalars(folder)))
    assert len(found[0][0]) == 4
    assert found[0] == found[1]


def test_a_resumed_run_continues_its_log(home: Path, tmp_path: Path) -> None:
    spec = small(epochs=3, validation=97)
    logs = TrainingLogs(str(tmp_path / "live"), installed())
    run_id = _epochs_of(spec, logs, "", 1)
    folder = folder_of_run(run_id, logs)
    before = (folder / text_files.EPOCHS).read_text()
    assert 2 <= len(before.splitlines()) < 4
    _epochs_of(spec, logs, run_id, 0)

    with RunStore() as store:
        run, epochs = store.run(run_id), store.epochs(run_id)
    whole = write_logs(run, epochs, TrainingLogs(str(tmp_path / "later"), logs.formats))
    assert isinstance(run.terminal, Finished)
    assert (folder / text_files.EPOCHS).read_text().startswith(before)
    for name in (text_files.EPOCHS, text_files.BATCHES, text_files.LINES, text_files.SETTINGS):
        assert (folder / name).read_bytes() == (whole / name).read_bytes()
    if "tensorboard" in installed():
        assert scalars(folder) == scalars(whole)
        assert len(scalars(folder)["batch/loss"]) == run.terminal.step


def test_a_full_disk_ends_one_log_with_one_warning(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _entries(monkeypatch, FailingLog(OSError(errno.ENOSPC, "No space left on device")))
    events = _followed(run, TrainingLogs(str(tmp_path), ("jsonl", "csv")))
    (warning,) = (event for event in events if isinstance(event, Log))
    assert warning.level == "warning"
    assert warning.text.startswith("Logging as JSON lines ended, and the training continues: ")
    assert "the disk is full" in warning.text
    assert isinstance(events[-1], Finished)
    (table,) = tmp_path.glob(f"*/{text_files.EPOCHS}")
    assert len(table.read_text().splitlines()) == 2


def test_a_folder_that_cannot_be_made_is_one_warning_for_each_log(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    formats = installed()
    events = _followed(run, TrainingLogs(str(tmp_path / "file" / "logs"), formats))
    warnings = [event.text for event in events if isinstance(event, Log)]
    assert len(warnings) == len(formats)
    assert all("could not be written" in text for text in warnings)
    assert isinstance(events[-1], Finished)


def test_a_mistake_of_a_library_never_ends_the_training(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _entries(monkeypatch, FailingLog(ValueError("a wrong tag")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FailingLog, "close", lambda self: None)
        events = _followed(run, TrainingLogs(str(tmp_path), ("jsonl",)))
    (warning,) = (event for event in events if isinstance(event, Log))
    assert "ValueError: a wrong tag" in warning.text
    assert "the log as JSON lines ended" in caplog.text


def test_a_slow_folder_delays_nothing_but_the_end(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LAST_SECONDS", 0.05)
    wait = threading.Event()
    _entries(monkeypatch, FailingLog(None, wait))
    events = _followed(run, TrainingLogs(str(tmp_path), ("jsonl",)))
    *_, warning, end = events
    assert isinstance(end, Finished)
    assert isinstance(warning, Log)
    assert "responds so slowly" in warning.text
    wait.set()
    for thread in threading.enumerate():
        if thread.name == "logs":
            thread.join()


def test_a_run_that_is_closed_early_leaves_no_thread(run: Run, tmp_path: Path) -> None:
    with RunStore() as store:
        epochs = store.epochs(run.id)
    events = follow(_events(run, epochs), run, TrainingLogs(str(tmp_path), ("csv",)), tuple, False)
    assert isinstance(next(events), Progress)
    events.close()
    assert not any(thread.name == "logs" for thread in threading.enumerate())
