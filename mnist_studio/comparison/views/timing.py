"""The views of time to an accuracy and of the batch size.

The view of clocks: where the seconds of every run went.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from msgspec.structs import replace

from mnist_studio.analysis.curves import Reached, reached
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.time_breakdown import PARTS, Part, TimeBreakdown
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column, Row, Table, View
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import Measured
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.formatting import NOTHING, counted, duration, percent, percentage_points, points
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import titles

TITLES: Mapping[Part, str] = {
    "start-up": "Start-up and imports",
    "build": "Build and compile",
    "data": "Waiting for data",
    "train": "Training",
    "evaluate": "Evaluation",
    "save": "Saving",
    "paused": "Paused",
    "other": "Handing over",
}
_COLUMNS = (
    Column("Run"), *(Column(TITLES[part], "seconds") for part, _ in PARTS),
    Column("Wall time", "seconds"), Column("Images learned from", "per second"),
)  # fmt: skip
_EARLIER = Column("Trained before", "seconds")
"""Where a run went on from a checkpoint."""


def clocks(run_data: RunData, options: ViewOptions) -> View:
    """Every run's seconds by part; the parts add up to the wall time of its last process."""
    found = {run.id: measures.breakdown_of(run) for run in run_data.runs}
    known = {run: of for run, of in found.items() if of}
    if not known:
        raise NotComparable("No run kept its clocks.", "Wait until one has finished.")
    bars = tuple(
        Bar(run, TITLES[part], seconds, group=run_data.titles[run])
        for run, of in known.items()
        for part, seconds in of.parts
        if seconds
    )
    again = any(of.earlier for of in known.values())
    rows = tuple(_row(run_data.titles[run], run, of, again) for run, of in known.items())
    columns = (*_COLUMNS, _EARLIER) if again else _COLUMNS
    return View(
        "time-breakdown", title_of("time-breakdown"), _sentence(run_data, known),
        (Bars(AxisSpec("Wall time", "seconds"), bars, stacked=True),), Table(columns, rows),
        (*notes.of_all(run_data), *notes.of_clocks(run_data)),
    )  # fmt: skip


def _row(title: str, run: str, of: TimeBreakdown, again: bool) -> Row:
    cells = (title, *(second for _, second in of.parts), of.wall, of.images_per_second)
    return Row(run, (*cells, of.earlier) if again else cells)


def _sentence(run_data: RunData, known: Mapping[str, TimeBreakdown]) -> str:
    """How much of the wall time is training, where it is least and most."""
    shares = {run: dict(of.parts)["train"] / of.wall for run, of in known.items() if of.wall}
    if not shares:
        return ""
    least, most = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    told = _share(run_data, most, known[most])
    if least == most:
        return f"{told}."
    return f"{told}, {_share(run_data, least, known[least])}."


def _share(run_data: RunData, run: str, of: TimeBreakdown) -> str:
    part = 100 * dict(of.parts)["train"] / of.wall
    return f"{run_data.titles[run]} trained for {part:.0f} % of its {duration(of.wall)}"


MOST_SENTENCES = 2
"""Of more models only the range is told; the table has them all."""


def time_to_accuracy(run_data: RunData, options: ViewOptions) -> View:
    """How long each group trained until its test accuracy first reached the target."""
    found = {
        run.id: reached(epochs, options.target)
        for run in run_data.runs
        if (epochs := run_data.epochs(run))
    }
    if not found:
        raise NotComparable("No run was evaluated yet.", "Wait for its first epoch.")
    known = {run: at for run, at in found.items() if at}
    seconds = {run: at.seconds for run, at in known.items()}
    goal = percent(options.target)
    measured = Measured(AxisSpec(f"Training until {goal} of the test digits", "seconds"), seconds)
    columns = (
        Column("Model"), *measured.columns(), Column("Epochs"), Column("Steps"),
        Column("Runs that reached it"),
    )  # fmt: skip
    rows = (_reached_row(group, measured, found, known) for group in run_data.groups)
    return View(
        "time-to-accuracy", title_of("time-to-accuracy"),
        _reached_sentence(run_data, seconds, found, goal),
        (measured.chart(run_data.groups),) if known else (), Table(columns, tuple(rows)),
        ("Runs are judged after whole epochs, so each time is that of the end of an epoch; "
         "evaluation is left out.", *notes.of_all(run_data), *notes.of_clocks(run_data)),
    )  # fmt: skip


def _reached_row(
    group: Group,
    measured: Measured,
    found: Mapping[str, Reached | None],
    known: Mapping[str, Reached],
) -> Row:
    those = [known[run] for run in group.runs if run in known]
    asked = sum(run in found for run in group.runs)
    return Row(
        group.key,
        (group.title, *measured.cells(group), _span([at.epochs for at in those]),
         _span([at.steps for at in those]), f"{len(those)} of {asked}"),
    )  # fmt: skip


