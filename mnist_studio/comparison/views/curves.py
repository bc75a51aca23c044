"""The views of curves: every run thin, the mean of its group with an interval on top."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from mnist_studio.analysis.curves import MOST_POINTS, band, smooth
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.view import AxisSpec, Column, Line, Lines, Row, Table, Unit, View
from mnist_studio.comparison.options import ViewOptions, XAxis
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.events import Epoch
from mnist_studio.store.artifacts import StepCurve
from mnist_studio.store.rows import Run

Sampled = tuple[Sequence[float], Sequence[float]]
"""x and y of one curve, as many."""

_AXES: dict[XAxis, AxisSpec] = {
    "epochs": AxisSpec("Epoch", "count"),
    "steps": AxisSpec("Step", "count"),
    "seconds": AxisSpec("Seconds of training", "seconds"),
}


@dataclass(frozen=True)
class _CurveKind:
    """One of the charts of a view.

    Attributes:
        title: of its values.
        of_epoch: its value after an epoch.
        of_steps: its values at every step; None where only epochs have one.
        most: that it can be.
    """

    title: str
    of_epoch: Callable[[Epoch], float | None]
    of_steps: Callable[[StepCurve], Sequence[float]] | None = None
    most: float = inf


_LOSSES = (
    _CurveKind("Test loss", lambda epoch: epoch.test_loss),
    _CurveKind(
        "Training loss", lambda epoch: epoch.train_loss, lambda steps: steps.losses.tolist()
    ),
    _CurveKind("Validation loss", lambda epoch: epoch.validation_loss),
)
_ACCURACIES = (
    _CurveKind("Test accuracy", lambda epoch: epoch.test_accuracy, most=1.0),
    _CurveKind(
        "Training accuracy",
        lambda epoch: epoch.train_accuracy,
        lambda steps: steps.accuracies.tolist(),
        most=1.0,
    ),
    _CurveKind("Validation accuracy", lambda epoch: epoch.validation_accuracy, most=1.0),
)


def losses(run_data: RunData, options: ViewOptions) -> View:
    """Losses on test, training and validation digits."""
    return _curves("curves-loss", _LOSSES, "", options.log, run_data, options)


def accuracies(run_data: RunData, options: ViewOptions) -> View:
    """Accuracies on test, training and validation digits."""
    return _curves("curves-accuracy", _ACCURACIES, "fraction", False, run_data, options)


def _curves(
    name: str,
    drawn: Sequence[_CurveKind],
    unit: Unit,
    log: bool,
    run_data: RunData,
    options: ViewOptions,
) -> View:
    x = _AXES[options.axis]
    charts = [
        (one, Lines(x, AxisSpec(one.title, unit, log), tuple(_lines(one, run_data, options))))
        for one in drawn
    ]
    shown = tuple(chart for _, chart in charts if chart.lines)
    if not shown:
        raise NotComparable("No run has an epoch yet.", "Wait for its first one.")
    said = [f"Smoothed: each point has {options.smoothing:g} of the one before."]
    return View(
        name, title_of(name), "", shown, _table(x, unit, shown),
        (*(said if options.smoothing else ()), *notes.of_all(run_data),
         *(notes.of_clocks(run_data) if options.axis == "seconds" else ())),
    )  # fmt: skip


def _lines(drawn: _CurveKind, run_data: RunData, options: ViewOptions) -> Iterator[Line]:
    for group in run_data.groups:
        sampled = {
            run: curve
            for run in group.runs
            if len((curve := _sampled(drawn, run_data, run_data.by_id[run], options))[0])
        }
        if len(sampled) > 1:
            for run, (x, y) in sampled.items():
                yield Line(run, run_data.titles[run], x, y, thin=True)
            yield _mean(group, tuple(sampled.values()), drawn.most)
        for run, (x, y) in sampled.items() if len(sampled) == 1 else ():
            yield Line(run, run_data.titles[run], x, y)


def _mean(group: Group, sampled: Sequence[Sampled], most: float) -> Line:
    made = band(sampled)
    title = f"{group.title} · mean of {made.curves}"
    # No loss is below 0, no accuracy above 1 either.
    low, high = np.clip(made.low, 0, most).tolist(), np.clip(made.high, 0, most).tolist()
    return Line(group.key, title, made.x.tolist(), made.mean.tolist(), low, high)


def _sampled(drawn: _CurveKind, run_data: RunData, run: Run, options: ViewOptions) -> Sampled:
    """One curve of one run, smoothed, with at most ``MOST_POINTS``, its last point among them."""
    steps = run_data.steps.get(run.id) if options.axis == "steps" else None
    if steps is not None and drawn.of_steps:
        y = smooth(np.asarray(drawn.of_steps(steps)), options.smoothing)
        places = np.unique(np.linspace(0, len(y) - 1, min(len(y), MOST_POINTS)).round().astype(int))
        return (places + 1.0).tolist(), y[places].tolist()
    known = [(epoch, drawn.of_epoch(epoch)) for epoch in run_data.epochs(run)]
    points = [(_place(epoch, options.axis), y) for epoch, y in known if y is not None]
    smoothed = smooth(np.array([y for _, y in points]), options.smoothing)
    return [x for x, _ in points], smoothed.tolist()


def _place(epoch: Epoch, axis: XAxis) -> float:
    places = {"epochs": epoch.epoch, "steps": epoch.step, "seconds": epoch.train_seconds}
    return float(places[axis])


def _table(x: AxisSpec, unit: Unit, charts: Sequence[Lines]) -> Table:
    """Every point of every line."""
    columns = (
        Column("What"), Column("Curve"), Column(x.title, x.unit), Column("Value", unit),
        Column("From", unit), Column("To", unit),
    )  # fmt: skip
    rows = tuple(
        Row(line.key, (chart.y.title, line.title, at, line.y[place], *_ends(line, place)))
        for chart in charts
        for line in chart.lines
        for place, at in enumerate(line.x)
    )
    return Table(columns, rows)


def _ends(line: Line, place: int) -> tuple[float | None, float | None]:
    return (line.low[place], line.high[place]) if len(line.low) else (None, None)
