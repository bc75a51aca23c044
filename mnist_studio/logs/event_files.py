"""Logs as event files of TensorBoard, in records that its own package writes.

The package is an optional extra. Its ``EventFileWriter`` is not used: it would load TensorFlow
where that is installed, and its thread hides a full disk.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mnist_studio.events import Epoch, Finished, Stopped, Terminal
from mnist_studio.logs.content import (
    Batch,
    LoggedRun,
    PriorTraining,
    batch_figures,
    epoch_figures,
)

PREFIX = "events.out.tfevents."
"""TensorBoard reads the files whose name contains it, in the order of their names."""
SUFFIX = ".mnist-studio"


class EventFileLog:
    """An event file, and another one each time the run is resumed."""

    def __init__(self, folder: Path, run: LoggedRun) -> None:
        """Writes nothing yet.

        Args:
            folder: of the run in the log.
            run: that is logged.

        Raises:
            ImportError: the package is not installed, or cannot be imported.
        """
        from tensorboard.compat.proto import event_pb2, summary_pb2
        from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2, summary_v2
        from tensorboard.summary.writer import record_writer

        self._events: Any = event_pb2
        self._summaries: Any = summary_pb2
        self._hparams_pb: Any = summary_v2.hparams_pb
        self._status: Any = api_pb2
        self._metadata: Any = metadata
        self._session_data: Any = plugin_data_pb2
        self._record_writer: Any = record_writer
        self._folder = folder
        self._run = run
        self._writer: Any = None
        self._last = run.created

    def begin(self, prior: PriorTraining, continues: bool) -> None:
        """See ``RunLog.begin``. TensorBoard itself removes what a further file trains again."""
        self._folder.mkdir(parents=True, exist_ok=True)
        before = sorted(self._folder.glob(f"{PREFIX}*{SUFFIX}"))
        self._open()
        if before and continues:
            started = self._events.SessionLog(status=self._events.SessionLog.START)
            self._write(time.time(), step=prior.step + 1, session_log=started)
        else:
            self._write_all(prior)
            for file in before:
                # Windows refuses while TensorBoard reads it.
                with suppress(PermissionError):
                    file.unlink()
        self._writer.flush()

    def batch(self, batch: Batch) -> None:
        """See ``RunLog.batch``."""
        self._scalars(time.time(), batch.step, batch_figures(batch))

    def epoch(self, epoch: Epoch) -> None:
        """See ``RunLog.epoch``."""
        self._scalars(time.time(), epoch.step, epoch_figures(epoch))
        self._writer.flush()

    def end(self, terminal: Terminal) -> None:
        """See ``RunLog.end``: the table of hyperparameters shows the status."""
        well = isinstance(terminal, Finished | Stopped)
        status = self._status.STATUS_SUCCESS if well else self._status.STATUS_FAILURE
        session_end = self._session_data.SessionEndInfo(status=status, end_time_secs=self._last)
        data = self._session_data.HParamsPluginData(session_end_info=session_end)
        summary = self._summaries.Summary()
        summary.value.add(
            tag=self._metadata.SESSION_END_INFO_TAG,
            metadata=self._metadata.create_summary_metadata(data),
            tensor=self._metadata.NULL_TENSOR,
        )
        self._write(self._last, summary=summary)
        self._writer.flush()

    def close(self) -> None:
        """See ``RunLog.close``."""
        if self._writer:
            self._writer.close()

    def _open(self) -> None:
        """Creates a file whose name comes after those of earlier ones."""
        seconds, rest = divmod(time.time_ns(), 10**9)
        name = f"{PREFIX}{seconds:010d}.{rest:09d}.{socket.gethostname()}{SUFFIX}"
        file = (self._folder / name).open("xb")
        self._writer = self._record_writer.RecordWriter(file)
        self._write(time.time(), file_version="brain.Event:2")

    def _write_all(self, prior: PriorTraining) -> None:
        """Writes the settings, and everything that was trained before, at the time it was."""
        created = self._run.created
        settings = {name: each for name, each in self._run.settings.items() if each is not None}
        hparams = self._hparams_pb(settings, self._run.run, created)
        self._write(created, summary=hparams)
        for batch in prior.batches:
            seconds = prior.seconds(batch.step)
            self._scalars(created + seconds, batch.step, batch_figures(batch))
        for epoch in prior.epochs:
            seconds = prior.seconds(epoch.step)
            self._scalars(created + seconds, epoch.step, epoch_figures(epoch))

    def _scalars(self, moment: float, step: int, scalars: Iterator[tuple[str, float]]) -> None:
        summary = self._summaries.Summary()
        for tag, value in scalars:
            summary.value.add(tag=tag, simple_value=value)
        self._write(moment, step=step, summary=summary)

    def _write(self, moment: float, **content: Any) -> None:
        self._last = moment
        event = self._events.Event(wall_time=moment, **content)
        self._writer.write(event.SerializeToString())
