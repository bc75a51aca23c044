"""Views of time: the time breakdown, the time to an accuracy, the effect of the batch size."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from msgspec.structs import replace

from mnist_studio.analysis import ranking
from mnist_studio.analysis.curves import Reached, reached
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.time_breakdown import (
    EXCLUDED,
    INCLUDED,
    PART_TITLES,
    PARTS,
    TRAINING_PARTS,
    TRAINING_SPEED,
    TRAINING_TIME,
    TimeBreakdown,
)
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column, Row, Table, ViewContent
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import MeanSeconds, Measured
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.formatting import (
    NOTHING,
    count,
    counted,
    duration,
    percent,
    percentage_points,
    points,
    word,
)
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import titles

_COLUMNS = (
    Column("Run"), *(Column(PART_TITLES[part], "seconds") for part, _ in PARTS),
    Column(TRAINING_TIME, "seconds"), Column("Wall time", "seconds"),
    Column(TRAINING_SPEED, "per second"),
)  # fmt: skip
_EARLIER = Column("Trained earlier", "seconds")
"""For runs that resumed from a checkpoint."""


def breakdown(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Every run's seconds by part. The parts add up to the wall time of its last process."""
    found = {run.id: measures.breakdown_of(run) for run in run_data.runs}
    known = {run: of for run, of in found.items() if of}
    if not known:
        raise NotComparable("No run has a time breakdown yet.", "Wait until a run has finished.")
    bars = tuple(
        Bar(run, PART_TITLES[part], seconds, group=run_data.titles[run])
        for run, of in known.items()
        for part, seconds in of.parts
        if seconds
    )
    resumed = any(of.earlier for of in known.values())
    rows = tuple(_row(run_data.titles[run], run, of, resumed) for run, of in known.items())
    columns = (*_COLUMNS, _EARLIER) if resumed else _COLUMNS
    return ViewContent(
        _breakdown_sentence(run_data, known),
        (Bars(AxisSpec("Wall time", "seconds"), bars, stacked=True),), Table(columns, rows),
        (INCLUDED, notes.SPEED, *notes.of_all(run_data), *notes.of_timing(run_data)),
    )  # fmt: skip


def _row(title: str, run: str, of: TimeBreakdown, resumed: bool) -> Row:
    times = (*(second for _, second in of.parts), of.training_time, of.wall)
    cells = (title, *times, of.images_per_second)
    return Row(run, (*cells, of.earlier) if resumed else cells)


def _breakdown_sentence(run_data: RunData, known: Mapping[str, TimeBreakdown]) -> str:
    """The shortest and the longest training time of finished runs, and what is excluded."""
    finished = {run for run in known if run_data.by_id[run].finished}
    times = {run: of.training_time for run, of in known.items() if run in finished}
    if not times:
        return ""
    least, most = (ranking.best(times, "seconds", highest) for highest in (False, True))
    if len(least) == len(times) > 1:
        every = ranking.sentence_start(ranking.names(least, len(times), "run"))
        return f"{every} have a training time of {duration(times[least[0]])}. {EXCLUDED}"
    shortest, longest = (_described(run_data, one[0], known[one[0]]) for one in (least, most))
    if len(times) == 1:
        return f"{shortest}. {EXCLUDED}"
    return (
        f"{shortest}, {_rank('shortest', least)}. {longest}, {_rank('longest', most)}. {EXCLUDED}"
    )


def _rank(which: str, runs: Sequence[str]) -> str:
    """``the shortest``, or ``one of the two shortest`` if their times look equal."""
    return f"the {which}" if len(runs) == 1 else f"one of the {word(len(runs))} {which}"


def _described(run_data: RunData, run: str, of: TimeBreakdown) -> str:
    """The training time of a run with its parts."""
    parts = dict(of.parts)
    shown = [f"{duration(parts[one])} {PART_TITLES[one].lower()}" for one in TRAINING_PARTS]
    earlier = [f"{duration(of.earlier)} in earlier processes"] if of.earlier else []
    return (
        f"{run_data.titles[run]} has a training time of {duration(of.training_time)} "
        f"({', '.join(shown + earlier)})"
    )


MAX_SENTENCES = 2
"""For more models only a range is given; the table has all of them."""


