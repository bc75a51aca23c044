"""The clocks of a run: for its phases, of which every second belongs to one, and checkpoints."""

from collections.abc import Callable
from time import perf_counter

from mnist_studio.events import PhaseName


class PhaseClock:
    """Measures the seconds of every phase.

    Args:
        phase: the first phase.
        now: a monotonic clock, in seconds.
    """

    def __init__(self, phase: PhaseName, now: Callable[[], float] = perf_counter) -> None:
        self._now = now
        self._phase = phase
        self._since = now()
        self._seconds: dict[PhaseName, float] = {}

    @property
    def phase(self) -> PhaseName:
        """The current phase."""
        return self._phase

    def enter(self, phase: PhaseName) -> None:
        """Ends the current phase and starts another."""
        now = self._now()
        self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = phase, now

    def add(self, phase: PhaseName, seconds: float) -> None:
        """Adds seconds that were measured elsewhere."""
        self._seconds[phase] = self._seconds.get(phase, 0.0) + seconds

    def seconds(self, phase: PhaseName) -> float:
        """Seconds in a phase so far, including the current phase."""
        running = self._now() - self._since if phase == self._phase else 0.0
        return self._seconds.get(phase, 0.0) + running

    def all_seconds(self) -> dict[str, float]:
        """Phase -> seconds so far, including the current phase."""
        return {phase: self.seconds(phase) for phase in sorted({*self._seconds, self._phase})}


LARGEST_SHARE = 0.01
"""Of the time of a run, for checkpoints within epochs. A large network saves them less often."""


class CheckpointClock:
    """Says when the next checkpoint within an epoch is due.

    Args:
        interval: shortest time between two checkpoints, in seconds.
        now: a monotonic clock, in seconds.
    """

    def __init__(self, interval: float, now: Callable[[], float] = perf_counter) -> None:
        self._interval = interval
        self._now = now
        self._began = self._saved = now()
        self._cost = 0.0

    def begin(self) -> None:
        """A checkpoint begins to be saved."""
        self._began = self._now()

    def end(self) -> None:
        """It was saved."""
        self._saved = self._now()
        self._cost = self._saved - self._began

    @property
    def due(self) -> bool:
        """Whether to save one now."""
        wait = max(self._interval, self._cost / LARGEST_SHARE)
        return self._now() - self._saved >= wait
