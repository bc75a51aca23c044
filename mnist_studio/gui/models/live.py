"""What is known of a run while it trains: its events, folded. No Qt."""

from dataclasses import dataclass, field
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from mnist_studio import events
from mnist_studio.gui.models import names
from mnist_studio.spec.run import RunSpec

Numbers = NDArray[np.float64]


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


class Curve(Series):
    """A series with its smoothed twin, which goes on where it stopped.

    The average is that of ``analysis.curves.smooth``; smoothing all of a long curve twenty times
    a second would hold up the window.
    """

    def __init__(self) -> None:
        super().__init__()
        self._twin = Series()
        self._weight = 0.0
        self._average = 0.0
        self._seen = 0.0

    def smoothed(self, weight: float) -> Numbers:
        """The exponential moving average, as long as the series; weight 0 smooths nothing."""
        if weight == 0:
            return self.values
        if weight != self._weight:
            self._twin, self._weight, self._average, self._seen = Series(), weight, 0.0, 0.0
        done = len(self._twin.values)
        self._twin.extend(tuple(self._averaged(value) for value in self.values[done:].tolist()))
        return self._twin.values

    def _averaged(self, value: float) -> float:
        if not isfinite(value):
            return value
        self._average = self._weight * self._average + (1 - self._weight) * value
        self._seen = self._weight * self._seen + 1 - self._weight
        return self._average / self._seen


@dataclass
class LiveRun:
    """One run of the queue, from waiting to its end.

    Attributes:
        spec: what is trained.
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
    state: str = "queued"
    phase: str = ""
    note: str = ""
    losses: Curve = field(default_factory=Curve)
    accuracies: Curve = field(default_factory=Curve)
    epochs: list[events.Epoch] = field(default_factory=list)
    seconds: Series = field(default_factory=Series)
    progress: events.Progress | None = None
    terminal: events.Terminal | None = None
    resume: str = ""

    @property
    def title(self) -> str:
        """Framework and recipe."""
        return f"{names.framework(self.spec.framework)} · {self.spec.recipe}"

    @property
    def active(self) -> bool:
        """It trains now."""
        return self.state == "running"

    @property
    def state_text(self) -> str:
        """What it does, in a word or two."""
        if self.active and self.phase:
            return names.PHASES[self.phase]
        return names.STATES[self.state]

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
                self.state, self.phase = "running", "start"
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
