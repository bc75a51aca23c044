"""Single figures of runs; None where a run does not have one."""

from collections.abc import Callable, Mapping

from mnist_studio.analysis import intervals
from mnist_studio.analysis.clocks import Clock, clock
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.intervals import Estimate
from mnist_studio.analysis.view import Axis, Bar, Column
from mnist_studio.data import builtin
from mnist_studio.events import Epoch, Finished
from mnist_studio.spec.run import DatasetName
from mnist_studio.studies.views.gather import Gathered, Kept

Measure = Callable[[Kept], float | None]

_TRAINING_DIGITS: Mapping[DatasetName, int] = {"mnist": 60_000, "builtin": builtin.TRAIN}


def accuracy(run: Kept) -> float | None:
    """On the test digits after the last whole epoch, never the best of them."""
    if run.ended:
        return run.ended.test_accuracy
    return run.epochs[-1].test_accuracy if run.epochs else None


def validated(run: Kept) -> Epoch | None:
    """The epoch with the best accuracy on validation digits, the first of equals."""
    known = [epoch for epoch in run.epochs if epoch.validation_accuracy is not None]
    return max(known, key=lambda epoch: epoch.validation_accuracy or 0.0, default=None)


def train_seconds(run: Kept) -> float | None:
    """Spent training, evaluation left out."""
    if run.ended:
        return run.ended.seconds.get("train")
    return run.epochs[-1].train_seconds if run.epochs else None


def images_per_second(run: Kept) -> float | None:
    """Learned from, in the phase of training."""
    of = clocks(run)
    return of.images_per_second if of else None


def clocks(run: Kept) -> Clock | None:
    """Where the seconds of a run that kept its weights went."""
    if run.ended is None:
        return None
    digits = _TRAINING_DIGITS[run.spec.dataset] - run.spec.training.validation
    return clock(run.ended, run.spec.training, digits)


def peak_memory(run: Kept) -> float | None:
    """Bytes: the most that the run's process held at once."""
    measures = run.ended.measures if run.ended else None
    return measures.peak_memory_bytes if measures else None


def latency_ms(run: Kept) -> float | None:
    """One image alone, median."""
    return run.ended.latency_ms if isinstance(run.ended, Finished) else None


def throughput(run: Kept) -> float | None:
    """Images per second, answered in batches."""
    measures = run.ended.measures if run.ended else None
    return measures.throughput_images_per_second if measures else None


def of_all(gathered: Gathered, measure: Measure) -> Mapping[str, float]:
    """A figure of every run that has it."""
    found = {run.id: measure(run) for run in gathered.runs}
    return {run: value for run, value in found.items() if value is not None}


def estimate(group: Group, values: Mapping[str, float]) -> Estimate | None:
    """The mean over a group's runs with its interval; None where none has a figure."""
    known = [values[run] for run in group.runs if run in values]
    return intervals.mean(known) if known else None


def bar(group: Group, values: Mapping[str, float], heading: str = "") -> Bar:
    """The mean over a group's runs as a bar; empty where none has a figure."""
    found = estimate(group, values)
    if found is None:
        return Bar(group.key, group.title, None, group=heading)
    low, high = ends(found)
    return Bar(group.key, group.title, found.value, low, high, heading)


def ends(found: Estimate) -> tuple[float, float] | tuple[None, None]:
    """The ends of its interval, if it has one."""
    return (found.interval.low, found.interval.high) if found.interval else (None, None)


def columns(axis: Axis) -> tuple[Column, Column, Column]:
    """Of a mean and the ends of its interval."""
    low, high = f"{axis.title}: from", f"{axis.title}: to"
    return Column(axis.title, axis.unit), Column(low, axis.unit), Column(high, axis.unit)


def cells(group: Group, values: Mapping[str, float]) -> tuple[float | None, ...]:
    """What stands in these columns."""
    made = bar(group, values)
    return made.value, made.low, made.high
