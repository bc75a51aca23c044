"""The view of robustness: accuracy on corrupted test images, as far as it has been measured."""

from collections.abc import Mapping, Sequence

from mnist_studio.analysis import ranking
from mnist_studio.analysis.view import AxisSpec, Column, Line, Lines, Row, Table, ViewContent
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS, Kind
from mnist_studio.formatting import count, percent
from mnist_studio.prediction.robustness import FEW
from mnist_studio.store import robustness
from mnist_studio.store.robustness import Robustness
from mnist_studio.store.rows import Run


def robustness_curves(run_data: RunData, options: ViewOptions) -> ViewContent:
    """One chart per corruption, one curve per run. Strength 0 is the original images."""
    images, found = _known(run_data)
    if not found:
        raise NotComparable(
            "The robustness of these runs has not been measured.",
            "Measure it with the button in this view, or with: mnist-studio robustness RUN",
        )
    charts = tuple(_chart(run_data, kind, found) for kind in CORRUPTIONS)
    rows = tuple(
        Row(run, (run_data.titles[run], CORRUPTIONS[curve.kind].title, strength,
                  CORRUPTIONS[curve.kind].unit, accuracy))
        for run, of in found.items() for curve in of.curves
        for strength, accuracy in _points(of, curve.strengths, curve.accuracies)
    )  # fmt: skip
    columns = (
        Column("Run"), Column("Corruption"), Column("Strength"), Column("Unit"),
        Column("Accuracy", "fraction"),
    )  # fmt: skip
    missing = [run for run in run_data.runs if run.id not in found]
    without = (f"Not measured for {notes.names(run_data, missing)}.",) if missing else ()
    return ViewContent(
        _sentence(run_data, found), charts, Table(columns, rows),
        (f"Measured on the first {count(images)} test images.", *without,
         *notes.of_all(run_data)),
    )  # fmt: skip


def _known(run_data: RunData) -> tuple[int, Mapping[str, Robustness]]:
    """The number of images for which most runs have been measured, and their results."""
    sizes = {FEW, *(len(labels) for labels in run_data.labels.values())}
    by_size = {
        images: {run.id: of for run in run_data.runs if (of := _stored(run, images))}
        for images in sorted(sizes)
    }
    return max(by_size.items(), key=lambda one: (len(one[1]), one[0]))


def _stored(run: Run, images: int) -> Robustness | None:
    return robustness.load(run.folder, run.ended.step, images) if run.ended else None


def _chart(run_data: RunData, kind: Kind, found: Mapping[str, Robustness]) -> Lines:
    corruption = CORRUPTIONS[kind]
    lines = []
    for run, of in found.items():
        for curve in of.curves:
            if curve.kind == kind:
                points = _points(of, curve.strengths, curve.accuracies)
                x, y = zip(*points, strict=True)
                lines.append(Line(run, run_data.titles[run], x, y))
    # All charts have the same vertical axis, so that corruptions can be compared at a glance.
    least = min(
        accuracy for of in found.values() for one in of.curves for accuracy in one.accuracies
    )
    accuracy = f"Accuracy by {corruption.title.lower()}"
    return Lines(
        AxisSpec(f"{corruption.unit[:1].upper()}{corruption.unit[1:]}"),
        AxisSpec(accuracy, "fraction", low=least, high=1.0), tuple(lines),
    )  # fmt: skip


def _points(
    of: Robustness, strengths: Sequence[float], accuracies: Sequence[float]
) -> Sequence[tuple[float, float]]:
    """Strength and accuracy, starting with the original images."""
    return ((0.0, of.accuracy), *zip(strengths, accuracies, strict=True))


def _sentence(run_data: RunData, found: Mapping[str, Robustness]) -> str:
    """The runs that count with the highest mean accuracy at the greatest strengths."""
    strongest = {
        run: sum(curve.accuracies[-1] for curve in of.curves) / len(of.curves)
        for run, of in found.items()
    }
    counted = {run.id for run in run_data.counted}
    finished = {run: one for run, one in strongest.items() if run in counted}
    if not finished:
        return "None of these runs has finished."
    leaders = ranking.best(finished, "fraction")
    value = percent(finished[leaders[0]])
    subject = ranking.names([run_data.titles[run] for run in leaders], len(finished), "model")
    start = f"At the greatest strength of each corruption, {subject}"
    if len(leaders) > 1:
        highest = "same" if len(leaders) == len(finished) else "highest"
        return f"{start} have the {highest} mean accuracy: {value}."
    superlative = "a" if len(finished) == 1 else "the highest"
    return (
        f"{start} has {superlative} mean accuracy of {value}, compared with "
        f"{percent(found[leaders[0]].accuracy)} on the original images."
    )
