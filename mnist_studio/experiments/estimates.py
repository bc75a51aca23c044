"""How long a run takes, from those before it that were like it."""

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
class _Like:
    """What decides how long a run takes: all but its seed and its learning rate.

    Attributes:
        spec: with both taken out.
        concurrency: how many were trained at a time.
        place: the machine.
    """

    spec: RunSpec
    concurrency: int
    elsewhere: bool


class Estimates:
    """The seconds of finished runs, by what they were like."""

    def __init__(self) -> None:
        self._seconds: dict[_Like, list[float]] = defaultdict(list)

    def add(self, run: Run, membership: Membership = ALONE) -> None:
        """Counts a run, if it finished."""
        if isinstance(run.terminal, Finished):
            self._seconds[_like(run.spec, membership)].append(_wall(run.terminal))

    def of(self, spec: RunSpec, membership: Membership = ALONE) -> float | None:
        """The median seconds of the runs like ``spec``, None if there was none."""
        seconds = self._seconds.get(_like(spec, membership))
        return median(seconds) if seconds else None


def of_runs(runs: Iterable[Run], memberships: Mapping[str, Membership]) -> Estimates:
    """The estimates from runs that are kept.

    Args:
        runs: of which the finished ones count.
        memberships: of those that were trained by experiments, by their ids.
    """
    estimates = Estimates()
    for run in runs:
        estimates.add(run, memberships.get(run.id, ALONE))
    return estimates


def together(
    specs: Iterable[RunSpec], estimates: Estimates, membership: Membership = ALONE
) -> float | None:
    """Seconds until all of these are trained; None if one has no like."""
    seconds = [estimates.of(spec, membership) for spec in specs]
    known = [one for one in seconds if one is not None]
    return sum(known) / membership.concurrency if len(known) == len(seconds) else None


def _like(spec: RunSpec, membership: Membership) -> _Like:
    training = spec.training
    optimizer = replace(training.optimizer, learning_rate=1.0)
    plain = replace(spec, training=replace(training, seed=0, optimizer=optimizer))
    return _Like(plain, membership.concurrency, bool(membership.host))


def _wall(finished: Finished) -> float:
    """From its process' start to its end, pauses left out."""
    seconds = finished.seconds
    return sum(seconds.values()) - seconds.get("paused", 0.0)
