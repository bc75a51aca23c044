"""The progress of an experiment: its cells in the order of its queue. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from mnist_studio import events
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    CellChanged,
    CellEvent,
    ExperimentCell,
    ExperimentStarted,
    ProgressChanged,
    QueueChanged,
    State,
)
from mnist_studio.formatting import duration
from mnist_studio.gui.services import texts
from mnist_studio.spec.run import FULL_BATCH, RunSpec

STATES: dict[State, str] = {
    "waiting": "Waiting",
    "running": "Training",
    "finished": "Finished",
    "stopped": "Stopped, can be resumed",
    "cancelled": "Discarded",
    "failed": "Failed",
}


@dataclass(frozen=True)
class CellRow:
    """A cell as the table shows it.

    Attributes:
        cell: as last reported.
        place: in the queue, from 1; 0 if it is not waiting.
        paused: whether the experiment is paused.
    """

    cell: ExperimentCell
    place: int = 0
    paused: bool = False

    @property
    def key(self) -> str:
        """Its number."""
        return str(self.cell.number)

    @property
    def title(self) -> str:
        """The name of its run, or else the title that it will get."""
        return self.cell.title

    @property
    def state(self) -> str:
        """The state as text, with its reason if there is one."""
        words = STATES[self.cell.state]
        if self.cell.state == "failed":
            words = events.state_title(self.cell.state, self.cell.reason)
        if self.cell.state == "waiting" and self.place:
            words = f"Waiting ({self.place})"
        if self.cell.state == "running" and self.paused:
            words = "Paused"
        return f"{words}: {self.cell.reason}" if self.cell.reason else words

    @property
    def settings(self) -> str:
        """The settings in which cells of a grid differ."""
        return differing(self.cell.spec)


class ExperimentState:
    """The state of an experiment, accumulated from its events.

    Attributes:
        overall: the newest progress.
        paused: whether a pause was requested.
    """

    def __init__(self, cells: Iterable[ExperimentCell] = ()) -> None:
        self._cells: dict[int, ExperimentCell] = {cell.number: cell for cell in cells}
        self._order: tuple[int, ...] = ()
        self.overall: ProgressChanged | None = None
        self.paused = False

    @property
    def rows(self) -> tuple[CellRow, ...]:
        """Running cells, waiting cells in the order of the queue, then the rest by number."""
        places = {number: place for place, number in enumerate(self._order, start=1)}
        rows = [
            CellRow(cell, places.get(number, 0), self.paused)
            for number, cell in self._cells.items()
        ]
        return tuple(sorted(rows, key=_rank))

    @property
    def cells(self) -> tuple[ExperimentCell, ...]:
        """All cells by their numbers."""
        return tuple(self._cells.values())

    @property
    def order(self) -> tuple[int, ...]:
        """Numbers of the waiting cells, the next first."""
        return self._order

    @property
    def finished(self) -> int:
        """The number of finished cells."""
        return sum(cell.state == "finished" for cell in self._cells.values())

    @property
    def total(self) -> int:
        """The number of cells."""
        return len(self._cells)

    @property
    def fraction(self) -> float:
        """The progress of the whole experiment, from 0 to 1."""
        if self.overall is not None:
            return self.overall.fraction
        return sum(cell.fraction for cell in self._cells.values()) / max(1, self.total)

    def take(self, event: AnyExperimentEvent) -> None:
        """Updates the state by an event."""
        match event:
            case ExperimentStarted():
                self._cells = {cell.number: cell for cell in event.cells}
                self._order, self.overall = (), None
            case QueueChanged():
                self._order = event.order
            case CellChanged():
                self._change(event)
            case CellEvent():
                self._take_event(event.cell, event.event)
            case ProgressChanged():
                self.overall = event

    def _change(self, event: CellChanged) -> None:
        cell = self._cells[event.cell]
        fraction = 1.0 if event.state == "finished" else cell.fraction
        self._cells[event.cell] = replace(
            cell, state=event.state, run=event.run or cell.run, reason=event.reason,
            fraction=fraction,
        )  # fmt: skip

    def _take_event(self, number: int, event: events.AnyEvent) -> None:
        cell = self._cells[number]
        if isinstance(event, events.Started):
            self._cells[number] = replace(cell, name=event.title)
        if isinstance(event, events.Progress):
            self._cells[number] = replace(cell, fraction=event.step / event.steps)


def differing(spec: RunSpec) -> str:
    """Seed, batch size and learning rate: what a grid has axes for."""
    training = spec.training
    size = "full batch" if training.batch_size == FULL_BATCH else f"batch {training.batch_size}"
    text = f"seed {training.seed} · {size} · learning rate {training.optimizer.learning_rate:g}"
    return text if spec.dataset == "mnist" else f"{text} · {texts.DATASETS[spec.dataset]}"


def left(seconds: float | None) -> str:
    """The remaining time as text."""
    return "" if seconds is None else f"about {duration(seconds)} left"


def _rank(row: CellRow) -> tuple[int, int]:
    if row.cell.state == "running":
        return 0, row.cell.number
    if row.place:
        return 1, row.place
    return 2, row.cell.number
