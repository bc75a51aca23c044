"""The view of final accuracies."""

from collections.abc import Mapping

from mnist_studio.analysis import intervals
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.intervals import Estimate
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column, Row, Table, View
from mnist_studio.comparison import measures
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.formatting import percent
from mnist_studio.store.rows import Run

_COLUMNS = (
    Column("Model"), Column("Accuracy", "fraction"), Column("From", "fraction"),
    Column("To", "fraction"), Column("Interval"), Column("Seeds", "count"),
    Column("Least", "fraction"), Column("Most", "fraction"),
)  # fmt: skip
_VALIDATED = Column("At the best validation epoch", "fraction")


def final_accuracy(run_data: RunData, options: ViewOptions) -> View:
    """Accuracy on the test digits at the end, a row and a bar for every group.

    The interval is over seeds where there are several (Student), else over digits (Wilson).
    """
    values = measures.of_all(run_data, measures.accuracy)
    chosen = measures.of_all(run_data, _at_best_validation)
    if not values:
        raise NotComparable("No run was evaluated yet.", "Wait for its first epoch.")
    known = [
        (group, found, how)
        for group in run_data.groups
        for found, how in [_estimate(run_data, group, values)]
        if found
    ]
    bars = tuple(
        Bar(group.key, group.title, found.value, *measures.ends(found)) for group, found, _ in known
    )
    rows = tuple(_row(group, found, how, values, chosen) for group, found, how in known)
    columns = (*_COLUMNS, _VALIDATED) if chosen else _COLUMNS
    return View(
        "final-accuracy", title_of("final-accuracy"), _sentence(known),
        (Bars(AxisSpec("Test accuracy", "fraction"), bars),), Table(columns, rows),
        ("Final is after the last epoch; nothing is selected on the test digits.",
         *notes.of_all(run_data)),
    )  # fmt: skip


def _at_best_validation(run_data: RunData, run: Run) -> float | None:
    epoch = measures.best_validation_epoch(run_data, run)
    return epoch.test_accuracy if epoch else None


def _estimate(
    run_data: RunData, group: Group, values: Mapping[str, float]
) -> tuple[Estimate | None, str]:
    """The accuracy of a group, and over what its interval is."""
    found = measures.estimate(group, values)
    if found is None or found.interval:
        return found, "seeds, Student"
    (run,) = (run for run in group.runs if run in values)
    if run not in run_data.logits:
        return found, "none"
    digits = len(run_data.logits[run])
    of_digits = intervals.accuracy(round(found.value * digits), digits)
    return Estimate(found.value, of_digits.interval, 1), f"{digits:,} digits, Wilson"


def _row(
    group: Group,
    found: Estimate,
    how: str,
    values: Mapping[str, float],
    chosen: Mapping[str, float],
) -> Row:
    known = [values[run] for run in group.runs if run in values]
    best = measures.estimate(group, chosen)
    selected = (best.value if best else None,) if chosen else ()
    return Row(
        group.key,
        (group.title, found.value, *measures.ends(found), how, len(known), min(known), max(known),
         *selected),
    )  # fmt: skip


def _sentence(known: list[tuple[Group, Estimate, str]]) -> str:
    group, found, _ = max(known, key=lambda one: one[1].value)
    if len(known) == 1:
        return f"{group.title} ends at {percent(found.value)}."
    return (
        f"The highest mean is that of {group.title}, {percent(found.value)}; whether it is really "
        "better, the verdicts say."
    )
