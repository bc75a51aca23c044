"""The progress of an experiment: its cells in the order of its queue. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from mnist_studio import events
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    BestChanged,
    CellAdded,
    CellChanged,
    CellEvent,
    ExperimentCell,
    ExperimentStarted,
    ProgressChanged,
    QueueChanged,
    State,
)
from mnist_studio.experiments.search_result import is_trial, settings_text
from mnist_studio.formatting import number, percent, rough_duration
from mnist_studio.gui.services import texts
from mnist_studio.spec.run import FULL_BATCH, RunSpec
from mnist_studio.spec.search import Search

STATES: dict[State, str] = {
    "waiting": "Waiting",
    "running": "Training",
    "finished": "Finished",
    "stopped": "Stopped, can be resumed",
    "cancelled": "Discarded",
    "failed": "Failed",
    "pruned": "Pruned",
}

SEPARATOR = " · "
"""Between settings."""


@dataclass(frozen=True)
class CellRow:
    """A cell as the table shows it.

    Attributes:
        cell: as last reported.
        place: in the queue, from 1; 0 if it is not waiting.
        paused: whether the experiment is paused.
        search: that chose it; None in any other experiment.
        common: settings that all cells have.
    """

    cell: ExperimentCell
    place: int = 0
    paused: bool = False
    search: Search | None = None
    common: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Its number."""
        return str(self.cell.number)

    @property
    def title(self) -> str:
        """The name of its run, or else the title that it will get; in a search, its part."""
        if self.search is None:
            return self.cell.title
        spec = self.cell.spec
        if is_trial(self.search, spec):
            return f"Trial {self.cell.number + 1}"
        return f"Best settings, seed {spec.training.seed}"

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
        if self.cell.state == "pruned":
            ended_early = self.cell.reason.startswith(events.PRUNED)
            return self.cell.reason.partition(":")[0] if ended_early else events.DIVERGED_STATE
        accuracy = self.cell.validation_accuracy
        if self.search and self.cell.state == "finished" and accuracy is not None:
            return f"{percent(accuracy)} validation accuracy"
        return f"{words}: {self.cell.reason}" if self.cell.reason else words

    @property
    def tip(self) -> str:
        """The state in full."""
        return self.cell.reason if self.cell.state == "pruned" else self.state

    @property
    def settings(self) -> str:
        """The settings that a grid has axes for, or those that a search varies."""
        if self.search is None:
            return SEPARATOR.join(grid_settings(self.cell.spec))
        return settings_text(self.search, self.cell.spec)

    @property
    def differing(self) -> str:
        """The same without the settings that all cells have; the seed is always there."""
        if self.search is not None:
            return self.settings
        seed, *others = grid_settings(self.cell.spec)
        return SEPARATOR.join((seed, *(one for one in others if one not in self.common)))


class ExperimentState:
    """The state of an experiment, accumulated from its events.

    Attributes:
        overall: the newest progress.
        paused: whether a pause was requested.
        found: what a search has found so far, a sentence each.
    """

    def __init__(
        self,
        cells: Iterable[ExperimentCell] = (),
        search: Search | None = None,
        planned: int = 0,
        found: tuple[str, ...] = (),
    ) -> None:
        """An experiment before its first event.

        Args:
            cells: that are known.
            search: that chooses the cells; None in any other experiment.
            planned: number of cells that there are going to be.
            found: by a search, a sentence each.
        """
        self._search = search
        self._planned = planned
        self.found = found
        self._cells: dict[int, ExperimentCell] = {cell.number: cell for cell in cells}
        self._order: tuple[int, ...] = ()
        self._compared, self._same = 0, frozenset[str]()
        self.overall: ProgressChanged | None = None
        self.paused = False

    @property
    def rows(self) -> tuple[CellRow, ...]:
        """Running cells, waiting cells in the order of the queue, then the rest by number."""
        places = {number: place for place, number in enumerate(self._order, start=1)}
        common = self._common()
        rows = [
            CellRow(cell, places.get(number, 0), self.paused, self._search, common)
            for number, cell in self._cells.items()
        ]
        return tuple(sorted(rows, key=_rank))

    def _common(self) -> frozenset[str]:
        """The settings that all cells have, if there are several."""
        cells = self._cells.values()
        if len(cells) != self._compared:
            self._compared = len(cells)
            every = [frozenset(grid_settings(cell.spec)) for cell in cells]
            self._same = frozenset.intersection(*every) if len(every) > 1 else frozenset()
        return self._same

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
        """The number of finished and pruned cells."""
        return sum(cell.state in ("finished", "pruned") for cell in self._cells.values())

    @property
    def total(self) -> int:
        """The number of cells that there are going to be."""
        return max(self._planned, len(self._cells))

    @property
    def fraction(self) -> float:
        """The progress of the whole experiment, from 0 to 1."""
        if self.overall is not None:
            return self.overall.fraction
        done = (1.0 if c.state == "pruned" else c.fraction for c in self._cells.values())
        return sum(done) / max(1, self.total)

    def take(self, event: AnyExperimentEvent) -> None:
        """Updates the state by an event."""
        match event:
            case ExperimentStarted():
                self._cells = {cell.number: cell for cell in event.cells}
                self._order, self.overall, self._planned = (), None, event.planned
            case CellAdded():
                self._cells[event.cell.number] = event.cell
                self._planned = event.planned
            case BestChanged():
                self.found = event.found
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
        if isinstance(event, events.Epoch):
            accuracy = event.validation_accuracy
            self._cells[number] = replace(cell, validation_accuracy=accuracy)


def grid_settings(spec: RunSpec) -> tuple[str, ...]:
    """Seed, batch size, and learning rate, and any dataset but MNIST: axes of a grid."""
    training = spec.training
    size = "full batch" if training.batch_size == FULL_BATCH else f"batch {training.batch_size}"
    rate = f"learning rate {number(training.optimizer.learning_rate, 6)}"
    dataset = () if spec.dataset == "mnist" else (texts.DATASETS[spec.dataset],)
    return (f"seed {training.seed}", size, rate, *dataset)


def left(seconds: float | None) -> str:
    """The remaining time as text."""
    if seconds is None:
        return ""
    text = rough_duration(seconds)
    return f"{text} left" if text.startswith("less") else f"about {text} left"


def _rank(row: CellRow) -> tuple[int, int]:
    if row.cell.state == "running":
        return 0, row.cell.number
    if row.place:
        return 1, row.place
    return 2, row.cell.number
