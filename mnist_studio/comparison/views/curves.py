"""Views of curves: every run as a thin line, the mean of its group with its CI on top."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

import msgspec
import numpy as np

from mnist_studio.analysis import agreement
from mnist_studio.analysis.curves import MAX_POINTS, band, smooth
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.time_breakdown import TRAINING_TIME, training_time_after
from mnist_studio.analysis.view import (
    AxisSpec,
    Column,
    Line,
    Lines,
    Row,
    Star,
    Table,
    Unit,
    ViewContent,
    all_epochs,
)
from mnist_studio.comparison.messages import ViewOptions, XAxis
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.events import Epoch, Finished, ending
from mnist_studio.store.rows import Run
from mnist_studio.store.step_curve import StepCurve

Sampled = tuple[Sequence[float], Sequence[float]]
"""x and y of one curve, of the same length."""

_AXES: dict[XAxis, AxisSpec] = {
    "epochs": AxisSpec("Epoch", "count"),
    "steps": AxisSpec("Step", "count"),
    "seconds": AxisSpec(TRAINING_TIME, "seconds"),
}


@dataclass(frozen=True)
class _CurveKind:
    """One chart of a view.

    Attributes:
        title: of its values.
        of_epoch: its value after an epoch.
        of_steps: its values at every step; None if only epochs have one.
        of_batches: title of the values at every step.
        most: the largest possible value.
    """

    title: str
    of_epoch: Callable[[Epoch], float | None]
    of_steps: Callable[[StepCurve], Sequence[float]] | None = None
    of_batches: str = ""
    most: float = inf


_LOSSES = (
    _CurveKind("Test loss", lambda epoch: epoch.test_loss),
    _CurveKind(
        "Training loss",
        lambda epoch: epoch.train_loss,
        lambda steps: steps.losses.tolist(),
        "Batch loss",
    ),
    _CurveKind("Validation loss", lambda epoch: epoch.validation_loss),
)
_ACCURACIES = (
    _CurveKind("Test accuracy", lambda epoch: epoch.test_accuracy, most=1.0),
    _CurveKind(
        "Training accuracy",
        lambda epoch: epoch.train_accuracy,
        lambda steps: steps.accuracies.tolist(),
        "Batch accuracy",
        most=1.0,
    ),
    _CurveKind("Validation accuracy", lambda epoch: epoch.validation_accuracy, most=1.0),
)


def losses(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Test, training and validation loss."""
    return _curves(_LOSSES, "", options.log, run_data, options)


