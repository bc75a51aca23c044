"""An offline run of Weights & Biases, read back record by record."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mnist_studio.logs.content import epoch_figures
from mnist_studio.logs.formats import FORMATS
from mnist_studio.logs.wandb_log import PROJECT
from mnist_studio.running.log_export import write_logs
from mnist_studio.settings import TrainingLogs
from mnist_studio.store import step_curve
from tests.logs.conftest import LoggedTraining

pytestmark = pytest.mark.skipif(bool(FORMATS["wandb"].missing), reason="wandb is not here")

_BLOCK, _HEADER, _START = 32_768, struct.Struct("<IHB"), 7
"""Of the log format of LevelDB, after seven bytes of the package's own."""


def _records(content: bytes) -> Iterator[Any]:
    from wandb.proto import wandb_internal_pb2

    position, record = _START, b""
    while position + _HEADER.size <= len(content):
        left = _BLOCK - position % _BLOCK
        if left < _HEADER.size:
            position += left
            continue
        _, length, kind = _HEADER.unpack_from(content, position)
        position += _HEADER.size
        record += content[position : position + length]
        position += length
        if kind in (1, 4):  # Whole, or the last part.
            made = wandb_internal_pb2.Record()
            made.ParseFromString(record)
            record = b""
            yield made


def test_the_offline_run_has_the_figures(logged_training: LoggedTraining, tmp_path: Path) -> None:
    run = logged_training.run
    for _ in range(2):
        folder = write_logs(run, logged_training.epochs, TrainingLogs(str(tmp_path), ("wandb",)))
    (file,) = folder.glob("wandb/offline-run-*/*.wandb")
    records = list(_records(file.read_bytes()))
    (described,) = (one.run for one in records if one.HasField("run"))
    assert (described.project, described.run_id) == (PROJECT, run.id)
    assert described.display_name == run.name
    history: dict[int, dict[str, float]] = {}
    for record in records:
        if record.HasField("history"):
            items = {"/".join(i.nested_key) or i.key: i.value_json for i in record.history.item}
            figures = {name: json.loads(value) for name, value in items.items()}
            history.setdefault(figures["_step"], {}).update(figures)
    for epoch in logged_training.epochs:
        wanted = dict(epoch_figures(epoch))
        assert {name: history[epoch.step][name] for name in wanted} == pytest.approx(wanted)
    losses = [history[step]["batch/loss"] for step in sorted(history)]
    assert losses == pytest.approx(step_curve.load(run.folder).losses.tolist())
    assert [one.exit.exit_code for one in records if one.HasField("exit")] == [0]
