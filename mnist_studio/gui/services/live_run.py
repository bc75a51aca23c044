"""The state of a run while it trains, accumulated from its events. No Qt."""

import time
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_studio import events, paths
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import titles
from mnist_studio.store.rows import Run

Numbers = NDArray[np.float64]

SMOOTHED_COPIES = 2
"""Number of smoothed copies of a curve that are cached."""


class Series:
    """A growing series of numbers in one array that doubles when it is full."""

    def __init__(self) -> None:
        self._buffer: Numbers = np.empty(1024)
        self._count = 0

    def extend(self, values: tuple[float, ...]) -> None:
        """Appends."""
        needed = self._count + len(values)
        while needed > len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.empty_like(self._buffer)])
        self._buffer[self._count : needed] = values
        self._count = needed

    @property
    def values(self) -> Numbers:
        """A view of all numbers so far."""
        return self._buffer[: self._count]


class _SmoothedCopy(Series):
    """The smoothed copy of a series; extended as the series grows."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self._weight = weight
        self._average = 0.0
        self._seen = 0.0

    def follow(self, values: Numbers) -> None:
        """Smooths the new values of the series."""
        new = values[len(self.values) :].tolist()
        self.extend(tuple(self._averaged(value) for value in new))

    def _averaged(self, value: float) -> float:
        if not isfinite(value):
            return value
        self._average = self._weight * self._average + (1 - self._weight) * value
        self._seen = self._weight * self._seen + 1 - self._weight
        return self._average / self._seen


class SmoothedSeries(Series):
    """A series with its smoothed copies.

    The average is that of ``analysis.curves.smooth``; smoothing all of a long curve twenty times
    a second would hold up the window.
    """

    def __init__(self) -> None:
        super().__init__()
        self._copies: dict[float, _SmoothedCopy] = {}

    def smoothed(self, weight: float) -> Numbers:
        """The exponential moving average, as long as the series; weight 0 smooths nothing."""
        if weight == 0:
            return self.values
        # Plots and table alternate between two weights, so the newest two are cached.
        copy = self._copies.pop(weight, None) or _SmoothedCopy(weight)
        newest = list(self._copies.items())[-(SMOOTHED_COPIES - 1) :]
        self._copies = {**dict(newest), weight: copy}
        copy.follow(self.values)
        return copy.values


@dataclass
class LiveRun:
    """One run of the queue, from waiting to its end.

    Attributes:
        spec: what is trained.
        name: its title in the store; empty until that is known.
        state: ``queued``, ``running`` or the kind of its terminal event.
        phase: of a running run.
        note: the reason why it failed or was discarded.
        losses: of every batch.
        accuracies: of every batch.
        epochs: all epoch events.
        seconds: training time after every batch, evenly spread within an event.
        progress: the newest one.
        terminal: how it ended.
        resume: id of the stored run that is resumed; empty for a new one.
        id: of the run in the store; empty before it starts.
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
    id: str = ""

    @property
    def title(self) -> str:
        """Its title, with its known bugs if it has any."""
        return titles.name(self.name or titles.of(self.spec), self.spec)

    @property
    def active(self) -> bool:
        """Whether it is training now."""
        return self.state == "running"

    @property
    def state_text(self) -> str:
        """Its phase or state in a word or two."""
        if self.active and self.phase:
            return events.PHASES[self.phase]
        if self.terminal is not None:
            return events.state_title(self.state, self.note)
        return texts.STATES[self.state]

    @property
    def epoch(self) -> int:
        """The epoch of the newest step, from 1; 0 before the first."""
        return self.progress.epoch if self.progress else 0

    @property
    def fraction(self) -> float:
        """Its progress, from 0 to 1."""
        if self.state in ("finished", "stopped"):
            return 1.0
        return self.progress.step / self.progress.steps if self.progress else 0.0

    def take(self, event: events.AnyEvent) -> None:
        """Updates the state by an event."""
        match event:
            case events.Started():
                self.name, self.state, self.phase = event.title, "running", "start"
                self.id = event.run
            case events.Phase():
                self.phase = event.phase
            case events.Progress():
                self._time(event)
                self.progress = event
                self.losses.extend(event.losses)
                self.accuracies.extend(event.accuracies)
            case events.Epoch():
                # A resumed run may evaluate an epoch again.
                self.epochs = [one for one in self.epochs if one.epoch < event.epoch] + [event]
            case events.Checkpoint() | events.Log():
                return
            case _:
                self._end(event)

    def _end(self, event: events.Terminal) -> None:
        self.terminal = event
        self.state = type(event).__name__.lower()
        self.note = events.reason_of(event)

    def batch_epochs(self) -> Numbers:
        """The number of epochs after every batch so far."""
        if self.progress is None:
            return np.empty(0)
        epochs_per_step = self.spec.training.epochs / self.progress.steps
        last = self.progress.step
        return (
            np.arange(last - len(self.losses.values) + 1, last + 1, dtype=np.float64)
            * epochs_per_step
        )

    def batch_seconds(self) -> Numbers:
        """The training time in seconds after every batch so far."""
        return self.seconds.values

    @property
    def last_second(self) -> float:
        """The training time at the newest batch; 0 before the first."""
        return float(self.seconds.values[-1]) if len(self.seconds.values) else 0.0

    def _time(self, event: events.Progress) -> None:
        steps = len(event.losses)
        now = _training_time(event)
        if self.progress:
            before = _training_time(self.progress)
        else:
            seconds = steps * self.spec.training.batch_size / event.images_per_second
            before = max(0.0, now - seconds)
        times = np.linspace(before, now, steps + 1)[1:]
        self.seconds.extend(tuple(times.tolist()))


def _training_time(event: events.Progress) -> float:
    return event.preparation_seconds + event.train_seconds


def row_in_training(run: LiveRun) -> RunRow:
    """A run that trains as a model after its last epoch."""
    epochs = tuple(run.epochs)
    title = f"In training: epoch {epochs[-1].epoch:,} · {run.name}"
    stored = Run(
        run.id, title, run.spec, "running", time.time(), paths.runs() / run.id, terminal=None
    )
    return RunRow(stored, epochs)
