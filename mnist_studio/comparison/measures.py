"""Single metrics of runs, and their means over groups. A metric is None if a run lacks it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from mnist_studio.analysis import intervals, time_breakdown
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.intervals import Estimate, Interval
from mnist_studio.analysis.time_breakdown import (
    PART_TITLES,
    TRAINING_PARTS,
    TRAINING_SPEED,
    TRAINING_TIME,
    TimeBreakdown,
)
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column
from mnist_studio.comparison.run_data import RunData
from mnist_studio.events import Epoch
from mnist_studio.spec.datasets import trained_images
from mnist_studio.store.rows import Run

Measure = Callable[[RunData, Run], float | None]


def accuracy(run_data: RunData, run: Run) -> float | None:
    """Test accuracy of the final weights of a finished run.

    Never that of the best epoch, which would be selected on the test set.
    """
    return run.tested.test_accuracy if run.tested else None


def accuracy_so_far(run_data: RunData, run: Run) -> float | None:
    """Test accuracy of the final weights of a run, or of the last epoch so far."""
    if run.ended:
        return run.ended.test_accuracy
    epochs = run_data.epochs(run)
    return epochs[-1].test_accuracy if epochs else None


def best_validation_epoch(run_data: RunData, run: Run) -> Epoch | None:
    """The epoch with the highest validation accuracy; the first of equal ones."""
    known = [epoch for epoch in run_data.epochs(run) if epoch.validation_accuracy is not None]
    return max(known, key=lambda epoch: epoch.validation_accuracy or 0.0, default=None)


def training_time(run_data: RunData, run: Run) -> float | None:
    """Seconds from building the network to the trained network, without evaluation."""
    return time_breakdown.training_time(run.finished) if run.finished else None


def training_parts(run_data: RunData) -> tuple["MeanSeconds", ...]:
    """The seconds of every part of the training time, in the last process of a finished run."""
    finished = (run for run in run_data.runs if run.finished)
    known = {run.id: of for run in finished if (of := breakdown_of(run))}
    return tuple(
        MeanSeconds(PART_TITLES[part], {run: dict(of.parts)[part] for run, of in known.items()})
        for part in TRAINING_PARTS
    )


def images_per_second(run_data: RunData, run: Run) -> float | None:
    """Images per second of training steps of a finished run."""
    breakdown = breakdown_of(run) if run.finished else None
    return breakdown.images_per_second if breakdown else None


def breakdown_of(run: Run) -> TimeBreakdown | None:
    """The time breakdown of a run that saved its weights."""
    if run.ended is None:
        return None
    images = trained_images(
        run.spec.dataset, run.spec.training.validation, run.spec.training.training_fraction
    )
    return time_breakdown.time_breakdown(run.ended, run.spec.training, images)


def peak_memory(run_data: RunData, run: Run) -> float | None:
    """The largest memory of a finished run's process, in bytes."""
    measures = run.finished.measures if run.finished else None
    known = measures.peak_memory_bytes if measures else None
    return None if known is None else float(known)


def latency_ms(run_data: RunData, run: Run) -> float | None:
    """Median time to classify one image."""
    return run.finished.latency_ms if run.finished else None


def throughput(run_data: RunData, run: Run) -> float | None:
    """Images classified per second, in batches."""
    measures = run.finished.measures if run.finished else None
    return measures.throughput_images_per_second if measures else None


def of_all(run_data: RunData, measure: Measure) -> Mapping[str, float]:
    """A metric of every run that counts and has it; see ``RunData.groups``."""
    found = {run.id: measure(run_data, run) for run in run_data.counted}
    return {run: value for run, value in found.items() if value is not None}


def estimate(group: Group, values: Mapping[str, float]) -> Estimate | None:
    """The mean accuracy of a group with Student's t interval, clipped to 0 and 1.

    None if no run of the group has a value.
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
    """The values of a group's runs, without runs that have none."""
    return [values[run] for run in group.runs if run in values]


@dataclass(frozen=True)
class MeanSeconds:
    """A time without an interval, for a column beside the total that it is a part of.

    Attributes:
        title: of the part.
        values: run id -> seconds.
    """

    title: str
    values: Mapping[str, float]

    @property
    def column(self) -> Column:
        """Its column."""
        return Column(self.title, "seconds")

    def cell(self, group: Group) -> float | None:
        """The mean over the runs of a group."""
        known = of_group(group, self.values)
        return fmean(known) if known else None


@dataclass(frozen=True)
class Measured:
    """Values of a metric, for charts and tables: the mean of each group, and an interval.

    The interval of accuracies is their 95 % CI. For times, speeds and memory it is the smallest and
    the largest value: a CI over two or three runs would often reach below 0.

    Attributes:
        axis: the metric.
        values: run id -> value.
    """

    axis: AxisSpec
    values: Mapping[str, float]

    def bar(self, group: Group, heading: str = "", title: str = "") -> Bar:
        """The bar of a group under a heading; without a value if no run of the group has one."""
        value, low, high = self.cells(group)
        return Bar(group.key, title or group.title, value, low, high, heading)

    def columns(self) -> tuple[Column, Column, Column]:
        """Columns for the mean and the ends of the interval."""
        title, unit = self.axis.title, self.axis.unit
        low, high = ("95 % CI low", "95 % CI high") if unit == "fraction" else ("min", "max")
        return (
            Column(title, unit),
            Column(f"{title}, {low}", unit),
            Column(f"{title}, {high}", unit),
        )

    def cells(self, group: Group) -> tuple[float | None, float | None, float | None]:
        """The cells of these columns."""
        known = of_group(group, self.values)
        if not known:
            return None, None, None
        found = estimate(group, self.values) if self.axis.unit == "fraction" else None
        interval = ends(found) if found else _range(known)
        return fmean(known), *interval

    def chart(self, groups: Sequence[Group]) -> Bars:
        """One bar per group."""
        return Bars(self.axis, tuple(map(self.bar, groups)))


def ends(found: Estimate) -> tuple[float, float] | tuple[None, None]:
    """The ends of its interval, if it has one."""
    return (found.interval.low, found.interval.high) if found.interval else (None, None)


def _range(known: Sequence[float]) -> tuple[float, float] | tuple[None, None]:
    return (min(known), max(known)) if len(known) > 1 else (None, None)


def training(run_data: RunData) -> tuple[Measured, Measured, Measured]:
    """Training time, test accuracy and training speed."""
    return (
        Measured(AxisSpec(TRAINING_TIME, "seconds"), of_all(run_data, training_time)),
        Measured(AxisSpec("Test accuracy", "fraction"), of_all(run_data, accuracy)),
        Measured(AxisSpec(TRAINING_SPEED, "per second"), of_all(run_data, images_per_second)),
    )