def time_to_accuracy(run_data: RunData, options: ViewOptions) -> ViewContent:
    """The training time of each group until its test accuracy first reached the target."""
    run_data.require_finished()
    found = {
        run.id: reached(epochs, options.target, run.ended)
        for run in run_data.counted
        if (epochs := run_data.epochs(run))
    }
    if not found:
        raise NotComparable("No run has been evaluated yet.", "Wait for the first epoch to end.")
    known = {run: at for run, at in found.items() if at}
    seconds = {run: at.seconds for run, at in known.items() if at.seconds is not None}
    target = percent(options.target)
    measured = Measured(AxisSpec(f"{TRAINING_TIME} to {target}", "seconds"), seconds)
    in_steps = MeanSeconds(
        PART_TITLES["train"], {run: at.step_seconds for run, at in known.items()}
    )
    columns = (
        Column("Model"), *measured.columns(), in_steps.column, Column("Epochs"), Column("Steps"),
        Column("Runs that reached it"),
    )  # fmt: skip
    rows = (_reached_row(group, measured, in_steps, found, known) for group in run_data.groups)
    return ViewContent(
        _reached_sentence(run_data, seconds, found, target),
        (measured.chart(run_data.groups),) if seconds else (), Table(columns, tuple(rows)),
        ("Test accuracy is measured after each epoch, so each time is the end of an epoch.",
         INCLUDED,
         *notes.of_all(run_data), *notes.of_timing(run_data)), subject=target,
    )  # fmt: skip


def _reached_row(
    group: Group,
    measured: Measured,
    in_steps: MeanSeconds,
    found: Mapping[str, Reached | None],
    known: Mapping[str, Reached],
) -> Row:
    those = [known[run] for run in group.runs if run in known]
    evaluated = sum(run in found for run in group.runs)
    return Row(
        group.key,
        (group.title, *measured.cells(group), in_steps.cell(group),
         _span([at.epochs for at in those]), _span([at.steps for at in those]),
         f"{len(those)} of {evaluated}"),
    )  # fmt: skip


def _span(values: Sequence[int]) -> str:
    """The smallest and the largest of whole numbers: ``3``, ``3 to 5``."""
    if not values:
        return NOTHING
    low, high = min(values), max(values)
    return count(low) if low == high else f"{count(low)} to {count(high)}"


def _reached_sentence(
    run_data: RunData,
    seconds: Mapping[str, float],
    found: Mapping[str, Reached | None],
    target: str,
) -> str:
    complete = {
        group.title: fmean(seconds[run] for run in group.runs)
        for group in run_data.groups
        if all(run in seconds for run in group.runs)
    }
    there = sum(at is not None for at in found.values())
    if not there:
        return f"No run reached {target}."
    number = ranking.sentence_start(word(there))
    sentence = f"{number} of {counted(len(found), 'run')} reached {target}."
    if not complete:
        return sentence
    fastest = ranking.best(complete, "seconds", highest=False)
    time = f"a training time of {duration(complete[fastest[0]])} until then. {EXCLUDED}"
    subject = ranking.sentence_start(ranking.names(fastest, len(run_data.groups), "model"))
    if len(fastest) == len(complete):
        return f"{sentence} {subject} had {time}"
    return f"{sentence} {subject} {'was' if len(fastest) == 1 else 'were'} fastest, with {time}"


def batch_size(run_data: RunData, options: ViewOptions) -> ViewContent:
    """The effect of the batch size on time, accuracy and convergence, all else being equal."""
    run_data.require_finished()
    families = _families(run_data)
    if not families:
        raise NotComparable(
            "No two of these runs differ only in their batch size.",
            "Run the experiment “batch-sizes”, or train a recipe with several batch sizes.",
        )
    found = {run.id: reached(run_data.epochs(run), options.target) for run in run_data.counted}
    epochs = {run: float(at.epochs) for run, at in found.items() if at}
    target = percent(options.target)
    seconds, accuracy, speed = measures.training(run_data)
    parts = measures.training_parts(run_data)
    every = (seconds, accuracy, Measured(AxisSpec(f"Epochs to {target}", "count"), epochs), speed)
    charts = tuple(Bars(one.axis, tuple(_by_size(families, one))) for one in every if one.values)
    columns = (
        Column("Model"), Column("Batch size", "count"), Column("Seeds", "count"),
        *(column for one in every for column in one.columns()), *(part.column for part in parts),
    )  # fmt: skip
    rows = tuple(
        _size_row(name, group, every, parts) for name, of in families.items() for group in of
    )
    changes = tuple(_changes(families, seconds, accuracy))
    few = len(changes) <= MAX_SENTENCES
    sentence = " ".join(change.sentence for change in changes) if few else _ranges(changes)
    return ViewContent(
        f"{sentence} {EXCLUDED}" if changes else sentence, charts, Table(columns, rows),
        (notes.SPEED, *notes.of_all(run_data), *notes.of_timing(run_data)),
    )  # fmt: skip


