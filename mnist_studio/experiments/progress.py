"""Where an experiment stands while it is run: its queue, its cells, what is left to do.

Seconds of a session, pauses left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from msgspec.structs import replace

from mnist_studio.events import AnyEvent, Epoch, Progress
from mnist_studio.experiments.estimates import Estimates
from mnist_studio.experiments.events import ExperimentCell, Overall, Queued, State
from mnist_studio.store.experiments import Membership


class Stopwatch:
    """Runs from the start; what passes while it is paused does not count."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        """Starts.

        Args:
            now: seconds of a clock that never goes back.
        """
        self._now = now
        self._counted = 0.0
        self._since: float | None = now()

    @property
    def seconds(self) -> float:
        """So far."""
        running = 0.0 if self._since is None else self._now() - self._since
        return self._counted + running

    def pause(self) -> None:
        """Counts no more; nothing if it is paused already."""
        self._counted, self._since = self.seconds, None

    def resume(self) -> None:
        """Counts again; nothing if it does already."""
        self._counted, self._since = self.seconds, self._now()


RETRIES = 1
"""A cell that failed is tried once more in a session."""

_GIVEN_UP: tuple[State, ...] = ("finished", "failed", "cancelled")


@dataclass(frozen=True)
class _Begun:
    """When a cell was begun in this session, and how much of it was trained then."""

    seconds: float
    fraction: float


class ExperimentProgress:
    """The cells of an experiment in one session."""

    def __init__(
        self,
        cells: Sequence[ExperimentCell],
        estimates: Estimates,
        stopwatch: Stopwatch | None = None,
    ) -> None:
        """Everything that is not finished waits.

        Args:
            cells: as they are kept.
            estimates: of how long their like takes.
            stopwatch: of the session, paused with it.
        """
        self.estimates = estimates
        self.stopwatch = stopwatch or Stopwatch()
        self._cells = {cell.number: cell for cell in cells}
        self._order = [cell.number for cell in cells if cell.state != "finished"]
        self._begun: dict[int, _Begun] = {}
        self._told_left: dict[int, float] = {}
        self._failures: dict[int, int] = {}
        for number in self._order:
            self._set(number, state="waiting", reason="")

    @property
    def cells(self) -> Mapping[int, ExperimentCell]:
        """By number."""
        return self._cells

    @property
    def queued(self) -> Queued:
        """The cells that wait."""
        return Queued(tuple(self._order))

    def take(self) -> int | None:
        """The next cell, which runs from now on; None if none waits."""
        if not self._order:
            return None
        number = self._order.pop(0)
        self._begun[number] = _Begun(self.stopwatch.seconds, self._cells[number].fraction)
        self._set(number, state="running")
        return number

    def move(self, number: int, place: int) -> bool:
        """Moves a waiting cell to a place in the queue; False if it does not wait."""
        if number not in self._order:
            return False
        self._order.remove(number)
        self._order.insert(max(0, place), number)
        return True

    def drop(self, number: int) -> bool:
        """Takes a waiting cell out of the queue; False if it does not wait."""
        if number not in self._order:
            return False
        self._order.remove(number)
        self._set(number, state="cancelled", reason="Taken out of the queue.")
        return True

    def hear(self, number: int, event: AnyEvent) -> bool:
        """Takes notice of what the run of a cell tells; True if it is another run than before."""
        new = self._cells[number].run != event.run
        self._set(number, run=event.run)
        if isinstance(event, Progress):
            self._set(number, fraction=event.step / event.steps)
            if event.seconds_left is not None:
                self._told_left[number] = event.seconds_left
        elif isinstance(event, Epoch):
            epochs = self._cells[number].spec.training.epochs
            self._set(number, fraction=event.epoch / epochs)
        return new

    def end(self, number: int, state: State, reason: str, fraction: float) -> None:
        """The run of a cell has ended; a failed one waits again if it has a try left."""
        self._told_left.pop(number, None)
        if state == "failed":
            self._failures[number] = self._failures.get(number, 0) + 1
            if self._failures[number] <= RETRIES:
                self._order.insert(0, number)
                state = "waiting"
        self._set(number, state=state, reason=reason, fraction=fraction)

    def overall(self, membership: Membership) -> Overall:
        """How far the experiment is, and how long it takes yet with so many at a time."""
        cells = self._cells.values()
        settled = (1.0 if cell.state in _GIVEN_UP else cell.fraction for cell in cells)
        return Overall(
            total=len(cells),
            finished=self.count("finished"),
            failed=self.count("failed"),
            fraction=sum(settled) / len(cells),
            seconds_left=self._seconds_left(membership),
        )

    def count(self, state: State) -> int:
        """Of cells in that state."""
        return sum(cell.state == state for cell in self._cells.values())

    def _seconds_left(self, membership: Membership) -> float | None:
        open_cells = [c for c in self._cells.values() if c.state in ("waiting", "running")]
        left = [self._cell_left(cell, membership) for cell in open_cells]
        known = [seconds for seconds in left if seconds is not None]
        if len(known) < len(left):
            return None
        # The longest of them decides if there are places for all.
        return max(sum(known) / membership.concurrency, max(known, default=0.0))

    def _cell_left(self, cell: ExperimentCell, membership: Membership) -> float | None:
        """Seconds until a cell is trained.

        Of a running one the larger of what its like took and of what it tells itself, which knows
        nothing of what comes after its last step.
        """
        whole, told = self.estimates.of(cell.spec, membership), self._told_left.get(cell.number)
        if whole is None:
            return told
        if cell.state == "waiting":
            return whole * (1.0 - cell.fraction)
        begun = self._begun[cell.number]
        spent = self.stopwatch.seconds - begun.seconds
        return max(whole * (1.0 - begun.fraction) - spent, told or 0.0)

    def _set(self, number: int, **changes: object) -> None:
        self._cells[number] = replace(self._cells[number], **changes)
