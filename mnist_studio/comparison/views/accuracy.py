"""The view of final accuracies."""

from collections.abc import Mapping

from mnist_studio.analysis import intervals, ranking
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.intervals import Estimate
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column, Row, Table, ViewContent
from mnist_studio.comparison import measures
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.formatting import count, percent
from mnist_studio.store.rows import Run

_COLUMNS = (
    Column("Model"), Column("Accuracy", "fraction"), Column("95 % CI low", "fraction"),
    Column("95 % CI high", "fraction"), Column("CI over"), Column("Seeds", "count"),
    Column("Min", "fraction"), Column("Max", "fraction"),
)  # fmt: skip
_AT_BEST_EPOCH = Column("At the best validation epoch", "fraction")


def final_accuracy(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Test accuracy at the end, one row and one bar per group, and a row per unfinished run.

    The interval is over seeds if there are several (Student), else over images (Wilson).
    """
    values = measures.of_all(run_data, measures.accuracy)
    at_best = measures.of_all(run_data, _at_best_validation_epoch)
    so_far = {run.id: measures.accuracy_so_far(run_data, run) for run in run_data.unfinished}
    if not values and not any(value is not None for value in so_far.values()):
        raise NotComparable("No run has been evaluated yet.", "Wait for the first epoch to end.")
    known = [
        (group, found, basis)
        for group in run_data.groups
        for found, basis in [_estimate(run_data, group, values)]
        if found
    ]
    bars = tuple(
        Bar(group.key, group.title, found.value, *measures.ends(found)) for group, found, _ in known
    )
    rows = (
        *(_row(group, found, basis, values, at_best) for group, found, basis in known),
        *(_unfinished_row(run_data, run, so_far[run.id], at_best) for run in run_data.unfinished),
    )
    columns = (*_COLUMNS, _AT_BEST_EPOCH) if at_best else _COLUMNS
    return ViewContent(
        " ".join(filter(None, (_sentence(known), notes.uncounted(run_data)))),
        (Bars(AxisSpec("Test accuracy", "fraction"), bars),) if bars else (),
        Table(columns, rows),
        (_basis(run_data), *notes.of_all(run_data)),
    )  # fmt: skip


def _basis(run_data: RunData) -> str:
    """After which epoch the accuracies are."""
    none = "no epoch is selected by its test accuracy."
    if any(run.finished and run.finished.weights_epoch for run in run_data.runs):
        return (
            "The accuracy after the last epoch, or after the best one by the validation set where "
            f"a run is set so: {none}"
        )
    return f"The accuracy after the last epoch: {none}"


def _at_best_validation_epoch(run_data: RunData, run: Run) -> float | None:
    epoch = measures.best_validation_epoch(run_data, run)
    return epoch.test_accuracy if epoch else None


def _estimate(
    run_data: RunData, group: Group, values: Mapping[str, float]
) -> tuple[Estimate | None, str]:
    """The accuracy of a group, and what its interval is over."""
    found = measures.estimate(group, values)
    if found is None or found.interval:
        return found, "seeds (Student)"
    run = next(run for run in group.runs if run in values)
    if run not in run_data.logits:
        return found, "none"
    images = len(run_data.logits[run])
    over_images = intervals.accuracy(round(found.value * images), images)
    return Estimate(found.value, over_images.interval, 1), f"{count(images)} images (Wilson)"


def _row(
    group: Group,
    found: Estimate,
    basis: str,
    values: Mapping[str, float],
    at_best: Mapping[str, float],
) -> Row:
    known = measures.of_group(group, values)
    best = measures.estimate(group, at_best)
    last = (best.value if best else None,) if at_best else ()
    return Row(
        group.key,
        (group.title, found.value, *measures.ends(found), basis, len(known), min(known), max(known),
         *last),
    )  # fmt: skip


def _unfinished_row(
    run_data: RunData, run: Run, value: float | None, at_best: Mapping[str, float]
) -> Row:
    """A run that does not count: its accuracy so far, without an interval."""
    last = (None,) if at_best else ()
    cells = (run_data.titles[run.id], value, None, None, "not finished", 0, None, None)
    return Row(run.id, (*cells, *last))


def _sentence(known: list[tuple[Group, Estimate, str]]) -> str:
    means = {group.title: found.value for group, found, _ in known}
    if not means:
        return "None of these runs has finished."
    leaders = ranking.best(means, "fraction")
    value = percent(means[leaders[0]])
    if len(means) == 1:
        return f"{leaders[0]} has a test accuracy of {value}."
    subject = ranking.sentence_start(ranking.names(leaders, len(means), "model"))
    if len(leaders) == len(means):
        return f"{subject} have the same mean, {value}."
    seeds, pairs = title_of("over-seeds"), title_of("significance")
    verb = "has" if len(leaders) == 1 else "share"
    return (
        f"{subject} {verb} the highest mean, {value}. The views “{seeds}” and "
        f"“{pairs}” show whether the difference is real."
    )
