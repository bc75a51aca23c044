"""What a log has about a run: its settings, its epochs, and the loss of its batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from mnist_studio.analysis.varied_settings import Value, leaves
from mnist_studio.events import Epoch, Terminal
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.model import parameter_count
from mnist_studio.store.rows import Run
from mnist_studio.store.step_curve import StepCurve

MOST_BATCHES = 1000
"""Points of the batch curves of a run that trains as planned."""


class LoggedRun(msgspec.Struct, frozen=True, tag_field="type", tag="run"):
    """A run as a log shows it, before its figures.

    Attributes:
        run: its id.
        title: of the run.
        framework: that trains it, as text.
        created: seconds since 1970.
        parameters: number of trainable parameters.
        settings: by their path in the file of a run, such as ``training.optimizer.kind``.
    """

    run: str
    title: str
    framework: str
    created: float
    parameters: int
    settings: Mapping[str, Value]

    @property
    def folder(self) -> str:
        """Name of its folder in a log: it sorts by recipe and framework, and never changes."""
        recipe, framework = self.settings["recipe"], self.settings["framework"]
        return f"{recipe}-{framework}-{self.run}".replace("/", "-")


class Batch(msgspec.Struct, frozen=True, tag_field="type", tag="batch"):
    """The mean of some consecutive batches.

    Attributes:
        step: the last of them, from 1, over the whole run.
        loss: mean of their losses.
        accuracy: likewise, on the batches themselves.
    """

    step: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class PriorTraining:
    """What was trained before a log begins to follow a run.

    Attributes:
        step: steps trained.
        epochs: in order.
        batches: likewise.
    """

    step: int = 0
    epochs: Sequence[Epoch] = ()
    batches: Sequence[Batch] = ()

    @property
    def in_order(self) -> Sequence["Batch | Epoch"]:
        """All figures by their step, those of a batch before those of the epoch that it ends."""
        figures: list[Batch | Epoch] = [*self.batches, *self.epochs]
        return sorted(figures, key=lambda one: (one.step, isinstance(one, Epoch)))

    def seconds(self, step: int) -> float:
        """About how long the run had trained at a step: between two epochs it is interpolated."""
        steps = [0, *(epoch.step for epoch in self.epochs)]
        seconds = [0.0, *(_seconds(epoch) for epoch in self.epochs)]
        return float(np.interp(step, steps, seconds))


def batch_figures(batch: Batch) -> Iterator[tuple[str, float]]:
    """The figures of a point of the batches, by names whose first part is a group of charts."""
    yield "batch/loss", batch.loss
    yield "batch/accuracy", batch.accuracy


def epoch_figures(epoch: Epoch) -> Iterator[tuple[str, float]]:
    """The figures of an epoch that were measured, by such names."""
    yield "epoch", epoch.epoch
    yield "learning_rate", epoch.learning_rate
    for images in ("train", "validation", "test"):
        for measure in ("loss", "accuracy"):
            value = getattr(epoch, f"{images}_{measure}")
            if value is not None:
                yield f"{measure}/{images}", value
    yield "seconds/training", epoch.train_seconds
    if epoch.preparation_seconds is not None:
        yield "seconds/preparation", epoch.preparation_seconds


class RunLog(Protocol):
    """One format of the log of a run. Every method raises OSError where the disk refuses."""

    def begin(self, history: PriorTraining, continues: bool) -> None:
        """Starts the log with its history.

        Args:
            history: of the run.
            continues: whether a log that is there is continued after the history, without what it
                has beyond that, which is trained again. Otherwise it is replaced.
        """

    def batch(self, batch: Batch) -> None:
        """Adds a point of the batch curves."""

    def epoch(self, epoch: Epoch) -> None:
        """Adds an epoch, which others can read at once."""

    def end(self, terminal: Terminal) -> None:
        """Adds how the run ended."""

    def close(self) -> None:
        """Closes the files."""


def logged(run: Run) -> LoggedRun:
    """A run as a log shows it."""
    settings = dict(leaves("", msgspec.to_builtins(run.spec)))
    title = framework_title(run.spec.framework)
    parameters = parameter_count(run.spec.model)
    return LoggedRun(run.id, run.name, title, run.created, parameters, settings)


class BatchMeans:
    """Means of as many batches as give ``MOST_BATCHES`` points."""

    def __init__(self, steps: int, done: StepCurve | None = None, step: int = 0) -> None:
        """Continues after ``step``.

        Args:
            steps: of the whole run.
            done: the steps of the run so far; None for none.
            step: steps trained.
        """
        self._stride = max(1, ceil(steps / MOST_BATCHES))
        self._sums = [0.0, 0.0]
        self._number = 0
        self.batches: tuple[Batch, ...] = ()
        if done is not None:
            self.batches = tuple(self.add(0, done.losses[:step], done.accuracies[:step]))

    def add(self, before: int, losses: ArrayLike, accuracies: ArrayLike) -> Iterator[Batch]:
        """Takes steps in order, and yields the points that they complete.

        Args:
            before: number of steps before these.
            losses: mean loss of the batch of every step.
            accuracies: accuracy on the batch of every step.
        """
        # In the precision of the stored steps, so that a log written later is the same.
        steps = np.stack((losses, accuracies), axis=1, dtype=np.float32).tolist()
        for step, (loss, accuracy) in enumerate(steps, before + 1):
            self._sums[0] += loss
            self._sums[1] += accuracy
            self._number += 1
            if step % self._stride == 0:
                mean_loss, mean_accuracy = (total / self._number for total in self._sums)
                self._sums, self._number = [0.0, 0.0], 0
                yield Batch(step, mean_loss, mean_accuracy)


def _seconds(epoch: Epoch) -> float:
    return epoch.train_seconds + (epoch.preparation_seconds or 0.0)


def planned_steps(run: Run, epochs: Sequence[Epoch], trained: int) -> int:
    """The steps of a stored run if it trained as planned, from its epochs.

    Args:
        run: stored.
        epochs: of the run.
        trained: steps trained, for a run without a whole epoch.
    """
    if not epochs:
        return trained
    return epochs[-1].step * run.spec.training.epochs // epochs[-1].epoch
