"""CSV and JSON lines, read back."""

import csv
import json
import sys
from pathlib import Path

import pytest
from msgspec.structs import asdict, replace

from mnist_studio import events
from mnist_studio.logs import text_files
from mnist_studio.logs.content import Batch, LoggedRun, PriorTraining
from mnist_studio.logs.text_files import CsvLog, JsonLinesLog
from mnist_studio.store import step_curve
from tests.logs.conftest import LoggedTraining

RUN = LoggedRun(
    "20260101-000000-aaaa", "=1+1", "NumPy", 1e9, 10, {"recipe": "a", "clip": None, "on": True}
)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_have_the_figures_of_the_run(logged_training: LoggedTraining) -> None:
    epochs = _table(logged_training.folder / text_files.EPOCHS)
    assert len(epochs) == 2
    for line, epoch in zip(epochs, logged_training.epochs, strict=True):
        for name, value in line.items():
            assert float(value) == getattr(epoch, name)
    steps = step_curve.load(logged_training.run.folder)
    batches = _table(logged_training.folder / text_files.BATCHES)
    assert [int(line["step"]) for line in batches] == list(range(1, len(steps.losses) + 1))
    assert [float(line["loss"]) for line in batches] == steps.losses.tolist()
    assert [float(line["accuracy"]) for line in batches] == steps.accuracies.tolist()


def test_the_first_epoch_is_in_the_table_while_the_second_trains(
    logged_training: LoggedTraining,
) -> None:
    text, _ = logged_training.while_second
    whole = (logged_training.folder / text_files.EPOCHS).read_text()
    assert whole.splitlines()[:2] == text.splitlines()


def test_json_lines_have_the_run_its_figures_and_its_end(logged_training: LoggedTraining) -> None:
    path = logged_training.folder / text_files.LINES
    first, *lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    run = logged_training.run
    assert (first["type"], first["run"], first["title"]) == ("run", run.id, run.name)
    assert first["settings"]["training.epochs"] == 2
    epochs = [line for line in lines if line["type"] == "epoch"]
    assert [events.decode(json.dumps(line)) for line in epochs] == list(logged_training.epochs)
    steps = step_curve.load(run.folder)
    losses = [line["loss"] for line in lines if line["type"] == "batch"]
    assert losses == steps.losses.tolist()
    assert events.decode(json.dumps(lines[-1])) == run.terminal
    # Batches and epochs in their order.
    assert [line["step"] for line in lines] == sorted(line["step"] for line in lines)


def test_a_log_that_continues_has_its_history_once(
    tmp_path: Path, logged_training: LoggedTraining
) -> None:
    first, second = logged_training.epochs
    for log in (CsvLog(tmp_path, RUN), JsonLinesLog(tmp_path, RUN)):
        log.begin(PriorTraining(), continues=False)
        log.batch(Batch(first.step + 1, 9.0, 0.0))
        log.epoch(replace(second, test_loss=9.0))
        log.close()
        log.begin(PriorTraining(first.step, (first,), (Batch(1, 2.0, 0.5),)), continues=True)
        log.batch(Batch(first.step + 1, 3.0, 0.0))
        log.epoch(second)
        log.close()
    assert [float(line["test_loss"]) for line in _table(tmp_path / text_files.EPOCHS)] == [
        first.test_loss, second.test_loss,
    ]  # fmt: skip
    assert [line["loss"] for line in _table(tmp_path / text_files.BATCHES)] == ["2.0", "3.0"]
    lines = (tmp_path / text_files.LINES).read_text().splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["run", *["batch", "epoch"] * 2]


def test_no_spreadsheet_evaluates_a_setting(tmp_path: Path) -> None:
    log = CsvLog(tmp_path, RUN)
    log.begin(PriorTraining(), continues=False)
    log.close()
    settings = {one["setting"]: one["value"] for one in _table(tmp_path / text_files.SETTINGS)}
    assert settings["title"] == "'=1+1"
    assert (settings["clip"], settings["on"]) == ("none", "true")


def test_values_that_were_not_measured_are_empty(
    tmp_path: Path, logged_training: LoggedTraining
) -> None:
    log = CsvLog(tmp_path, RUN)
    bare = replace(logged_training.epochs[0], validation_loss=None)
    log.begin(PriorTraining(bare.step, (bare,)), continues=False)
    log.close()
    (line,) = _table(tmp_path / text_files.EPOCHS)
    assert line["validation_loss"] == ""
    assert line.keys() == asdict(bare).keys() - {"run", "framework"}


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
def test_a_full_disk_is_noticed_at_once(tmp_path: Path) -> None:
    import resource

    log = JsonLinesLog(tmp_path, RUN)
    log.begin(PriorTraining(), continues=False)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (tmp_path / text_files.LINES).stat().st_size
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        with pytest.raises(OSError, match="too large"):
            log.batch(Batch(1, 2.0, 0.5))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    log.close()
