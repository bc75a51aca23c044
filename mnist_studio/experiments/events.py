"""The events of a running experiment: a closed union of small frozen values.

A cell is identified by its index in ``spec.experiment.expand_cells``, or, in a search, by the order
in which its cells were made. The first event is
``ExperimentStarted``; the last one is exactly one ``ExperimentEnded``.
"""

from typing import Literal

import msgspec

from mnist_studio.events import AnyEvent, Progress
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import titles

State = Literal["waiting", "running", "finished", "stopped", "cancelled", "failed", "pruned"]
Outcome = Literal["complete", "incomplete", "stopped", "cancelled"]


class ExperimentCell(msgspec.Struct, frozen=True):
    """One run of an experiment, and its progress.

    Attributes:
        number: from 0.
        spec: what is trained.
        state: a ``stopped`` cell has a checkpoint or weights. All but ``finished`` and ``pruned``
            ones are trained when the experiment is resumed.
        run: id of its run; empty if it has none yet.
        fraction: of its steps that are trained and saved.
        reason: why it failed, was cancelled, or was pruned.
        name: of its run; empty if it has none yet.
        validation_accuracy: after its newest epoch; None if it is not known.
    """

    number: int
    spec: RunSpec
    state: State = "waiting"
    run: str = ""
    fraction: float = 0.0
    reason: str = ""
    name: str = ""
    validation_accuracy: float | None = None

    @property
    def title(self) -> str:
        """The name of its run, or else the title that it will get."""
        return self.name or titles.of(self.spec)


class ExperimentEvent(msgspec.Struct, frozen=True, tag_field="type"):
    """Base of all events of an experiment."""


class ExperimentStarted(ExperimentEvent, frozen=True, tag="started"):
    """The experiment is stored and locked, and its cells are about to be trained.

    Attributes:
        experiment: its id.
        title: of the experiment.
        cells: all of them, including those that are finished already.
        concurrency: number of parallel runs; with more than one, timing is not comparable.
        host: where they run; empty for this machine.
        planned: number of cells that there are going to be.
    """

    experiment: str
    title: str
    cells: tuple[ExperimentCell, ...]
    concurrency: int
    host: str
    planned: int = 0


class CellAdded(ExperimentEvent, frozen=True, tag="added"):
    """A search has chosen another run.

    Attributes:
        cell: the new one.
        planned: number of cells that there are going to be.
    """

    cell: ExperimentCell
    planned: int


class QueueChanged(ExperimentEvent, frozen=True, tag="queue"):
    """The waiting cells, the next one first."""

    order: tuple[int, ...]


class CellChanged(ExperimentEvent, frozen=True, tag="cell"):
    """The state of a cell has changed.

    Attributes:
        cell: its number.
        state: the new one.
        run: id of its run; empty for none.
        reason: of a failure, a retry or a cancellation.
    """

    cell: int
    state: State
    run: str = ""
    reason: str = ""


class CellEvent(ExperimentEvent, frozen=True, tag="event"):
    """An event of the run of a cell."""

    cell: int
    event: AnyEvent


class ProgressChanged(ExperimentEvent, frozen=True, tag="progress"):
    """The progress of the experiment.

    Attributes:
        total: number of cells that there are going to be.
        finished: number of finished and pruned cells, including earlier sessions.
        failed: number of cells that failed in this session.
        fraction: of the work that is done or given up.
        seconds_left: until the end; None while a cell is left for which no similar run has
            finished.
    """

    total: int
    finished: int
    failed: int
    fraction: float
    seconds_left: float | None


class ExperimentEnded(ExperimentEvent, frozen=True, tag="ended"):
    """Nothing is trained any more.

    Attributes:
        outcome: ``complete`` if every cell is finished, ``incomplete`` if some failed or were
            removed, else what the user requested.
        finished: number of finished and pruned cells.
        total: number of cells.
    """

    outcome: Outcome
    finished: int
    total: int


class BestChanged(ExperimentEvent, frozen=True, tag="best"):
    """A search has found a better trial, or a run of the winner has finished.

    Attributes:
        found: the result so far in words, a sentence each.
    """

    found: tuple[str, ...]


AnyExperimentEvent = (
    ExperimentStarted
    | QueueChanged
    | CellAdded
    | CellChanged
    | CellEvent
    | ProgressChanged
    | BestChanged
    | ExperimentEnded
)


def is_progress(event: AnyExperimentEvent) -> bool:
    """Whether an event only shows progress, and the next one will show it too."""
    if isinstance(event, CellEvent):
        return isinstance(event.event, Progress)
    return isinstance(event, ProgressChanged)
