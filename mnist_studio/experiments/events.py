"""The events of a running experiment: a closed union of small frozen values, JSON on the wire.

A cell's number is its place in ``spec.experiment.expand_cells``. The first event is ``Begun``;
the last is exactly one ``Ended``.
"""

from typing import Literal

import msgspec

from mnist_studio.events import AnyEvent
from mnist_studio.spec.run import RunSpec

State = Literal["waiting", "running", "finished", "stopped", "cancelled", "failed"]
Outcome = Literal["complete", "incomplete", "stopped", "cancelled"]


class ExperimentCell(msgspec.Struct, frozen=True):
    """A run that an experiment asks for, and how far it is.

    Attributes:
        number: from 0.
        spec: what is trained.
        state: ``stopped`` has a checkpoint or weights to show; all but ``finished`` are left to do.
        run: id of the run that trains it or has; empty before.
        fraction: of its steps that are trained and kept.
        reason: why it failed or was cancelled.
    """

    number: int
    spec: RunSpec
    state: State = "waiting"
    run: str = ""
    fraction: float = 0.0
    reason: str = ""


class ExperimentEvent(msgspec.Struct, frozen=True, tag=str.lower, tag_field="type"):
    """What all have in common: nothing but that they tell of an experiment."""


class Begun(ExperimentEvent, frozen=True):
    """The experiment is kept and held; its cells are about to be trained.

    Attributes:
        experiment: its id.
        title: its own.
        cells: all of them, those that earlier sessions trained too.
        concurrency: so many at a time; with more than one no clock is honest.
        host: where, for people; empty for this machine.
    """

    experiment: str
    title: str
    cells: tuple[ExperimentCell, ...]
    concurrency: int
    host: str


class Queued(ExperimentEvent, frozen=True):
    """The cells that wait, the next first."""

    order: tuple[int, ...]


class Changed(ExperimentEvent, frozen=True):
    """A cell has another state.

    Attributes:
        cell: its number.
        state: the new one.
        run: that trains it or has; empty for none.
        reason: of a failure, of a retry or of a cancellation.
    """

    cell: int
    state: State
    run: str = ""
    reason: str = ""


class CellEvent(ExperimentEvent, frozen=True):
    """What the run of a cell tells."""

    cell: int
    event: AnyEvent


class Overall(ExperimentEvent, frozen=True):
    """How far the experiment is.

    Attributes:
        total: its cells.
        finished: of them, in earlier sessions too.
        failed: in this session.
        fraction: of the work that is done or given up.
        seconds_left: until its end; None while a cell is left of whose like none has finished.
    """

    total: int
    finished: int
    failed: int
    fraction: float
    seconds_left: float | None


class Ended(ExperimentEvent, frozen=True):
    """Nothing is trained any more.

    Attributes:
        outcome: ``complete`` if every cell is finished, ``incomplete`` if some failed or were taken
            out, else what the user asked for.
        finished: cells.
        total: cells.
    """

    outcome: Outcome
    finished: int
    total: int


AnyExperimentEvent = Begun | Queued | Changed | CellEvent | Overall | Ended
