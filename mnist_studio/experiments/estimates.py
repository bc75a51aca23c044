"""Estimates of how long a run takes, from similar runs that have finished."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from msgspec.structs import replace

from mnist_studio.events import Finished
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run

ALONE = Membership("")


@dataclass(frozen=True)
class _Kind:
    """What decides how long a run takes: everything but its seed and its learning rate.

    Attributes:
        spec: without these two.
        concurrency: number of parallel runs.
        remote: whether it runs on another machine.
    """

    spec: RunSpec
    concurrency: int
    remote: bool


class Estimates:
    """The durations of finished runs, by their kind."""

    def __init__(self) -> None:
        self._seconds: dict[_Kind, list[float]] = defaultdict(list)

    def add(self, run: Run, membership: Membership = ALONE) -> None:
        """Adds a run, if it has finished."""
        if isinstance(run.terminal, Finished):
            self._seconds[_kind(run.spec, membership)].append(_wall_seconds(run.terminal))

    def of(self, spec: RunSpec, membership: Membership = ALONE) -> float | None:
        """The median seconds of similar runs; None if there are none."""
        seconds = self._seconds.get(_kind(spec, membership))
        return median(seconds) if seconds else None

    def count(self, spec: RunSpec, membership: Membership = ALONE) -> int:
        """How many similar runs there are."""
        return len(self._seconds.get(_kind(spec, membership), ()))


def of_runs(runs: Iterable[Run], memberships: Mapping[str, Membership]) -> Estimates:
    """Estimates from stored runs.

    Args:
        runs: of which the finished ones count.
        memberships: of runs that belong to experiments, by their ids.
    """
    estimates = Estimates()
    for run in runs:
        estimates.add(run, memberships.get(run.id, ALONE))
    return estimates


def together(
    specs: Iterable[RunSpec], estimates: Estimates, membership: Membership = ALONE
) -> float | None:
    """Seconds until all of these are trained; None if one of them has no estimate."""
    seconds = [estimates.of(spec, membership) for spec in specs]
    known = [one for one in seconds if one is not None]
    return sum(known) / membership.concurrency if len(known) == len(seconds) else None


def _kind(spec: RunSpec, membership: Membership) -> _Kind:
    training = spec.training
    optimizer = replace(training.optimizer, learning_rate=1.0)
    plain = replace(spec, training=replace(training, seed=0, optimizer=optimizer))
    return _Kind(plain, membership.concurrency, bool(membership.host))


def _wall_seconds(finished: Finished) -> float:
    """From the start of its process to its end, without pauses."""
    seconds = finished.seconds
    return sum(seconds.values()) - seconds.get("paused", 0.0)