def _size_row(
    name: str, group: Group, every: Sequence[Measured], parts: Sequence[MeanSeconds]
) -> Row:
    cells = (
        *(cell for one in every for cell in one.cells(group)), *(p.cell(group) for p in parts)
    )  # fmt: skip
    return Row(group.key, (name, group.spec.training.batch_size, len(group.runs), *cells))


def _families(run_data: RunData) -> dict[str, list[Group]]:
    """Groups that differ only in their batch size, ascending, by the title of what is common."""
    found: dict[RunSpec, list[Group]] = {}
    for group in run_data.groups:
        training = replace(group.spec.training, batch_size=1, seed=0)
        found.setdefault(replace(group.spec, training=training), []).append(group)
    several = [of for of in found.values() if len(of) > 1]
    for of in several:
        of.sort(key=lambda group: group.spec.training.batch_size)
    return {_family_name(of[0], several): of for of in several}


def _family_name(group: Group, families: Sequence[Sequence[Group]]) -> str:
    """Recipe and framework; the whole title of the group if another family has the same."""
    plain = titles.base(group.spec)
    alike = [of for of in families if titles.base(of[0].spec) == plain]
    return plain if len(alike) == 1 else group.title


def _by_size(families: Mapping[str, Sequence[Group]], measured: Measured) -> Iterator[Bar]:
    """The bars of one batch size next to each other."""
    sizes = sorted({group.spec.training.batch_size for of in families.values() for group in of})
    for size in sizes:
        for name, of in families.items():
            for group in of:
                if group.spec.training.batch_size == size:
                    yield measured.bar(group, f"Batch size {count(size)}", name)


@dataclass(frozen=True)
class _Change:
    """A model trained with its smallest and its largest batch size.

    Attributes:
        name: of the model.
        sizes: the batch sizes.
        seconds: training time of each.
        accuracies: of each.
    """

    name: str
    sizes: tuple[int, int]
    seconds: tuple[float, float]
    accuracies: tuple[float, float]

    @property
    def sentence(self) -> str:
        """What changes from the smallest to the largest."""
        return (
            f"{self.name}: as the batch size goes from {count(self.sizes[0])} to "
            f"{count(self.sizes[1])}, training time changes from {duration(self.seconds[0])} to "
            f"{duration(self.seconds[1])} and accuracy from {percent(self.accuracies[0])} to "
            f"{percent(self.accuracies[1])}."
        )


def _changes(
    families: Mapping[str, Sequence[Group]], seconds: Measured, accuracy: Measured
) -> Iterator[_Change]:
    """For every family whose smallest and largest batch sizes have values."""
    for name, of in families.items():
        ends = of[0], of[-1]
        times = [value for one in ends if (value := seconds.cells(one)[0]) is not None]
        scores = [value for one in ends if (value := accuracy.cells(one)[0]) is not None]
        if len(times) == len(scores) == len(ends) and times[0] > 0:
            first, last = (one.spec.training.batch_size for one in ends)
            yield _Change(name, (first, last), (times[0], times[1]), (scores[0], scores[1]))


def _ranges(changes: Sequence[_Change]) -> str:
    """The range of the changes over all models."""
    ratios = [change.seconds[1] / change.seconds[0] for change in changes]
    gains = [change.accuracies[1] - change.accuracies[0] for change in changes]
    return (
        f"From the smallest to the largest batch size, {counted(len(changes), 'model')} take "
        f"{min(ratios):.2f} to {max(ratios):.2f} times as long to train, and their accuracy "
        f"changes by {points(min(gains), True)} to {percentage_points(max(gains), True)}."
    )
