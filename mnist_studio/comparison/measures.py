"""Single figures of runs; None where a run does not have one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from mnist_studio.analysis import intervals
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.intervals import Estimate, Interval
from mnist_studio.analysis.time_breakdown import TimeBreakdown, time_breakdown
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import SelectedRun
from mnist_studio.data.datasets import builtin
from mnist_studio.events import Epoch, Finished
from mnist_studio.spec.run import DatasetName

Measure = Callable[[SelectedRun], float | None]

_TRAINING_DIGITS: Mapping[DatasetName, int] = {"mnist": 60_000, "builtin": builtin.TRAIN}


def accuracy(run: SelectedRun) -> float | None:
    """On the test digits after the last whole epoch, never the best of them."""
    if run.ended:
        return run.ended.test_accuracy
    return run.epochs[-1].test_accuracy if run.epochs else None


def validated(run: SelectedRun) -> Epoch | None:
    """The epoch with the best accuracy on validation digits, the first of equals."""
    known = [epoch for epoch in run.epochs if epoch.validation_accuracy is not None]
    return max(known, key=lambda epoch: epoch.validation_accuracy or 0.0, default=None)


def train_seconds(run: SelectedRun) -> float | None:
    """Spent training, evaluation left out."""
    if run.ended:
        return run.ended.seconds.get("train")
    return run.epochs[-1].train_seconds if run.epochs else None


def images_per_second(run: SelectedRun) -> float | None:
    """Learned from, in the phase of training."""
    of = clocks(run)
    return of.images_per_second if of else None


def clocks(run: SelectedRun) -> TimeBreakdown | None:
    """Where the seconds of a run that kept its weights went."""
    if run.ended is None:
        return None
    digits = _TRAINING_DIGITS[run.spec.dataset] - run.spec.training.validation
    return time_breakdown(run.ended, run.spec.training, digits)


def peak_memory(run: SelectedRun) -> float | None:
    """Bytes: the most that the run's process held at once."""
    measures = run.ended.measures if run.ended else None
    known = measures.peak_memory_bytes if measures else None
    return None if known is None else float(known)


def latency_ms(run: SelectedRun) -> float | None:
    """One image alone, median."""
    return run.ended.latency_ms if isinstance(run.ended, Finished) else None


def throughput(run: SelectedRun) -> float | None:
    """Images per second, answered in batches."""
    measures = run.ended.measures if run.ended else None
    return measures.throughput_images_per_second if measures else None


def of_all(run_data: RunData, measure: Measure) -> Mapping[str, float]:
    """A figure of every run that has it."""
    found = {run.id: measure(run) for run in run_data.runs}
    return {run: value for run, value in found.items() if value is not None}


def estimate(group: Group, values: Mapping[str, float]) -> Estimate | None:
    """The mean over a group's runs; None where none has a figure.

    Of accuracies its interval says how well the mean is known (Student's t, cut off at 0 and 1).
    """
    known = of_group(group, values)
    if not known:
        return None
    found = intervals.mean(known)
    if found.interval is None:
        return found
    low, high = found.interval.low, found.interval.high
    return replace(found, interval=Interval(max(0.0, low), min(1.0, high)))


def of_group(group: Group, values: Mapping[str, float]) -> list[float]:
    """The figures of a group's runs, those without one left out."""
    return [values[run] for run in group.runs if run in values]


def mean(group: Group, values: Mapping[str, float]) -> float | None:
    """The mean over a group's runs; None where none has a figure."""
    known = of_group(group, values)
    return fmean(known) if known else None


@dataclass(frozen=True)
class Measured:
    """Figures of runs, as they stand in charts and tables: the mean of a group, and its ends.

    The ends are the interval of an accuracy; of a time, a rate or memory the least and the most of
    the runs: two or three runs know so little of their spread that an interval would reach below 0.

    Attributes:
        axis: what they measure.
        values: run id -> figure.
    """

    axis: AxisSpec
    values: Mapping[str, float]

    def bar(self, group: Group, heading: str = "", title: str = "") -> Bar:
        """Of a group, under the heading of its bars; empty where none of its runs has a figure."""
        value, low, high = self.cells(group)
        return Bar(group.key, title or group.title, value, low, high, heading)

    def columns(self) -> tuple[Column, Column, Column]:
        """Of the mean and its ends."""
        title, unit = self.axis.title, self.axis.unit
        low, high = ("from", "to") if unit == "fraction" else ("least", "most")
        return (
            Column(title, unit),
            Column(f"{title}: {low}", unit),
            Column(f"{title}: {high}", unit),
        )

    def cells(self, group: Group) -> tuple[float | None, float | None, float | None]:
        """What stands in these columns."""
        known = of_group(group, self.values)
        if not known:
            return None, None, None
        found = estimate(group, self.values) if self.axis.unit == "fraction" else None
        ends_of = ends(found) if found else _range(known)
        return fmean(known), *ends_of

    def chart(self, groups: Sequence[Group]) -> Bars:
        """A bar a group."""
        return Bars(self.axis, tuple(map(self.bar, groups)))


def ends(found: Estimate) -> tuple[float, float] | tuple[None, None]:
    """The ends of its interval, if it has one."""
    return (found.interval.low, found.interval.high) if found.interval else (None, None)


def _range(known: Sequence[float]) -> tuple[float, float] | tuple[None, None]:
    return (min(known), max(known)) if len(known) > 1 else (None, None)


def training(run_data: RunData) -> tuple[Measured, Measured, Measured]:
    """What it took and what came of it: seconds, accuracy, images a second."""
    return (
        Measured(AxisSpec("Training", "seconds"), of_all(run_data, train_seconds)),
        Measured(AxisSpec("Test accuracy", "fraction"), of_all(run_data, accuracy)),
        Measured(
            AxisSpec("Images learned from", "per second"), of_all(run_data, images_per_second)
        ),
    )
