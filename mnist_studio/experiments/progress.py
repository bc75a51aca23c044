"""The progress of a running experiment: its queue, its cells, the time that is left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from msgspec.structs import replace

from mnist_studio.events import AnyEvent, Epoch, Progress
from mnist_studio.experiments.estimates import Estimates
from mnist_studio.experiments.events import ExperimentCell, ProgressChanged, QueueChanged, State
from mnist_studio.store.experiments import Membership


class Stopwatch:
    """Measures time from its creation, without pauses."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        """Starts.

        Args:
            now: seconds of a monotonic clock.
        """
        self._now = now
        self._counted = 0.0
        self._since: float | None = now()

    @property
    def seconds(self) -> float:
        """The time so far."""
        running = 0.0 if self._since is None else self._now() - self._since
        return self._counted + running

    def pause(self) -> None:
        """Pauses; does nothing if it is paused."""
        self._counted, self._since = self.seconds, None

    def resume(self) -> None:
        """Continues; does nothing if it is not paused."""
        self._counted, self._since = self.seconds, self._now()


RETRIES = 1
"""How often a cell that failed is tried again in a session."""

_SETTLED: tuple[State, ...] = ("finished", "failed", "cancelled", "pruned")
_DONE: tuple[State, ...] = ("finished", "pruned")
"""The states that are not trained again."""


@dataclass(frozen=True)
class _Start:
    """When a cell was started in this session, and the fraction that was trained before."""

    seconds: float
    fraction: float


REMOVED = "Removed from the queue."
"""Why a cell that waited does not any more."""


class ExperimentProgress:
    """The cells of an experiment in one session."""

    def __init__(
        self,
        cells: Sequence[ExperimentCell],
        estimates: Estimates,
        stopwatch: Stopwatch | None = None,
    ) -> None:
        """Queues every cell that is not finished.

        Args:
            cells: as they are stored.
            estimates: of how long similar runs take.
            stopwatch: of the session, paused with it.
        """
        self.estimates = estimates
        self.stopwatch = stopwatch or Stopwatch()
        self._cells = {cell.number: cell for cell in cells}
        self._order = [cell.number for cell in cells if cell.state not in _DONE]
        self._planned = len(cells)
        self._starts: dict[int, _Start] = {}
        self._reported_left: dict[int, float] = {}
        self._failures: dict[int, int] = {}
        for number in self._order:
            self._set(number, state="waiting", reason="")

    @property
    def cells(self) -> Mapping[int, ExperimentCell]:
        """By number."""
        return self._cells

    @property
    def queue(self) -> QueueChanged:
        """The waiting cells."""
        return QueueChanged(tuple(self._order))

    @property
    def planned(self) -> int:
        """The number of cells that there are going to be."""
        return max(self._planned, len(self._cells))

    def plan(self, cells: int) -> None:
        """Expects so many cells, because a search adds them one after the other."""
        self._planned = cells

    def add(self, cell: ExperimentCell) -> None:
        """Queues another cell."""
        self._cells[cell.number] = cell
        self._order.append(cell.number)

    @property
    def done(self) -> int:
        """The number of cells that are not trained again: finished or pruned ones."""
        return sum(cell.state in _DONE for cell in self._cells.values())

    def start_next(self) -> int | None:
        """Marks the next cell as running and returns its number; None if none is waiting."""
        if not self._order:
            return None
        number = self._order.pop(0)
        self._starts[number] = _Start(self.stopwatch.seconds, self._cells[number].fraction)
        self._set(number, state="running")
        return number

    def move(self, number: int, position: int) -> bool:
        """Moves a waiting cell to a position in the queue; False if it is not waiting."""
        if number not in self._order:
            return False
        self._order.remove(number)
        self._order.insert(max(0, position), number)
        return True

    def remove(self, number: int) -> bool:
        """Removes a waiting cell from the queue; False if it is not waiting."""
        if number not in self._order:
            return False
        self._order.remove(number)
        self._set(number, state="cancelled", reason=REMOVED)
        return True

    def put_back(self, number: int, position: int) -> bool:
        """Queues a removed cell again at a position; False if it was not removed."""
        if self._cells[number].reason != REMOVED:
            return False
        self._order.insert(max(0, position), number)
        self._set(number, state="waiting", reason="")
        return True

    def update(self, number: int, event: AnyEvent) -> bool:
        """Updates a cell from an event of its run; True if the run is another than before."""
        new = self._cells[number].run != event.run
        self._set(number, run=event.run)
        if isinstance(event, Progress):
            self._set(number, fraction=event.step / event.steps)
            if event.seconds_left is not None:
                self._reported_left[number] = event.seconds_left
        elif isinstance(event, Epoch):
            epochs = self._cells[number].spec.training.epochs
            accuracy = event.validation_accuracy
            self._set(number, fraction=event.epoch / epochs, validation_accuracy=accuracy)
        return new

    def end(self, number: int, state: State, reason: str, fraction: float) -> None:
        """Ends a cell; a failed one is queued again if it has a retry left."""
        self._reported_left.pop(number, None)
        if state == "failed":
            self._failures[number] = self._failures.get(number, 0) + 1
            if self._failures[number] <= RETRIES:
                self._order.insert(0, number)
                state = "waiting"
        self._set(number, state=state, reason=reason, fraction=fraction)

    def overall(self, membership: Membership) -> ProgressChanged:
        """The progress, and the time left with the concurrency of ``membership``."""
        cells = self._cells.values()
        fractions = (1.0 if cell.state in _SETTLED else cell.fraction for cell in cells)
        return ProgressChanged(
            total=self.planned,
            finished=self.done,
            failed=self.count("failed"),
            fraction=sum(fractions) / max(1, self.planned),
            seconds_left=self._seconds_left(membership),
        )

    def count(self, state: State) -> int:
        """The number of cells in a state."""
        return sum(cell.state == state for cell in self._cells.values())

    def _seconds_left(self, membership: Membership) -> float | None:
        if self.planned > len(self._cells):
            return self._search_left()
        open_cells = [c for c in self._cells.values() if c.state in ("waiting", "running")]
        left = [self._cell_left(cell, membership) for cell in open_cells]
        known = [seconds for seconds in left if seconds is not None]
        if len(known) < len(left):
            return None
        # If all of them run at the same time, the longest one decides.
        return max(sum(known) / membership.concurrency, max(known, default=0.0))

    def _search_left(self) -> float | None:
        """The time so far, in proportion to what is left: nobody knows the settings to come."""
        settled = [n for n in self._starts if self._cells[n].state in _SETTLED]
        if not settled:
            return None
        left = self.planned - sum(cell.state in _SETTLED for cell in self._cells.values())
        return self.stopwatch.seconds / len(settled) * left

    def _cell_left(self, cell: ExperimentCell, membership: Membership) -> float | None:
        """Seconds until a cell is trained.

        For a running cell, the larger of the estimate from similar runs and what it reports itself,
        which does not include the work after its last step.
        """
        total = self.estimates.of(cell.spec, membership)
        reported = self._reported_left.get(cell.number)
        if total is None:
            return reported
        if cell.state == "waiting":
            return total * (1.0 - cell.fraction)
        start = self._starts[cell.number]
        spent = self.stopwatch.seconds - start.seconds
        return max(total * (1.0 - start.fraction) - spent, reported or 0.0)

    def _set(self, number: int, **changes: object) -> None:
        self._cells[number] = replace(self._cells[number], **changes)