def _span(values: Sequence[int]) -> str:
    """The least and the most of whole numbers: ``3``, ``3 to 5``."""
    if not values:
        return NOTHING
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _reached_sentence(
    run_data: RunData,
    seconds: Mapping[str, float],
    found: Mapping[str, Reached | None],
    goal: str,
) -> str:
    whole = [
        (fmean(seconds[run] for run in group.runs), group.title)
        for group in run_data.groups
        if all(run in seconds for run in group.runs)
    ]
    if not seconds:
        return f"No run reached {goal}."
    told = f"{len(seconds)} of {counted(len(found), 'run')} reached {goal}."
    if not whole:
        return told
    least, title = min(whole)
    return f"{told} {title} was first, after {duration(least)} of training."


def batch_size(run_data: RunData, options: ViewOptions) -> View:
    """What the batch size does to time, accuracy and convergence, all else being equal."""
    families = _families(run_data)
    if not families:
        raise NotComparable(
            "No two of these runs differ in their batch size alone.",
            "Run the experiment “batch-sizes”, or train a recipe with several sizes.",
        )
    found = {run.id: reached(run_data.epochs(run), options.target) for run in run_data.runs}
    epochs = {run: float(at.epochs) for run, at in found.items() if at}
    goal = percent(options.target)
    seconds, accuracy, rate = measures.training(run_data)
    every = (seconds, accuracy, Measured(AxisSpec(f"Epochs until {goal}", "count"), epochs), rate)
    charts = tuple(Bars(one.axis, tuple(_sized(families, one))) for one in every if one.values)
    columns = (
        Column("Model"), Column("Batch size", "count"), Column("Runs", "count"),
        *(column for one in every for column in one.columns()),
    )  # fmt: skip
    rows = tuple(_size_row(name, group, every) for name, of in families.items() for group in of)
    changes = tuple(_changes(families, seconds, accuracy))
    few = len(changes) <= MOST_SENTENCES
    told = " ".join(change.words for change in changes) if few else _ranges(changes)
    return View(
        "batch-size", title_of("batch-size"), told, charts, Table(columns, rows),
        (*notes.of_all(run_data), *notes.of_clocks(run_data)),
    )  # fmt: skip


def _size_row(name: str, group: Group, every: Sequence[Measured]) -> Row:
    cells = (cell for one in every for cell in one.cells(group))
    return Row(group.key, (name, group.spec.training.batch_size, len(group.runs), *cells))


def _families(run_data: RunData) -> dict[str, list[Group]]:
    """Groups that differ in their batch size alone, ascending, by what they have in common."""
    found: dict[RunSpec, list[Group]] = {}
    for group in run_data.groups:
        training = replace(group.spec.training, batch_size=1, seed=0)
        found.setdefault(replace(group.spec, training=training), []).append(group)
    several = [of for of in found.values() if len(of) > 1]
    for of in several:
        of.sort(key=lambda group: group.spec.training.batch_size)
    return {_family_name(of[0], several): of for of in several}


def _family_name(group: Group, families: Sequence[Sequence[Group]]) -> str:
    """Recipe and framework, and what else its title says if another family has the same."""
    plain = titles.of(group.spec)
    alike = [of for of in families if titles.of(of[0].spec) == plain]
    return plain if len(alike) == 1 else group.title


def _sized(families: Mapping[str, Sequence[Group]], measured: Measured) -> Iterator[Bar]:
    """Bars of one batch size together."""
    sizes = sorted({group.spec.training.batch_size for of in families.values() for group in of})
    for size in sizes:
        for name, of in families.items():
            for group in of:
                if group.spec.training.batch_size == size:
                    yield measured.bar(group, f"Batch size {size:,}", name)


@dataclass(frozen=True)
class _Change:
    """A model trained in its smallest and in its largest batches: sizes, seconds, accuracies."""

    name: str
    sizes: tuple[int, int]
    times: tuple[float, float]
    scores: tuple[float, float]

    @property
    def words(self) -> str:
        """All of it."""
        return (
            f"{self.name}: from batches of {self.sizes[0]:,} to {self.sizes[1]:,}, training goes "
            f"from {duration(self.times[0])} to {duration(self.times[1])}, the accuracy from "
            f"{percent(self.scores[0])} to {percent(self.scores[1])}."
        )


def _changes(
    families: Mapping[str, Sequence[Group]], seconds: Measured, accuracy: Measured
) -> Iterator[_Change]:
    """Of every family whose smallest and largest batches have figures."""
    for name, of in families.items():
        ends = of[0], of[-1]
        times = [value for one in ends if (value := seconds.cells(one)[0]) is not None]
        scores = [value for one in ends if (value := accuracy.cells(one)[0]) is not None]
        if len(times) == len(scores) == len(ends) and times[0] > 0:
            first, last = (one.spec.training.batch_size for one in ends)
            yield _Change(name, (first, last), (times[0], times[1]), (scores[0], scores[1]))


def _ranges(changes: Sequence[_Change]) -> str:
    """What comes of larger batches, from the least to the most."""
    ratios = [change.times[1] / change.times[0] for change in changes]
    gains = [change.scores[1] - change.scores[0] for change in changes]
    return (
        f"From the smallest to the largest batches, {counted(len(changes), 'model')} take "
        f"{min(ratios):.2f} to {max(ratios):.2f} times as long to train, and their accuracy "
        f"changes by {points(min(gains), True)} to {percentage_points(max(gains), True)}."
    )
