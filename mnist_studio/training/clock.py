"""The clock of a run: every second belongs to exactly one phase."""

from collections.abc import Callable
from time import perf_counter

from mnist_studio.events import PhaseName


class PhaseClock:
    """Adds up the seconds of every phase.

    Args:
        phase: the first one.
        now: seconds of a clock that never goes back.
    """

    def __init__(self, phase: PhaseName, now: Callable[[], float] = perf_counter) -> None:
        self._now = now
        self._phase = phase
        self._since = now()
        self._seconds: dict[PhaseName, float] = {}

    @property
    def phase(self) -> PhaseName:
        """The phase that runs."""
        return self._phase

    def enter(self, phase: PhaseName) -> None:
        """Ends the running phase and starts another."""
        now = self._now()
        self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = phase, now

    def add(self, phase: PhaseName, seconds: float) -> None:
        """Counts seconds that were measured elsewhere."""
        self._seconds[phase] = self._seconds.get(phase, 0.0) + seconds

    def seconds(self, phase: PhaseName) -> float:
        """Spent in a phase so far, the running one included."""
        running = self._now() - self._since if phase == self._phase else 0.0
        return self._seconds.get(phase, 0.0) + running

    def all_seconds(self) -> dict[str, float]:
        """Phase -> seconds so far, the running one included."""
        return {phase: self.seconds(phase) for phase in sorted({*self._seconds, self._phase})}
