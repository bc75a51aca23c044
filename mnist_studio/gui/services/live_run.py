"""What is known of a run while it trains: its events, folded. No Qt."""

from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_studio import events
from mnist_studio.analysis.known_bugs import titled
from mnist_studio.gui.services import texts
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.titles import of as title_of

Numbers = NDArray[np.float64]

TWINS = 2
"""So many smoothed twins of a curve are kept."""


class Series:
    """Numbers that only grow, in one array that doubles when it is full."""

    def __init__(self) -> None:
        self._room: Numbers = np.empty(1024)
        self._count = 0

    def extend(self, values: tuple[float, ...]) -> None:
        """Appends."""
        needed = self._count + len(values)
        while needed > len(self._room):
            self._room = np.concatenate([self._room, np.empty_like(self._room)])
        self._room[self._count : needed] = values
        self._count = needed

    @property
    def values(self) -> Numbers:
        """A view of all numbers so far."""
        return self._room[: self._count]


class _Twin(Series):
    """The smoothed twin of a series; it goes on where it stopped."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self._weight = weight
        self._average = 0.0
        self._seen = 0.0

    def follow(self, values: Numbers) -> None:
        """Smooths what is new in the series."""
        new = values[len(self.values) :].tolist()
        self.extend(tuple(self._averaged(value) for value in new))

    def _averaged(self, value: float) -> float:
        if not isfinite(value):
            return value
        self._average = self._weight * self._average + (1 - self._weight) * value
        self._seen = self._weight * self._seen + 1 - self._weight
        return self._average / self._seen


class SmoothedSeries(Series):
    """A series with its smoothed twins.

    The average is that of ``analysis.curves.smooth``; smoothing all of a long curve twenty times
    a second would hold up the window.
    """

    def __init__(self) -> None:
        super().__init__()
        self._twins: dict[float, _Twin] = {}

    def smoothed(self, weight: float) -> Numbers:
        """The exponential moving average, as long as the series; weight 0 smooths nothing."""
        if weight == 0:
            return self.values
        # Two weights are asked for in turn, by the plots and by the table: the newest two stay.
        twin = self._twins.pop(weight, None) or _Twin(weight)
        newest = list(self._twins.items())[-(TWINS - 1) :]
        self._twins = {**dict(newest), weight: twin}
        twin.follow(self.values)
        return twin.values


@dataclass
class LiveRun:
    """One run of the queue, from waiting to its end.

    Attributes:
        spec: what is trained.
        name: its title in the store; empty until that is known.
        state: ``queued``, ``running`` or the kind of its terminal event.
        phase: what it does, while it runs.
        note: the reason of a failure, or what was kept.
        losses: of every batch.
        accuracies: of every batch.
        epochs: all epoch events.
        seconds: of training after every batch; within a chunk all batches took the same.
        progress: the newest one.
        terminal: how it ended.
        resume: id of the stored run that goes on here; empty for a new one.
    """

    spec: RunSpec
    name: str = ""
    state: str = "queued"
    phase: events.PhaseName | Literal[""] = ""
    note: str = ""
    losses: SmoothedSeries = field(default_factory=SmoothedSeries)
    accuracies: SmoothedSeries = field(default_factory=SmoothedSeries)
    epochs: list[events.Epoch] = field(default_factory=list)
    seconds: Series = field(default_factory=Series)
    progress: events.Progress | None = None
    terminal: events.Terminal | None = None
    resume: str = ""

    @property
    def title(self) -> str:
        """What it is called wherever runs are told of, with its faults where it has any."""
        return titled(self.name or title_of(self.spec), self.spec)

    @property
    def active(self) -> bool:
        """It trains now."""
        return self.state == "running"

    @property
    def state_text(self) -> str:
        """What it does, in a word or two."""
        if self.active and self.phase:
            return events.PHASES[self.phase]
        return texts.STATES[self.state]

    @property
    def epoch(self) -> int:
        """The epoch of the newest step, from 1; 0 before the first."""
        return self.progress.epoch if self.progress else 0

    @property
    def fraction(self) -> float:
        """How much of it is done."""
        if self.state in ("finished", "stopped"):
            return 1.0
        return self.progress.step / self.progress.steps if self.progress else 0.0

    def take(self, event: events.AnyEvent) -> None:
        """Folds in what the run told."""
        match event:
            case events.Started():
                self.name, self.state, self.phase = event.title, "running", "start"
            case events.Phase():
                self.phase = event.phase
            case events.Progress():
                self._time(event)
                self.progress = event
                self.losses.extend(event.losses)
                self.accuracies.extend(event.accuracies)
            case events.Epoch():
                # A run that goes on may judge an epoch again.
                self.epochs = [one for one in self.epochs if one.epoch < event.epoch] + [event]
            case events.Checkpoint() | events.Log():
                return
            case _:
                self._end(event)

    def _end(self, event: events.Terminal) -> None:
        self.terminal = event
        self.state = type(event).__name__.lower()
        if isinstance(event, events.Failed | events.Crashed | events.Cancelled):
            self.note = event.reason

    def batch_epochs(self) -> Numbers:
        """For every batch so far, how many epochs were done after it."""
        if self.progress is None:
            return np.empty(0)
        a_step = self.spec.training.epochs / self.progress.steps
        last = self.progress.step
        return np.arange(last - len(self.losses.values) + 1, last + 1, dtype=np.float64) * a_step

    def batch_seconds(self) -> Numbers:
        """For every batch so far, how many seconds were trained after it."""
        return self.seconds.values

    def _time(self, event: events.Progress) -> None:
        steps = len(event.losses)
        if self.progress:
            before = self.progress.train_seconds
        else:
            took = steps * self.spec.training.batch_size / event.images_per_second
            before = max(0.0, event.train_seconds - took)
        times = np.linspace(before, event.train_seconds, steps + 1)[1:]
        self.seconds.extend(tuple(times.tolist()))