def accuracies(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Test, training and validation accuracy."""
    return _curves(_ACCURACIES, "fraction", False, run_data, options)


def _curves(
    kinds: Sequence[_CurveKind], unit: Unit, log: bool, run_data: RunData, options: ViewOptions
) -> ViewContent:
    x = _AXES[options.axis]
    if options.axis == "epochs":
        x = all_epochs(x, [run.spec.training.epochs for run in run_data.runs])
    charts = (
        Lines(
            x,
            AxisSpec(_title(kind, run_data, options), unit, log),
            lines,
            stars=tuple(_stars(kind, lines, run_data, options)),
        )
        for kind in kinds
        if (lines := tuple(_lines(kind, run_data, options)))
    )
    shown = tuple(charts)
    if not shown:
        raise NotComparable("No run has completed an epoch yet.", "Wait for the first one.")
    specs = {run.id: run.spec for run in run_data.runs}
    agreed = agreement.sentences(specs, {run.id: run_data.epochs(run) for run in run_data.runs})
    smoothed = f"Smoothed by an exponential moving average with weight {options.smoothing:g}."
    drawn = shown
    if kinds is _LOSSES and (gap := _difference(run_data, shown[0])):
        drawn = (shown[0], gap, *shown[1:])
    return ViewContent(
        " ".join(agreed), drawn, _table(x, unit, drawn),
        (*((smoothed,) if options.smoothing else ()), *notes.of_all(run_data),
         *(notes.of_losses(run_data) if kinds is _LOSSES else ()),
         *((_STARS,) if any(chart.stars for chart in shown) else ()),
         *(notes.of_timing(run_data) if options.axis == "seconds" else ())),
    )  # fmt: skip


def _title(kind: _CurveKind, run_data: RunData, options: ViewOptions) -> str:
    """What the curves show: over steps those of the batches, if they are stored."""
    by_step = options.axis == "steps" and bool(run_data.steps)
    return kind.of_batches if by_step and kind.of_batches else kind.title


def _difference(run_data: RunData, chart: Lines) -> Lines | None:
    """How far the curves of a chart are from those of the first framework with equal settings."""
    specs = {run.id: run.spec for run in run_data.runs}
    curves = {line.key: line for line in chart.lines if line.key in specs}
    made = agreement.difference_chart(curves, specs, chart.x, chart.y)
    return msgspec.structs.replace(made, lines=tuple(map(_as_tuples, made.lines))) if made else None


def _as_tuples(line: Line) -> Line:
    """The same line as a message to another process can contain it."""
    return replace(line, x=tuple(map(float, line.x)), y=tuple(map(float, line.y)))


def _lines(kind: _CurveKind, run_data: RunData, options: ViewOptions) -> Iterator[Line]:
    counted = {run.id for run in run_data.counted}
    for group in run_data.all_groups:
        sampled = {
            run: curve
            for run in group.runs
            if len((curve := _sampled(kind, run_data, run_data.by_id[run], options))[0])
        }
        # A stopped run would end the mean of all, and a repeated seed would narrow its interval.
        averaged = tuple(curve for run, curve in sampled.items() if run in counted)
        several = len(averaged) > 1
        for run, (x, y) in sampled.items():
            yield Line(run, run_data.titles[run], x, y, thin=several)
        if several:
            yield _mean(group, averaged, kind.most)


_STARS = (
    "A star is the epoch whose weights a run ended with: it stopped early or chose its best epoch."
)


def _stars(
    kind: _CurveKind, lines: Sequence[Line], run_data: RunData, options: ViewOptions
) -> Iterator[Star]:
    """Where a run stopped early, or the best epoch that it chose, on its curve of epochs."""
    if _title(kind, run_data, options) != kind.title:
        return  # A curve of batches has no value of an epoch.
    # The mean of a group has the key of its first run, and comes after the runs.
    curves = {line.key: line for line in reversed(lines)}
    for run in run_data.runs:
        text, line = ending(run.terminal), curves.get(run.id)
        if not text or line is None or not isinstance(run.terminal, Finished):
            continue
        number = run.terminal.weights_epoch or run.terminal.epochs
        place = next(
            (_x(one, run, options.axis) for one in run_data.epochs(run) if one.epoch == number),
            None,
        )
        if place is not None and place in line.x:
            title = f"{run_data.titles[run.id]} · {text}"
            yield Star(run.id, title, place, float(line.y[list(line.x).index(place)]))


def _mean(group: Group, sampled: Sequence[Sampled], most: float) -> Line:
    found = band(sampled)
    title = f"{group.title} · mean of {found.curves}"
    # A loss is never below 0 and an accuracy never above 1, so the CI must not be either.
    low, high = np.clip(found.low, 0, most).tolist(), np.clip(found.high, 0, most).tolist()
    return Line(group.key, title, found.x.tolist(), found.mean.tolist(), low, high)


def _sampled(kind: _CurveKind, run_data: RunData, run: Run, options: ViewOptions) -> Sampled:
    """One smoothed curve of one run, with at most ``MAX_POINTS`` including its last point."""
    steps = run_data.steps.get(run.id) if options.axis == "steps" else None
    if steps is not None and kind.of_steps:
        y = smooth(np.asarray(kind.of_steps(steps)), options.smoothing)
        at = np.unique(np.linspace(0, len(y) - 1, min(len(y), MAX_POINTS)).round().astype(int))
        return (at + 1.0).tolist(), y[at].tolist()
    known = [(epoch, kind.of_epoch(epoch)) for epoch in run_data.epochs(run)]
    placed = [(_x(epoch, run, options.axis), y) for epoch, y in known if y is not None]
    points = [(x, y) for x, y in placed if x is not None]
    smoothed = smooth(np.array([y for _, y in points]), options.smoothing)
    return [x for x, _ in points], smoothed.tolist()


def _x(epoch: Epoch, run: Run, axis: XAxis) -> float | None:
    """Where an epoch is on the axis; None if an earlier version did not measure it."""
    if axis == "seconds":
        return training_time_after(epoch, run.ended)
    return float(epoch.epoch if axis == "epochs" else epoch.step)


def _table(x: AxisSpec, unit: Unit, charts: Sequence[Lines]) -> Table:
    """Every point of every line."""
    columns = (
        Column("Metric"), Column("Curve"), Column(x.title, x.unit), Column("Value", unit),
        Column("95 % CI low", unit), Column("95 % CI high", unit),
    )  # fmt: skip
    rows = tuple(
        Row(line.key, (chart.y.title, line.title, x, line.y[at], *_ends(line, at)))
        for chart in charts
        for line in chart.lines
        for at, x in enumerate(line.x)
    )
    return Table(columns, rows)


def _ends(line: Line, at: int) -> tuple[float | None, float | None]:
    return (line.low[at], line.high[at]) if len(line.low) else (None, None)
