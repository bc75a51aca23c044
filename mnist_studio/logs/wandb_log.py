"""Logs as offline runs of Weights & Biases, which its command ``wandb sync`` uploads.

The package is an optional extra. It starts a service and threads, so only a process of its own
loads it. Nothing is sent: the mode is offline, and what the package gathers about the computer is
turned off.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from mnist_studio.events import Epoch, Finished, Stopped, Terminal
from mnist_studio.logs.content import Batch, LoggedRun, PriorTraining, batch_figures, epoch_figures

FOLDER = "wandb"
"""What the package calls the folder that it makes in the one that it is given."""

PROJECT = "mnist-studio"


class WandbLog:
    """An offline run, written as a whole."""

    def __init__(self, folder: Path, run: LoggedRun) -> None:
        """Writes nothing yet.

        Args:
            folder: of the run in the log.
            run: that is logged.

        Raises:
            ImportError: the package is not installed, or cannot be imported.
        """
        # Read when it is imported: it would report its errors to its makers.
        os.environ["WANDB_ERROR_REPORTING"] = "false"
        import wandb

        self._wandb: Any = wandb
        self._folder = folder
        self._run = run
        self._writer: Any = None
        self._exit_code = 1

    def begin(self, prior: PriorTraining, continues: bool) -> None:
        """See ``RunLog.begin``; always replaces what is there."""
        shutil.rmtree(self._folder / FOLDER, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        run = self._run
        settings = self._wandb.Settings(
            silent=True, console="off", disable_git=True, disable_code=True, x_disable_stats=True,
            x_disable_meta=True, x_disable_machine_info=True, x_save_requirements=False,
        )  # fmt: skip
        self._writer = self._wandb.init(
            mode="offline", project=PROJECT, dir=str(self._folder), id=run.run, name=run.title,
            config={**run.settings, "parameters": run.parameters}, settings=settings,
        )  # fmt: skip
        for figures in prior.in_order:
            if isinstance(figures, Batch):
                self.batch(figures)
            else:
                self.epoch(figures)

    def batch(self, batch: Batch) -> None:
        """See ``RunLog.batch``."""
        self._writer.log(dict(batch_figures(batch)), step=batch.step)

    def epoch(self, epoch: Epoch) -> None:
        """See ``RunLog.epoch``."""
        self._writer.log(dict(epoch_figures(epoch)), step=epoch.step)

    def end(self, terminal: Terminal) -> None:
        """See ``RunLog.end``."""
        self._exit_code = 0 if isinstance(terminal, Finished | Stopped) else 1

    def close(self) -> None:
        """See ``RunLog.close``."""
        if self._writer:
            self._writer.finish(exit_code=self._exit_code)
