"""A database of MLflow, read back without MLflow."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mnist_studio.logs.content import epoch_figures
from mnist_studio.logs.formats import FORMATS
from mnist_studio.logs.mlflow_log import DATABASE
from mnist_studio.running.log_export import write_logs
from mnist_studio.settings import TrainingLogs
from mnist_studio.store import step_curve
from tests.logs.conftest import LoggedTraining

pytestmark = pytest.mark.skipif(bool(FORMATS["mlflow"].missing), reason="MLflow is not here")


def test_the_database_has_the_run_once_with_its_figures(
    logged_training: LoggedTraining, tmp_path: Path
) -> None:
    run = logged_training.run
    for _ in range(2):
        write_logs(run, logged_training.epochs, TrainingLogs(str(tmp_path), ("mlflow",)))
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        shown = "lifecycle_stage = 'active'"
        (found,) = database.execute(f"select run_uuid, name, status from runs where {shown}")
        metrics = database.execute(
            "select key, step, value from metrics where run_uuid = ?", found[:1]
        ).fetchall()
        params = dict(
            database.execute("select key, value from params where run_uuid = ?", found[:1])
        )
    assert found[1:] == (run.name, "FINISHED")
    for epoch in logged_training.epochs:
        wanted = {(name, epoch.step, value) for name, value in epoch_figures(epoch)}
        assert wanted <= set(metrics)
    losses = {step: value for key, step, value in metrics if key == "batch/loss"}
    assert [losses[step] for step in sorted(losses)] == step_curve.load(run.folder).losses.tolist()
    assert params["training.optimizer.learning_rate"] == "0.001"
