"""The view of robustness: accuracy on digits that were made harder, where that is known."""

from collections.abc import Mapping, Sequence

from mnist_studio.analysis.view import AxisSpec, Column, Line, Lines, Row, Table, View
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS, Kind
from mnist_studio.formatting import count, percent
from mnist_studio.prediction.robustness import FEW
from mnist_studio.store import robustness
from mnist_studio.store.robustness import Robustness
from mnist_studio.store.rows import Run


def robustness_curves(run_data: RunData, options: ViewOptions) -> View:
    """A chart for every kind of change, a curve for every run; at 0 the digits are as they are."""
    digits, found = _known(run_data)
    if not found:
        raise NotComparable(
            "Of none of these runs it is known how it reads disturbed digits.",
            "Measure them: with the button of this view, or with: mnist-studio robustness RUN.",
        )
    charts = tuple(_chart(run_data, kind, found) for kind in CORRUPTIONS)
    rows = tuple(
        Row(run, (run_data.titles[run], CORRUPTIONS[curve.kind].title, at,
                  CORRUPTIONS[curve.kind].unit, accuracy))
        for run, of in found.items() for curve in of.curves
        for at, accuracy in _points(of, curve.strengths, curve.accuracies)
    )  # fmt: skip
    columns = (
        Column("Run"), Column("Change"), Column("Strength"), Column("Unit"),
        Column("Accuracy", "fraction"),
    )  # fmt: skip
    missing = [run for run in run_data.runs if run.id not in found]
    without = (f"Not computed of {notes.who(run_data, missing)}.",) if missing else ()
    return View(
        "robustness", title_of("robustness"), _sentence(run_data, found), charts,
        Table(columns, rows),
        (f"On the first {count(digits)} test digits.", *without, *notes.of_all(run_data)),
    )  # fmt: skip


def _known(run_data: RunData) -> tuple[int, Mapping[str, Robustness]]:
    """On how many digits most is known, and what; of equals the more digits."""
    sizes = {FEW, *(len(labels) for labels in run_data.labels.values())}
    by_size = {
        digits: {run.id: of for run in run_data.runs if (of := _of(run, digits))}
        for digits in sorted(sizes)
    }
    return max(by_size.items(), key=lambda one: (len(one[1]), one[0]))


def _of(run: Run, digits: int) -> Robustness | None:
    return robustness.load(run.folder, run.ended.step, digits) if run.ended else None


def _chart(run_data: RunData, kind: Kind, found: Mapping[str, Robustness]) -> Lines:
    change = CORRUPTIONS[kind]
    lines = []
    for run, of in found.items():
        for curve in of.curves:
            if curve.kind == kind:
                points = _points(of, curve.strengths, curve.accuracies)
                x, y = zip(*points, strict=True)
                lines.append(Line(run, run_data.titles[run], x, y))
    return Lines(
        AxisSpec(f"{change.title}, {change.unit}"), AxisSpec("Accuracy", "fraction"), tuple(lines)
    )


def _points(
    of: Robustness, strengths: Sequence[float], accuracies: Sequence[float]
) -> Sequence[tuple[float, float]]:
    """Strength and accuracy, from the digits as they are."""
    return ((0.0, of.accuracy), *zip(strengths, accuracies, strict=True))


def _sentence(run_data: RunData, found: Mapping[str, Robustness]) -> str:
    """Who keeps most on average over all kinds at the greatest strength."""
    last = {
        run: sum(curve.accuracies[-1] for curve in of.curves) / len(of.curves)
        for run, of in found.items()
    }
    best = max(last, key=last.__getitem__)
    return (
        f"At the greatest strength of every change {run_data.titles[best]} keeps most: "
        f"{percent(last[best])} on average, of {percent(found[best].accuracy)} undisturbed."
    )
