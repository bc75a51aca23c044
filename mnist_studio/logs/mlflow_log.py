"""Logs in a database of MLflow, which its command ``mlflow ui`` shows.

The package is an optional extra, and large, so only a process of its own loads it. Files, its other
way to store runs without a server, are no longer maintained and refused by default.
"""

from pathlib import Path
from typing import Any

from mnist_studio.events import Epoch, Finished, Stopped, Terminal
from mnist_studio.logs.content import Batch, LoggedRun, PriorTraining, batch_figures, epoch_figures
from mnist_studio.spec.change_values import text_of

DATABASE = "mlflow.db"
"""In the folder of the logs, for all runs."""

EXPERIMENT = "MNIST Studio"
RUN_TAG = "mnist_studio.run"
MOST_AT_ONCE = 500
"""Figures in a request: the limit of MLflow is 1,000."""
MOST_SETTINGS = 100
"""Settings in a request, the limit of MLflow."""
LONGEST_SETTING = 500
"""Characters of a setting that every version of MLflow takes."""


class MlflowLog:
    """A run in the database, written as a whole."""

    def __init__(self, folder: Path, run: LoggedRun) -> None:
        """Writes nothing yet.

        Args:
            folder: of the run in the log. The database is in the folder above.
            run: that is logged.

        Raises:
            ImportError: the package is not installed, or cannot be imported.
        """
        from mlflow import entities, tracking

        self._entities: Any = entities
        self._tracking: Any = tracking
        self._folder = folder.parent
        self._run = run
        self._client: Any = None
        self._id = ""
        self._last = run.created

    def begin(self, prior: PriorTraining, continues: bool) -> None:
        """See ``RunLog.begin``; always replaces what is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._client = self._tracking.MlflowClient(f"sqlite:///{self._folder / DATABASE}")
        experiment = self._experiment()
        run = self._run
        for former in self._client.search_runs([experiment], f"tags.`{RUN_TAG}` = '{run.run}'"):
            self._client.delete_run(former.info.run_id)
        made = self._client.create_run(
            experiment, start_time=_milliseconds(run.created), run_name=run.title,
            tags={RUN_TAG: run.run},
        )  # fmt: skip
        self._id = made.info.run_id
        self._add_settings()
        self._add_figures(prior)

    def batch(self, batch: Batch) -> None:
        """See ``RunLog.batch``; not used, as the log is written as a whole."""

    def epoch(self, epoch: Epoch) -> None:
        """See ``RunLog.epoch``; not used, as the log is written as a whole."""

    def end(self, terminal: Terminal) -> None:
        """See ``RunLog.end``."""
        status = "FINISHED" if isinstance(terminal, Finished | Stopped) else "FAILED"
        self._client.set_terminated(self._id, status, _milliseconds(self._last))

    def close(self) -> None:
        """See ``RunLog.close``: every request is complete."""

    def _experiment(self) -> str:
        """The id of the experiment of all runs, whose files would be next to the database."""
        known = self._client.get_experiment_by_name(EXPERIMENT)
        if known:
            return str(known.experiment_id)
        place = (self._folder / "mlflow-files").as_uri()
        return str(self._client.create_experiment(EXPERIMENT, artifact_location=place))

    def _add_settings(self) -> None:
        settings = {**self._run.settings, "parameters": self._run.parameters}
        params = [
            self._entities.Param(name, text_of(value)[:LONGEST_SETTING])
            for name, value in settings.items()
        ]
        for start in range(0, len(params), MOST_SETTINGS):
            self._client.log_batch(self._id, params=params[start : start + MOST_SETTINGS])

    def _add_figures(self, prior: PriorTraining) -> None:
        metrics = []
        for one in prior.in_order:
            moment = self._last = self._run.created + prior.seconds(one.step)
            figures = batch_figures(one) if isinstance(one, Batch) else epoch_figures(one)
            metrics += [
                self._entities.Metric(name, value, _milliseconds(moment), one.step)
                for name, value in figures
            ]
        for start in range(0, len(metrics), MOST_AT_ONCE):
            self._client.log_batch(self._id, metrics=metrics[start : start + MOST_AT_ONCE])


def _milliseconds(moment: float) -> int:
    return round(1000 * moment)
